"""A moderator's shift, the lead's page, and searches on the audit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.staff.app import create_app
from api.stores import Stores
from feed.bell import Bell
from storage import audit
from storage.audit import Sought
from storage.db import OPERATOR, Database
from storage.kit.clock import now
from storage.posts.posts import Post
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient, NewStaff

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def short(given: Stores, client: NewClient, record: Database, a_member: NewStaff) -> Client:
    """Mo of Central, where two openings are a shift."""
    app = create_app(replace(given, settings=replace(given.settings, shift_openings=2)))
    member = a_member(Role.MODERATOR, "Central", name="Mo")
    with record.write(by=OPERATOR) as tx:
        token = staff.log_in(tx, member)
    return client(app, token)


def flagged(record: Database, bell: Bell, *, reason: str = "privacy") -> Post:
    """A live post that somebody flagged just now."""
    post = builders.a_published_post(record, bell, published_at=now())
    builders.a_flag(record, post.id, reason=reason, at=now())
    return post


def test_who_has_opened_enough_takes_a_break_but_for_a_child(record: Database, bell: Bell, short: Client) -> None:
    """The queue is short then, and says until when; what is open already goes on, and is decided."""
    posts = [flagged(record, bell) for _ in range(3)]
    child = flagged(record, bell, reason="child")
    claims = [short.ask("PUT", f"/v1/posts/{post.id}/claim").status_code for post in (posts[0], posts[0], posts[1])]

    rests = short.get("/v1/moderation/shift").json()
    third = short.ask("PUT", f"/v1/posts/{posts[2].id}/claim")

    assert claims == [200, 200, 200]  # prolonging what is open is no opening
    assert (rests["opened"], rests["most"], rests["hours"]) == (2, 2, 8)
    assert rests["rests_until"] is not None
    assert (third.status_code, third.json()["error"]["code"]) == (429, "take_a_break")
    assert 0 < int(third.headers["retry-after"]) <= 8 * 3600 + 1
    assert [one["post"]["id"] for one in short.get("/v1/moderation/queue").json()["items"]] == [child.id]
    assert short.ask("PUT", f"/v1/posts/{child.id}/claim").status_code == 200
    assert short.ask("PUT", f"/v1/posts/{posts[1].id}/claim").status_code == 200
    kept = {"verb": "dismiss", "reason": "within_guidelines"}
    assert short.post(f"/v1/posts/{posts[1].id}/decisions", kept).status_code == 200


def test_a_lead_sees_their_divisions_and_who_has_looked_at_much(
    record: Database, bell: Bell, short: Client, as_staff: NewClient, a_member: NewStaff
) -> None:
    """Moderators by name, for what they have opened; shares of few are left out; another division is not there."""
    a_member(Role.MODERATOR, "East", name="Eve")
    short.ask("PUT", f"/v1/posts/{flagged(record, bell).id}/claim")

    told = as_staff(Role.LEAD, "Central").get("/v1/load").json()

    (central,) = told["divisions"]
    assert (central["division"]["name"], central["waiting"], central["late"]) == ("Central", 1, 0)
    assert central["held"] == {"part": None, "whole": 1}
    assert [(one["name"], one["opened"]) for one in told["moderators"]] == [("Mo", 1)]
    assert (told["days"], told["most"], told["hours"]) == (7, 200, 8)


def test_shares_are_told_from_a_dozen_on(record: Database, bell: Bell, as_staff: NewClient, short: Client) -> None:
    """Then a division's work speaks, and not one person's chance."""
    lead = as_staff(Role.LEAD, "Central")
    for _ in range(11):
        post = builders.a_published_post(record, bell)
        builders.a_flag(record, post.id, at=now())
        short.post(f"/v1/posts/{post.id}/decisions", {"verb": "dismiss", "reason": "within_guidelines"})

    before = lead.get("/v1/load?days=28").json()["divisions"][0]
    last = flagged(record, bell)
    short.post(f"/v1/posts/{last.id}/decisions", {"verb": "dismiss", "reason": "within_guidelines"})
    after = lead.get("/v1/load?days=28").json()["divisions"][0]

    assert (before["in_time"], before["median_minutes"]) == ({"part": None, "whole": 11}, None)
    assert (after["in_time"], after["median_minutes"]) == ({"part": 12, "whole": 12}, 0)


def test_a_search_is_on_the_audit_without_its_words(record: Database, as_staff: NewClient) -> None:
    """A line for each division, once for what is typed on, by who searched; a list without words is none."""
    ana = as_staff(Role.ANALYST, "Central", "East")
    for asked in ("", "?q=", "?q=%20", "?q=sil", "?q=silver", "?q=silver%20van", "?q=silver%20v", "?q=dog"):
        assert ana.get(f"/v1/posts{asked}").status_code == 200
    ana.get(f"/v1/posts?q=cat&division={builders.division('East')}")

    with record.read() as conn:
        lines = audit.page(conn, before=None, limit=50, sought=Sought(action="post.search"))

    east, central = builders.division("East"), builders.division("Central")
    assert [line.subject for line in reversed(lines)] == [*sorted((east, central)), *sorted((east, central)), east]
    assert {line.payload for line in lines} == {None}
    assert b"silver" not in builders.all_rows(record)
