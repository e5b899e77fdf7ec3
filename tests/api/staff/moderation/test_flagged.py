"""The moderators' queue."""

from __future__ import annotations

from feed.bell import Bell
from storage.db import Database
from storage.kit.clock import HOUR
from storage.posts.posts import Post
from tests import builders
from tests.api.asking import Client


def test_the_queue_has_one_item_for_each_post_oldest_first(
    record: Database, bell: Bell, ann: Client, post: Post
) -> None:
    """Its first flag in full, and how many there are for which reasons; other divisions' are not there."""
    second = builders.a_published_post(record, bell)
    elsewhere = builders.a_published_post(record, bell, division="East")
    builders.a_flag(record, second.id, at=builders.NOON + 2 * HOUR)
    builders.a_flag(record, post.id, reason="graphic", at=builders.NOON + HOUR)
    builders.a_flag(record, post.id, reason="privacy", origin="police", at=builders.NOON + 3 * HOUR)
    builders.a_flag(record, post.id, reason="privacy", at=builders.NOON + 4 * HOUR)
    builders.a_flag(record, elsewhere.id)

    answer = ann.get("/v1/flags?state=open").json()

    assert [item["post"]["id"] for item in answer["items"]] == [post.id, second.id]
    item = answer["items"][0]
    assert item["reasons"] == [{"reason": "privacy", "count": 2}, {"reason": "graphic", "count": 1}]
    assert {key: item[key] for key in ("reason", "text", "at_seconds", "from", "flagged_at", "count")} == {
        "reason": "graphic",
        "text": "graphic!",
        "at_seconds": 3,
        "from": "neighbour",
        "flagged_at": "2025-11-22T13:00:00Z",
        "count": 3,
    }


def test_the_queue_comes_in_pages(record: Database, bell: Bell, ann: Client, city: builders.City) -> None:
    """Also where the times are the same."""
    waiting = {builders.a_published_post(record, bell).id for _ in range(5)}
    for post_id in waiting:
        builders.a_flag(record, post_id)

    shown, cursor = [], ""
    for _ in range(3):
        page = ann.get(f"/v1/flags?limit=2{cursor}").json()
        shown += [item["post"]["id"] for item in page["items"]]
        cursor = f"&cursor={page['cursor']}"

    assert len(shown) == 5
    assert set(shown) == waiting
    assert page["cursor"] is None
