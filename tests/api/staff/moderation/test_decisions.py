"""Moderators' decisions."""

from __future__ import annotations

from dataclasses import replace

import pytest
import redis
from fastapi import FastAPI

from feed import posting
from feed.bell import Bell
from storage import audit, feed_log
from storage.db import AIRLOCK, OPERATOR, Database
from storage.kit.ids import new_id
from storage.moderation import flags
from storage.moderation.held import Held
from storage.posts.posts import Post
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient, NewStaff
from workers.guidelines.rules import IN_FORCE


def decide(ask: Client, post: Post, verb: str, reason: str = "privacy", note: str = "") -> int:
    """A decision's status."""
    return ask.post(f"/v1/posts/{post.id}/decisions", {"verb": verb, "reason": reason, "note": note}).status_code


def queue(ask: Client) -> list[str]:
    """The posts that wait."""
    return [item["post"]["id"] for item in ask.get("/v1/flags?state=open").json()["items"]]


def test_hiding_takes_a_post_off_every_screen(
    record: Database, ann: Client, post: Post, redis_client: redis.Redis
) -> None:
    """In one transaction: state, feed log, flags, decision, audit; and then the bell."""
    builders.a_flag(record, post.id)
    rung = sum(redis_client.xlen(key) for key in redis_client.scan_iter("feed:*"))

    answer = ann.post(f"/v1/posts/{post.id}/decisions", {"verb": "hide", "reason": "privacy", "note": "a plate"})

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["post"]["state"]) == ("hidden", "hidden")
    assert queue(ann) == []
    with record.read() as conn:
        newest = feed_log.after(conn, 0, limit=100)[-1]
        lines = [entry.action for entry in audit.page(conn, before=None, limit=3)]
    assert (newest.kind, newest.post_id) == ("post.hidden", post.id)
    assert {"post.hide", "decision.add"} <= set(lines)
    assert sum(redis_client.xlen(key) for key in redis_client.scan_iter("feed:*")) == rung + 1


def test_dismissing_settles_the_flags_and_changes_nothing_else(record: Database, ann: Client, post: Post) -> None:
    """Nobody on the feed hears of it; the decision stands."""
    builders.a_flag(record, post.id)
    with record.read() as conn:
        before = feed_log.head(conn)

    assert decide(ann, post, "dismiss", "within_guidelines") == 200

    with record.read() as conn:
        assert feed_log.head(conn) == before
    assert queue(ann) == []
    assert builders.the_post(record, post.id).state == "live"
    (decision,) = ann.get(f"/v1/posts/{post.id}/decisions").json()["items"]
    assert (decision["verb"], decision["from_state"], decision["to_state"]) == ("dismiss", "live", "live")


def test_decisions_lead_where_the_table_says(ann: Client, post: Post) -> None:
    """A way back from each; what leads nowhere is a conflict, and recorded nowhere."""
    for verb, status in (("restore", 409), ("hold", 200), ("hide", 200), ("restore", 200), ("remove", 200)):
        assert decide(ann, post, verb) == status
    assert decide(ann, post, "hide") == 409

    items = ann.get(f"/v1/posts/{post.id}/decisions").json()["items"]
    assert [one["verb"] for one in items] == ["hold", "hide", "restore", "remove"]


def test_what_was_taken_off_is_found_again(record: Database, bell: Bell, ann: Client, post: Post) -> None:
    """By state, or all of it, newest first; another division's never."""
    removed = builders.a_published_post(record, bell)
    elsewhere = builders.a_published_post(record, bell, division="East")
    decide(ann, post, "hold")
    decide(ann, removed, "remove")
    with record.write(by=OPERATOR) as tx:
        flags.settle(tx, elsewhere.id)

    def found(query: str) -> list[str]:
        return [item["id"] for item in ann.get(f"/v1/moderation/posts{query}").json()["items"]]

    assert found("") == [removed.id, post.id]
    assert found("?state=held") == [post.id]
    assert found("?state=removed") == [removed.id]
    assert found("?state=hidden") == []


