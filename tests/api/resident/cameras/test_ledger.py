"""Who looked: told to whoever has a camera there, by months that are over, and never by whom or for which case."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from api.resident.desk import Desk
from storage.cameras import looks as camera_looks
from storage.cases import cases, incidents, rules as case_rules
from storage.cases.incidents import NewIncident
from storage.cases.rules import Act, Asker
from storage.db import OPERATOR
from storage.kit.clock import DAY
from storage.kit.ids import BlockId, CaseId, new_id
from storage.schema import case_entries
from storage.staff import staff
from storage.staff.staff import Role
from tests.api.resident.conftest import NewNeighbour, Town
from tests.api.resident.neighbour import Neighbour
from tests.builders import NOON


def _case(desk: Desk, town: Town, kind: str = "Burglary") -> tuple[Asker, CaseId]:
    """An open case in Central, and its detective."""
    with desk.stores.record.write(by=OPERATOR) as tx:
        who = []
        for role in (Role.DETECTIVE, Role.LEAD):
            member = staff.make(tx, new_id())
            staff.grant(tx, member, role, town.central)
            log_in = staff.who(tx.connection, staff.log_in(tx, member))
            assert log_in is not None
            who.append(case_rules.asker(log_in.member))
        number = new_id()
        incidents.add(tx, [NewIncident(number, kind, NOON, town.central, None)])
        (found,) = incidents.page(tx.connection, [town.central], number=number, before=None, limit=1)
        case_id = cases.ask(tx, found, number=new_id(), why="x", by=who[0].id)
        cases.move(tx, who[1], case_id, Act.CONSENT, text="")
    return who[0], case_id


def _look(desk: Desk, case: tuple[Asker, CaseId], *blocks: BlockId, days_ago: int) -> None:
    with desk.stores.record.write(by=OPERATOR) as tx:
        camera_looks.look(tx, *case, blocks)
        newest = case_entries.c.at > tx.now() - DAY
        tx.execute(update(case_entries).where(newest).values(at=tx.now() - days_ago * DAY))


def _ledger(who: Neighbour) -> list[dict[str, Any]]:
    return list(who.get("/v1/cameras/ledger")["items"])


def test_looks_are_counted_by_month_and_case(desk: Desk, ada: Neighbour, town: Town) -> None:
    """Two of one case and one of another, months ago; today's, and another block's, are not told."""
    ada.registered()
    burglary, theft = _case(desk, town), _case(desk, town, "Theft")
    for case in (burglary, burglary, theft):
        _look(desk, case, *town.blocks, days_ago=40)
    _look(desk, theft, town.blocks[1], days_ago=40)
    _look(desk, burglary, town.blocks[0], days_ago=0)

    told = _ledger(ada)

    assert {(one["incident_type"], one["looks"]) for one in told} == {("Burglary", 2), ("Theft", 1)}
    assert {one["block"]["id"] for one in told} == {town.blocks[0]}
    assert len({one["reference"] for one in told}) == 2
    assert not [one for one in (burglary[1], theft[1], burglary[0].id) if one in repr(told)]


@pytest.mark.engines("sqlite")
def test_references_of_two_neighbours_do_not_meet(desk: Desk, neighbour: NewNeighbour, town: Town) -> None:
    """All else is the same for both; who has no camera there is told nothing, and who retired theirs no more."""
    _look(desk, _case(desk, town), town.blocks[0], days_ago=40)
    ada, bob, eve = neighbour("ada"), neighbour("bob"), neighbour("eve")
    adas, _ = (who.registered() for who in (ada, bob))

    of_ada, of_bob = _ledger(ada), _ledger(bob)
    assert [{**one, "reference": ""} for one in of_ada] == [{**one, "reference": ""} for one in of_bob] != []
    assert of_ada[0]["reference"] != of_bob[0]["reference"]
    assert _ledger(eve) == []
    ada.ask("DELETE", f"/v1/cameras/{adas}")
    assert _ledger(ada) == []
