"""Staff flag too, and learn what became of it."""

from __future__ import annotations

from typing import Any

import pytest

from api.staff import flagging
from storage.db import AIRLOCK, Database
from storage.moderation import flags
from storage.posts import changes as post_changes
from storage.posts.posts import Post, PostState
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient

pytestmark = pytest.mark.engines("sqlite")


def test_who_flagged_learns_what_was_decided_and_by_which_guideline(
    record: Database, analyst: Client, as_staff: NewClient, post: Post
) -> None:
    """By the slip alone: moderators are shown none, and one that was made up is not there."""
    moderator = as_staff(Role.MODERATOR, "Central")

    slip = analyst.post(f"/v1/posts/{post.id}/flags", {"reason": "privacy", "at_seconds": 3.5}).json()["slip"]
    before = analyst.get(f"/v1/flags/{slip}").json()
    queue = moderator.get("/v1/moderation/queue").text
    moderator.post(f"/v1/posts/{post.id}/decisions", {"verb": "hide", "reason": "graphic", "note": "a wound"})
    after = analyst.get(f"/v1/flags/{slip}").json()

    assert before == {"open": True, "verb": None, "guideline": None, "version": None}
    assert (after["open"], after["verb"], after["guideline"]) == (False, "hide", "graphic")
    assert "a wound" not in str(after)
    assert slip not in queue
    assert analyst.get(f"/v1/flags/{'a' * 52}").status_code == 404
    assert slip.encode() not in builders.all_rows(record)


def test_a_flag_reaches_the_moderators_as_one_of_the_police(record: Database, analyst: Client, post: Post) -> None:
    """With its reason, its words and the moment it is about."""
    answer = analyst.post(f"/v1/posts/{post.id}/flags", {"reason": "privacy", "text": "a plate", "at_seconds": 3})

    with record.read() as conn:
        (flag,) = flags.of_posts(conn, [post.id])[post.id]
    assert (answer.status_code, list(answer.json())) == (202, ["slip"])
    assert (flag.origin, flag.reason, flag.text, flag.at_seconds) == ("police", "privacy", "a plate", 3)
    assert flag.flagged_at % (15 * 60 * 1000) == 0


def test_what_the_police_write_is_scrubbed_as_a_neighbours_words_are(
    record: Database, analyst: Client, post: Post
) -> None:
    """No number, address or plate of anybody stands in the queue."""
    note = "He lives at 3417 Park Avenue, 816-555-0142"

    assert analyst.post(f"/v1/posts/{post.id}/flags", {"reason": "privacy", "text": note}).status_code == 202

    with record.read() as conn:
        (flag,) = flags.of_posts(conn, [post.id])[post.id]
    assert flag.text == "He lives at [address], [phone]"


@pytest.mark.parametrize(
    ("body", "field"),
    [({"reason": "boring"}, "reason"), ({"reason": "other", "text": "x" * 1001}, "text"), ({}, "reason")],
)
def test_a_flag_without_a_known_reason_is_refused(
    analyst: Client, post: Post, body: dict[str, object], field: str
) -> None:
    """The field is named."""
    answer = analyst.post(f"/v1/posts/{post.id}/flags", body)

    assert answer.status_code == 422
    assert list(answer.json()["error"]["fields"]) == [field]


def test_a_flag_leaves_no_words_under_a_post_just_taken_back(
    record: Database, analyst: Client, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its author may withdraw it between the look and the write."""
    looked = flagging.visible

    def look_and_lose(*asked: Any) -> Post:
        seen = looked(*asked)
        with record.write(by=AIRLOCK) as tx:
            post_changes.entomb(tx, post.id, PostState.WITHDRAWN)
            tx.audit("post.withdraw", post.id)
        return seen

    monkeypatch.setattr(flagging, "visible", look_and_lose)
    answer = analyst.post(f"/v1/posts/{post.id}/flags", {"reason": "privacy", "text": "a plate"})

    with record.read() as conn:
        assert (answer.status_code, flags.of_posts(conn, [post.id])) == (404, {})
