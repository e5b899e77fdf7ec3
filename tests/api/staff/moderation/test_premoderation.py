"""Leads have posts judged before anybody sees them, where they lead, and for a while."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from storage import audit
from storage.db import OPERATOR, Database
from storage.moderation import premoderation
from storage.schema import premoderation as rows
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient

pytestmark = pytest.mark.usefixtures("city")
SAID = {"division_id": builders.division(), "category": "suspicious", "hours": 24, "note": "A rumour goes round."}
ADDRESS = f"/v1/premoderation/{builders.division()}/suspicious"


@pytest.fixture
def lea(as_staff: NewClient) -> Client:
    """The lead of Central."""
    return as_staff(Role.LEAD, "Central")


def on(ask: Client) -> list[tuple[str, str, str]]:
    """Where it is on, as a lead sees it."""
    items = ask.get("/v1/premoderation").json()["items"]
    return [(one["division"]["name"], one["category"], one["note"]) for one in items]


def until(record: Database, category: str = "suspicious", division: str = "Central") -> int | None:
    """When it ends for a post."""
    with record.read() as conn:
        return premoderation.until(conn, builders.block(division), category)


def test_a_lead_switches_it_on_and_off(record: Database, lea: Client) -> None:
    """Of that division and category alone; each time a line of the audit, without the note's words."""
    assert lea.ask("PUT", "/v1/premoderation", json=SAID).status_code == 200

    assert on(lea) == [("Central", "suspicious", "A rumour goes round.")]
    assert until(record) is not None
    assert (until(record, "crime"), until(record, division="East")) == (None, None)
    assert lea.ask("PUT", "/v1/premoderation", json={**SAID, "note": "It goes on."}).status_code == 200
    assert on(lea) == [("Central", "suspicious", "It goes on.")]
    assert lea.ask("DELETE", ADDRESS).json() == {"items": []}
    assert lea.ask("DELETE", ADDRESS).status_code == 200
    assert until(record) is None
    with record.read() as conn:
        lines = [entry for entry in audit.page(conn, before=None, limit=20) if entry.action.startswith("premoderation")]
    assert [line.action for line in lines] == ["premoderation.end", *["premoderation.begin"] * 2]
    assert "rumour" not in str(lines)


def test_it_ends_by_itself(record: Database, lea: Client) -> None:
    """Nobody need remember it, and at most two weeks later."""
    lea.ask("PUT", "/v1/premoderation", json=SAID)
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(rows).values(ends_at=tx.now()))
        tx.audit("test", "x")

    assert (on(lea), until(record)) == ([], None)
    for wrong in ({"hours": 0}, {"hours": 24 * 14 + 1}, {"note": " "}, {"category": "gossip"}):
        assert lea.ask("PUT", "/v1/premoderation", json={**SAID, **wrong}).status_code == 422


def test_it_is_for_the_lead_of_that_division(record: Database, lea: Client, as_staff: NewClient) -> None:
    """Elsewhere it is not there, to switch, to end or to see."""
    lea.ask("PUT", "/v1/premoderation", json=SAID)
    other = as_staff(Role.LEAD, "East")

    assert on(other) == []
    assert other.ask("PUT", "/v1/premoderation", json=SAID).status_code == 404
    assert other.ask("DELETE", ADDRESS).status_code == 404
    assert until(record) is not None
