"""The moderators' desk: what an item of the queue tells, and what it never does."""

from __future__ import annotations

from typing import Any

import pytest

from feed.bell import Bell
from storage.db import RESIDENT, Database
from storage.kit.clock import as_text
from storage.moderation import appeals, flags
from storage.moderation.waiting import ON_SCREEN_MS
from storage.posts.posts import Post
from tests import builders
from tests.api.asking import Client
from tests.builders import NOON, a_flag

pytestmark = pytest.mark.engines("sqlite")


def test_an_item_tells_what_waits_since_when_and_who_works_on_it(
    record: Database, ann: Client, ben: Client, post: Post
) -> None:
    """Every flag with its second and words, counts by reason, and the claim, whose is told by name to the other."""
    a_flag(record, post.id, reason="graphic")
    a_flag(record, post.id, at=NOON + 1)
    a_flag(record, post.id, at=NOON + 2)
    until = ben.ask("PUT", f"/v1/posts/{post.id}/claim").json()

    (item,) = ann.get("/v1/moderation/queue").json()["items"]

    assert item["post"] == ann.get(f"/v1/posts/{post.id}").json()
    assert (item["kinds"], item["since"], item["due_at"]) == (["flag"], as_text(NOON), as_text(NOON + ON_SCREEN_MS))
    assert (item["count"], item["reasons"]) == (
        3,
        [{"reason": "privacy", "count": 2}, {"reason": "graphic", "count": 1}],
    )
    told = {"reason": "graphic", "text": "graphic!", "at_seconds": 3, "from": "neighbour", "flagged_at": as_text(NOON)}
    assert item["flags"][0] == told
    assert item["claim"] == {**until, "mine": False}
    assert (item["appeal"], item["proposed"]) == (None, None)


def test_an_item_is_all_that_a_post_waits_for(record: Database, ann: Client, ben: Client, post: Post) -> None:
    """Removed for safety, appealed, proposed: one item, which tells each moderator what of it is theirs."""
    body = {"verb": "remove", "reason": "child", "note": "a boy at the pool"}
    ann.post(f"/v1/posts/{post.id}/decisions", body)
    with record.write(by=RESIDENT) as tx:
        appeals.add(tx, post.id, text="It is a statue.", at=NOON)
    ben.post(f"/v1/posts/{post.id}/decisions", {"verb": "restore", "reason": "within_guidelines", "note": "a statue"})

    (hers,) = ann.get("/v1/moderation/queue").json()["items"]
    (his,) = ben.get("/v1/moderation/queue").json()["items"]

    assert hers["kinds"] == his["kinds"] == ["appeal", "restore"]
    assert (hers["appeal"]["mine"], his["appeal"]["mine"]) == (True, False)
    assert (hers["proposed"]["mine"], his["proposed"]["mine"]) == (False, True)
    assert his["appeal"]["text"] == "It is a statue."
    assert his["proposed"]["note"] == "a statue"


def test_a_correction_waits_and_is_no_flag(record: Database, ann: Client, post: Post) -> None:
    """It is told as what it is, counted among no flags, and ends with the moderator's word."""
    with record.write(by=RESIDENT) as tx:
        flags.corrected(tx, post.id, at=NOON)
        tx.audit("post.correct", post.id)

    (item,) = ann.get("/v1/moderation/queue").json()["items"]
    assert (item["kinds"], item["count"], item["reasons"], item["flags"]) == (["correction"], 0, [], [])
    assert ann.get("/v1/flags?state=open").json()["items"] == []

    ann.post(f"/v1/posts/{post.id}/decisions", {"verb": "dismiss", "reason": "within_guidelines"})
    assert ann.get("/v1/moderation/queue").json()["items"] == []


def test_an_item_holds_nothing_by_which_two_posts_are_joined(
    record: Database, bell: Bell, ann: Client, post: Post
) -> None:
    """Its fields are these and no more; two posts share no value that is not of the city, the clock or the staff."""
    other = builders.a_published_post(record, bell, block_number=1, title="Another", text="Else.")
    for one in (post, other):
        a_flag(record, one.id, slip=f"slip {one.id}")
        ann.post(f"/v1/posts/{one.id}/decisions", {"verb": "hold", "reason": "graphic"})
        with record.write(by=RESIDENT) as tx:
            appeals.add(tx, one.id, text=f"about {one.id}", at=NOON)

    items = ann.get("/v1/moderation/queue").json()["items"]

    fields = {
        "id",
        "about",
        "post",
        "kinds",
        "since",
        "due_at",
        "count",
        "reasons",
        "flags",
        "appeal",
        "proposed",
        "to_suspend",
        "asked",
        "comments",
        "claim",
    }
    assert {frozenset(item) for item in items} == {frozenset(fields)}
    assert {frozenset(item["appeal"]) for item in items} == {frozenset({"text", "at", "mine"})}
    shared = _words(items[0]) & _words(items[1])
    assert {word for word in shared if len(word) > 20} == {builders.division()}  # ids, secrets, digests, what was typed


def test_the_queue_goes_on_page_by_page(record: Database, bell: Bell, ann: Client, city: builders.City) -> None:
    """Each post once."""
    made = {builders.a_published_post(record, bell, ready=False).id for _ in range(5)}
    for post_id in made:
        a_flag(record, post_id)

    shown, cursor = [], ""
    for _ in range(3):
        page = ann.get(f"/v1/moderation/queue?limit=2{cursor}").json()
        shown += [item["post"]["id"] for item in page["items"]]
        cursor = f"&cursor={page['cursor']}"

    assert (len(shown), set(shown), page["cursor"]) == (5, made, None)


def _words(item: Any) -> set[str]:
    """Every text in an item, however deep."""
    if isinstance(item, dict | list):
        return set().union(*(_words(one) for one in (item.values() if isinstance(item, dict) else item)))
    return {item} if isinstance(item, str) else set()
