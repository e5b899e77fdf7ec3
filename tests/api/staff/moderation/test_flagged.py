"""The moderators' queue."""

from __future__ import annotations

import pytest

from feed.bell import Bell
from storage.db import RESIDENT, Database
from storage.kit.clock import HOUR
from storage.moderation import flags
from storage.posts.posts import Post
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient


@pytest.fixture
def moderator(as_staff: NewClient) -> Client:
    """A moderator of Central."""
    return as_staff(Role.MODERATOR, "Central")


def flag(record: Database, post: Post, *, reason: str = "privacy", origin: str = "neighbour", hour: int = 0) -> None:
    """Somebody flags a post."""
    with record.write(by=RESIDENT) as tx:
        at = builders.NOON + hour * HOUR
        flags.add(tx, post.id, origin=origin, reason=reason, text=f"{reason}!", at_seconds=None, flagged_at=at)


def test_the_queue_has_one_item_for_each_post_oldest_first(
    record: Database, bell: Bell, moderator: Client, post: Post
) -> None:
    """Its first flag in full, and how many there are for which reasons; other divisions' are not there."""
    second = builders.a_published_post(record, bell)
    elsewhere = builders.a_published_post(record, bell, division="East")
    flag(record, second, hour=2)
    flag(record, post, reason="graphic", hour=1)
    flag(record, post, reason="privacy", origin="police", hour=3)
    flag(record, post, reason="privacy", hour=4)
    flag(record, elsewhere)

    answer = moderator.get("/v1/flags?state=open").json()

    assert [item["post"]["id"] for item in answer["items"]] == [post.id, second.id]
    item = answer["items"][0]
    assert item["reasons"] == [{"reason": "privacy", "count": 2}, {"reason": "graphic", "count": 1}]
    assert {key: item[key] for key in ("reason", "text", "at_seconds", "from", "flagged_at", "count")} == {
        "reason": "graphic",
        "text": "graphic!",
        "at_seconds": None,
        "from": "neighbour",
        "flagged_at": "2025-11-22T13:00:00Z",
        "count": 3,
    }


def test_the_queue_comes_in_pages(record: Database, bell: Bell, moderator: Client, city: builders.City) -> None:
    """Also where the times are the same."""
    waiting = {builders.a_published_post(record, bell).id for _ in range(5)}
    for post_id in waiting:
        flag(record, builders.the_post(record, post_id))

    shown, cursor = [], ""
    for _ in range(3):
        page = moderator.get(f"/v1/flags?limit=2{cursor}").json()
        shown += [item["post"]["id"] for item in page["items"]]
        cursor = f"&cursor={page['cursor']}"

    assert len(shown) == 5
    assert set(shown) == waiting
    assert page["cursor"] is None
