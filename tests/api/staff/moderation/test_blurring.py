"""A moderator draws boxes on a post's picture: the post leaves the screens, and the airlock is asked."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from storage import audit
from storage.db import RESIDENT, Database
from storage.moderation import appeals, blurs, decisions, flags
from storage.posts.posts import Post
from storage.schema import blurs as rows
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient
from tests.builders import NOON

pytestmark = pytest.mark.engines("sqlite")
BOX = {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}


def blur(ask: Client, post: Post, meanwhile: str = "hold", *boxes: object, reason: str = "privacy") -> object:
    """The post's state after it, or the code of what stood in the way."""
    said = {"boxes": boxes or [BOX], "meanwhile": meanwhile, "reason": reason}
    answer = ask.post(f"/v1/posts/{post.id}/blurs", said)
    return answer.json()["state"] if answer.status_code == 202 else answer.json()["error"]["code"]


def verbs(ask: Client, post: Post) -> list[object]:
    """What was decided about a post, oldest first."""
    return [one["verb"] for one in ask.get(f"/v1/posts/{post.id}/decisions").json()["items"]]


def queue(ask: Client) -> list[str]:
    """The posts that wait for a moderator."""
    return [one["post"]["id"] for one in ask.get("/v1/moderation/queue").json()["items"]]


def test_a_box_takes_the_post_off_and_asks_the_airlock(record: Database, ann: Client, post: Post) -> None:
    """Held by a decision that its author may answer; it waits for no moderator, and its flags are settled by it."""
    slip = builders.a_flag(record, post.id)

    assert blur(ann, post) == "held"

    assert verbs(ann, post) == ["hold", "blur"]
    with record.read() as conn:
        row = conn.execute(select(rows)).one()
        assert (json.loads(row.boxes), row.returns, row.state) == ([[10, 20, 40, 60]], True, "asked")
        assert flags.of_posts(conn, [post.id]) == {}
        assert appeals.may_appeal(conn, post.id)
        actions = [entry.action for entry in audit.page(conn, before=None, limit=9)]
    assert slip
    assert {"post.hold", "blur.ask", "decision.add"} <= set(actions)
    assert queue(ann) == []


def test_hidden_it_waits_for_a_moderator_to_bring_it_back(record: Database, ann: Client, post: Post) -> None:
    """By a moderator who may not do so before the picture is new: nobody sees the old one again by mistake."""
    assert blur(ann, post, "hide") == "hidden"

    restored = ann.post(f"/v1/posts/{post.id}/decisions", {"verb": "restore", "reason": "within_guidelines"})

    assert restored.json()["error"]["code"] == "being_blurred"
    with record.write(by=RESIDENT) as tx:
        (asked,) = blurs.due(tx.connection)
        blurs.end(tx, asked, blurs.BlurState.DONE)
    restored = ann.post(f"/v1/posts/{post.id}/decisions", {"verb": "restore", "reason": "within_guidelines"})
    assert restored.json()["state"] == "live"


def test_nobody_can_undo_it(ann: Client, post: Post) -> None:
    """Said as of words that were taken out: nobody keeps what was there."""
    blur(ann, post)

    answer = ann.ask("DELETE", f"/v1/posts/{post.id}/decisions/last")

    assert answer.json()["error"]["code"] == "not_undoable"


def test_a_post_that_is_held_or_hidden_needs_no_second_decision(record: Database, ann: Client, post: Post) -> None:
    """It is where it is to be; hidden, it does not come back by itself, and what was removed is not made anew."""
    ann.post(f"/v1/posts/{post.id}/decisions", {"verb": "hold", "reason": "privacy"})

    assert blur(ann, post) == "held"
    assert verbs(ann, post) == ["hold", "blur"]
    assert blur(ann, post, "hide") == "hidden"
    assert blur(ann, post, "hold") == "is_hidden"
    ann.post(f"/v1/posts/{post.id}/decisions", {"verb": "remove", "reason": "privacy"})
    assert blur(ann, post, "hide") == "not_blurrable"


def test_what_is_drawn_is_looked_at(ann: Client, post: Post) -> None:
    """A box, inside of the picture and no smaller than a hundredth of it; by a guideline."""
    assert blur(ann, post, "hold", {**BOX, "x": 0.9}) == "box_outside"
    assert blur(ann, post, "hold", {**BOX, "w": 0.001}) == "box_too_small"
    assert (
        ann.post(f"/v1/posts/{post.id}/blurs", {"boxes": [], "meanwhile": "hold", "reason": "privacy"}).status_code
        == 422
    )
    assert blur(ann, post, reason="because") == "refused"
    assert verbs(ann, post) == []


def test_who_may_not_decide_may_not_blur(record: Database, ann: Client, as_staff: NewClient, post: Post) -> None:
    """Elsewhere it is not there; claimed, it is another's; appealed, somebody else decides."""
    stranger, ben = as_staff(Role.MODERATOR, "East"), as_staff(Role.MODERATOR, "Central")

    assert blur(stranger, post) == "not_there"
    ben.ask("PUT", f"/v1/posts/{post.id}/claim")
    assert blur(ann, post) == "claimed"
    assert blur(ben, post, "hide") == "hidden"
    with record.write(by=RESIDENT) as tx:
        appeals.add(tx, post.id, text="It is my own car.", at=NOON)
    assert blur(ben, post, "hide") == "own_decision"
    assert blur(ann, post, "hide") == "hidden"
    with record.read() as conn:
        told = decisions.edited(conn, post.id)
    assert told
    assert (told.verb, told.reason) == ("blur", "privacy")