def test_another_divisions_moderator_finds_nothing_there(as_staff: NewClient, record: Database, post: Post) -> None:
    """Deciding, the history and the queue: the same bytes as for a post that was never made. Nothing changes."""
    builders.a_flag(record, post.id)
    other = as_staff(Role.MODERATOR, "East", "North")
    body = {"verb": "remove", "reason": "other"}

    for answers in (
        [other.post(f"/v1/posts/{one}/decisions", body) for one in (post.id, new_id())],
        [other.get(f"/v1/posts/{one}/decisions") for one in (post.id, new_id())],
    ):
        assert {answer.status_code for answer in answers} == {404}
        assert answers[0].content == answers[1].content
    assert queue(other) == []
    assert builders.the_post(record, post.id).state == "live"


def test_viewing_in_one_division_and_moderating_in_another_do_not_add_up(
    staff_app: FastAPI, record: Database, client: NewClient, a_member: NewStaff, post: Post
) -> None:
    """Who watches Central and moderates East decides nothing in Central."""
    member = a_member(Role.ANALYST, "Central")
    with record.write(by=OPERATOR) as tx:
        staff.grant(tx, member, Role.MODERATOR, builders.division("East"))
        ask = client(staff_app, staff.log_in(tx, member))

    assert ask.get(f"/v1/posts/{post.id}").status_code == 200
    assert decide(ask, post, "remove") == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"verb": "hide", "reason": "boring"}, "reason"),
        ({"verb": "withdraw", "reason": "privacy"}, "verb"),
        ({"verb": "expire", "reason": "privacy"}, "verb"),
        ({"verb": "hide"}, "reason"),
        ({"verb": "hide", "reason": "privacy", "note": "x" * 1001}, "note"),
    ],
)
def test_a_decision_names_a_verb_of_ours_and_a_guideline(
    ann: Client, post: Post, body: dict[str, str], field: str
) -> None:
    """A moderator can neither withdraw for the author nor decide without a reason."""
    answer = ann.post(f"/v1/posts/{post.id}/decisions", body)

    assert answer.status_code == 422
    assert list(answer.json()["error"]["fields"]) == [field]


def test_a_post_that_began_held_waits_in_the_queue_with_the_rule_that_holds_it(
    record: Database, bell: Bell, city: builders.City, ann: Client
) -> None:
    """Flagged by the check and by nobody; restored, it is live and out of the queue."""
    new = replace(builders.a_new_post(), held=(Held("racial_profiling", "race_only"),))
    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, new, builders.some_files(), generation=1, last=True)

    (item,) = ann.get("/v1/flags?state=open").json()["items"]
    answer = ann.post(f"/v1/posts/{new.id}/decisions", {"verb": "restore", "reason": "within_guidelines"})

    assert (item["from"], item["reason"], item["text"]) == ("check", "racial_profiling", "race_only")
    assert (item["post"]["state"], answer.json()["state"]) == ("held", "live")
    assert queue(ann) == []


def test_a_decision_names_the_version_of_the_guidelines(ann: Client, post: Post) -> None:
    """For whoever reads the history, whatever is in force by then."""
    decide(ann, post, "hide")

    (one,) = ann.get(f"/v1/posts/{post.id}/decisions").json()["items"]

    assert one["guidelines"] == IN_FORCE.version


def test_the_guidelines_are_what_decisions_may_name(as_staff: NewClient, post: Post) -> None:
    """Every flag's reason has one, and there is one for finding nothing wrong."""
    ask = as_staff(Role.MODERATOR, "Central")

    answer = ask.get("/v1/guidelines").json()

    listed = [item["id"] for item in answer["items"]]
    assert answer["version"] == IN_FORCE.version
    assert set(flags.REASONS) | {"within_guidelines"} == set(listed)
    assert {decide(ask, post, "dismiss", reason) for reason in listed} == {200}
