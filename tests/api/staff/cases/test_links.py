"""Links of a case: what one may see, for a stated reason, and nothing of it once it was taken back."""

from __future__ import annotations

from typing import Any

import pytest

from feed import posting
from feed.bell import Bell
from storage import audit
from storage.audit import Sought
from storage.db import AIRLOCK, OPERATOR, Database
from storage.posts.posts import Verb
from storage.staff.staff import Role
from tests import builders
from tests.api.staff.casework import Casework, an_incident, casework  # noqa: F401 - fixture

WHY = {"reason": "same_vehicle", "confidence": "likely", "note": "The same dent."}


def _kinds(case: dict[str, Any]) -> list[str]:
    return [entry["kind"] for entry in case["timeline"]]


def test_posts_and_incidents_are_linked_and_unlinked(record: Database, bell: Bell, casework: Casework) -> None:  # noqa: F811
    """Each with reason, confidence and note; linked again it is a conflict; the timeline keeps what was taken out."""
    path, post = casework.opened(), builders.a_published_post(record, bell, title="A dented van")
    other = an_incident(record, "25-2")

    casework.detective.ask.post(f"{path}/links", {"post_id": post.id, **WHY})
    told = casework.detective.ask.post(f"{path}/links", {"incident_id": other, **WHY}).json()

    assert [one["post"] and one["post"]["title"] for one in told["links"]] == ["A dented van", None]
    assert [one["incident"] and one["incident"]["number"] for one in told["links"]] == [None, "25-2"]
    assert {(one["reason"], one["confidence"], one["note"], one["by"]) for one in told["links"]} == {
        (*WHY.values(), "Dee")
    }
    for again in ({"post_id": post.id}, {"incident_id": other}, {"incident_id": told["incident"]["id"]}):
        answer = casework.lead.ask.post(f"{path}/links", {**again, **WHY})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "already_linked")

    link = f"{path}/links/{told['links'][1]['id']}"
    told = casework.lead.ask.ask("DELETE", link).json()
    assert casework.lead.ask.ask("DELETE", link).status_code == 404
    assert len(told["links"]) == 1
    assert _kinds(told)[2:] == ["link", "link", "unlink"]
    assert [(entry["about"], entry["reason"]) for entry in told["timeline"][2:]] == [
        *((None, "same_vehicle"), ("25-2", "same_vehicle"), ("25-2", "same_vehicle")),
    ]
    with record.read() as conn:
        told_of = audit.page(conn, before=None, limit=3, sought=Sought(subject=told["id"]))
    assert [line.action for line in told_of] == ["case.unlink", "case.link", "case.link"]
    assert "dent" not in repr(told_of)


@pytest.mark.engines("sqlite")
def test_a_case_shows_nothing_of_a_post_that_is_not_live_or_not_mine(
    record: Database,
    bell: Bell,
    casework: Casework,  # noqa: F811
) -> None:
    """Hidden, withdrawn, or of a division that a colleague has and I have not: all are the same nothing."""
    path, lead = casework.opened(), casework.new(Role.LEAD)
    posts = [builders.a_published_post(record, bell, division=name) for name in ("Central", "Central", "East")]
    for post in posts:
        assert lead.ask.post(f"{path}/links", {"post_id": post.id, **WHY}).status_code == 201
    elsewhere = an_incident(record, "25-9", division="East")
    lead.ask.post(f"{path}/links", {"incident_id": elsewhere, **WHY})

    with record.write(by=OPERATOR) as tx:
        posting.decide(tx, bell, posts[0].id, Verb.HIDE, reason="privacy")
    with record.write(by=AIRLOCK) as tx:
        posting.end(tx, bell, posts[1].id, Verb.WITHDRAW)

    told = casework.detective.ask.get(path).json()
    assert [(one["post"], one["incident"]) for one in told["links"]] == [(None, None)] * 4
    assert "25-9" not in repr(told)
    assert not [post.id for post in posts if post.id in repr(told)]
    assert [bool(one["post"]) for one in lead.ask.get(path).json()["links"]] == [False, False, True, False]


@pytest.mark.engines("sqlite")
def test_only_what_one_sees_can_be_linked(record: Database, bell: Bell, casework: Casework) -> None:  # noqa: F811
    """A post or incident of another division, one that was hidden, and none at all: not there."""
    path, hidden = casework.opened(), builders.a_published_post(record, bell)
    with record.write(by=OPERATOR) as tx:
        posting.decide(tx, bell, hidden.id, Verb.HIDE, reason="privacy")
    theirs = builders.a_published_post(record, bell, division="East")
    named = [{"post_id": post} for post in (hidden.id, theirs.id, "a" * 26)]
    named += [{"incident_id": one} for one in (an_incident(record, "25-9", division="East"), "a" * 26)]

    assert [casework.detective.ask.post(f"{path}/links", {**one, **WHY}).status_code for one in named] == [404] * 5
    assert casework.detective.ask.get(path).json()["links"] == []


@pytest.mark.engines("sqlite")
def test_a_link_has_one_end_and_stated_reasons(casework: Casework) -> None:  # noqa: F811
    """No reason is a face or an author."""
    path = casework.opened()

    wrong = {"reason": "same_face", "confidence": "sure", "incident_id": "b", "post_id": None, "author": "x"}
    for changed in ({name: value} for name, value in wrong.items()):
        answer = casework.detective.ask.post(f"{path}/links", {"post_id": "a" * 26, **WHY, **changed})
        assert answer.status_code == 422
