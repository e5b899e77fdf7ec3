"""A moderator warns the unknown author of a post, or asks them something; both can be undone for a minute."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from storage.cases import letters
from storage.cases.letters import Answer, Kind, Letter
from storage.db import AIRLOCK, OPERATOR, Database
from storage.kit.clock import BATCH
from storage.kit.ids import PostId
from storage.posts.posts import Post
from storage.schema import letters as rows
from storage.staff.staff import Role
from tests.api.asking import Client
from tests.api.conftest import NewClient

pytestmark = pytest.mark.engines("sqlite")
ASK = {"reason": "not_true", "listed": "is_it_here"}


def due(record: Database) -> list[Letter]:
    """What the airlock would take, its wait over, and whether moderators decided it who may."""
    with record.write(by=AIRLOCK) as tx:
        tx.execute(update(rows).values(due_at=0))
        tx.audit("test", "")
        return [one for one in letters.take_due(tx) if letters.is_true(tx.connection, one)]


def answered(record: Database, post_id: PostId, text: str = "It is here, on Sunday.") -> None:
    """The author's answer crosses."""
    with record.write(by=AIRLOCK) as tx:
        (sent,) = letters.of_posts(tx.connection, [post_id])[post_id]
        letters.cross(tx, [Answer(sent.letter.id, "Calm Elm 12", text, tx.now() // BATCH * BATCH)])


def waits(moderator: Client) -> list[dict[str, Any]]:
    """The queue."""
    return list(moderator.get("/v1/moderation/queue").json()["items"])


def test_a_warning_leaves_the_post_and_settles_its_flags(record: Database, ann: Client, post: Post) -> None:
    """The airlock brings a guideline and no words of anybody's."""
    ann.post(f"/v1/posts/{post.id}/flags", {"reason": "privacy"})
    assert [one["post"]["id"] for one in waits(ann)] == [post.id]

    told = ann.post(f"/v1/posts/{post.id}/decisions", {"verb": "warn", "reason": "privacy", "note": "A face."})

    assert (told.status_code, told.json()["state"]) == (200, "live")
    (letter,) = due(record)
    assert (letter.kind, letter.reason, letter.text) == (Kind.WARNING, "privacy", "")
    assert waits(ann) == []
    assert ann.get(f"/v1/posts/{post.id}/decisions").json()["items"][-1]["verb"] == "warn"
    ann.post(f"/v1/posts/{post.id}/decisions", {"verb": "hide", "reason": "privacy"})
    again = ann.post(f"/v1/posts/{post.id}/decisions", {"verb": "warn", "reason": "privacy"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_shown")


def test_a_warning_that_was_undone_within_the_minute_reaches_nobody(record: Database, ann: Client, post: Post) -> None:
    """Its flags wait again."""
    ann.post(f"/v1/posts/{post.id}/flags", {"reason": "privacy"})
    ann.post(f"/v1/posts/{post.id}/decisions", {"verb": "warn", "reason": "privacy"})

    undone = ann.ask("DELETE", f"/v1/posts/{post.id}/decisions/last")

    assert (undone.status_code, due(record), len(waits(ann))) == (200, [], 1)


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("decisions", {"verb": "hide", "reason": "privacy"}),
        ("edits", {"reason": "privacy", "cut": ["van"]}),
        ("blurs", {"reason": "privacy", "meanwhile": "hold", "boxes": [{"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}]}),
    ],
)
def test_what_takes_a_post_off_or_something_out_of_it_is_laid_before_its_author(
    record: Database, ann: Client, post: Post, call: str, body: dict[str, Any]
) -> None:
    """Once, by its guideline and without a word of anybody's; what leaves the post as it is tells them nothing."""
    ann.post(f"/v1/posts/{post.id}/flags", {"reason": "privacy"})
    ann.post(f"/v1/posts/{post.id}/decisions", {"verb": "dismiss", "reason": "within_guidelines"})
    assert due(record) == []

    assert ann.post(f"/v1/posts/{post.id}/{call}", body).is_success

    (letter,) = due(record)
    assert (letter.kind, letter.reason, letter.text) == (Kind.DECIDED, "privacy", "")


def test_a_post_taken_off_and_put_back_within_the_minute_tells_its_author_nothing(
    record: Database, ann: Client, post: Post
) -> None:
    """As of a warning."""
    ann.post(f"/v1/posts/{post.id}/decisions", {"verb": "remove", "reason": "privacy"})

    assert ann.ask("DELETE", f"/v1/posts/{post.id}/decisions/last").status_code == 200

    assert due(record) == []


def test_a_question_waits_for_its_answer_and_the_answer_for_a_decision(
    record: Database, ann: Client, post: Post
) -> None:
    """The post stays; once the batch came it is in the queue again with the answer, until something is decided."""
    told = ann.post(f"/v1/posts/{post.id}/asks", ASK)
    assert (told.status_code, told.json()["state"], waits(ann)) == (201, "live", [])
    assert ann.post(f"/v1/posts/{post.id}/asks", ASK).json()["error"]["code"] == "asked_already"
    (letter,) = due(record)
    assert (letter.kind, letter.listed, letter.text) == (Kind.ASKED, "is_it_here", "")
    _long_ago(record)

    answered(record, post.id)

    (item,) = waits(ann)
    (asked,) = item["asked"]
    assert (item["kinds"], asked["listed"], asked["answer"]["name"]) == (["answer"], "is_it_here", "Calm Elm 12")
    assert asked["answer"]["text"] == "It is here, on Sunday."
    ann.post(f"/v1/posts/{post.id}/decisions", {"verb": "dismiss", "reason": "within_guidelines"})
    assert waits(ann) == []


def test_a_post_may_be_held_while_its_author_is_asked(record: Database, ann: Client, post: Post) -> None:
    """In words of the moderator's own; nobody sees it, it waits as held, and undone it is seen again."""
    asked = {"reason": "not_true", "text": "Was this on Sunday?", "hold": True}

    told = ann.post(f"/v1/posts/{post.id}/asks", asked)

    assert (told.json()["state"], [one["kinds"] for one in waits(ann)]) == ("held", [["hold"]])
    assert ann.get(f"/v1/posts/{post.id}/decisions").json()["items"][-1]["verb"] == "ask_held"
    assert ann.ask("DELETE", f"/v1/posts/{post.id}/decisions/last").json()["state"] == "live"
    assert due(record) == []


def test_what_no_author_may_be_asked_is_refused(ann: Client, as_staff: NewClient, post: Post) -> None:
    """Who they are, nothing at all, both at once, one that is not listed; of another division's post, nothing."""
    wrong = [
        {"reason": "not_true", "text": "What is your name?"},
        {"reason": "not_true"},
        {**ASK, "text": "Was it here?"},
        {**ASK, "listed": "made_up"},
        {**ASK, "reason": "made_up"},
    ]

    assert [ann.post(f"/v1/posts/{post.id}/asks", one).status_code for one in wrong] == [422] * len(wrong)
    elsewhere = as_staff(Role.MODERATOR, "East")
    assert elsewhere.post(f"/v1/posts/{post.id}/asks", ASK).status_code == 404
    assert [one["id"] for one in ann.get("/v1/moderation/questions").json()["listed"]][:1] == ["what_happened"]


def _long_ago(record: Database) -> None:
    with record.write(by=OPERATOR) as tx:
        tx.connection.exec_driver_sql(f"update decisions set at = at - {2 * BATCH}")
        tx.audit("test", "")
