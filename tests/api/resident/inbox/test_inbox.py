"""The inbox: what is asked of one resident, the soonest over first, and of nobody else."""

from __future__ import annotations

import pytest

from api.resident.desk import Desk
from api.resident.inbox import inbox
from api.resident.inbox.inbox import Kind, Line
from storage.identity.vault import ResidentId
from tests.api.resident.neighbour import Neighbour


def test_who_is_asked_nothing_has_an_empty_inbox(ada: Neighbour) -> None:
    """The list is there from the first day, with nothing in it."""
    assert ada.get("/v1/inbox") == {"items": []}


@pytest.mark.engines("sqlite")
def test_what_is_over_first_stands_first(ada: Neighbour, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds stand among each other, by when they end."""

    def asked(*days: int, kind: Kind) -> list[Line]:
        ends = (f"2026-12-{day:02}T00:00:00Z" for day in days)
        return [Line(kind=kind, id=at, about="x", ends_at=at, waits=True) for at in ends]

    def requests(_desk: Desk, _asking: ResidentId) -> list[Line]:
        return asked(20, 10, kind=Kind.REQUEST)

    def notices(_desk: Desk, _asking: ResidentId) -> list[Line]:
        return asked(15, kind=Kind.NOTICE)

    monkeypatch.setattr(inbox, "SOURCES", (requests, notices))

    assert [one["kind"] for one in ada.get("/v1/inbox")["items"]] == ["request", "notice", "request"]
