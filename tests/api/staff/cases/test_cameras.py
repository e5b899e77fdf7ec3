"""Cameras of a case: for the detective who works in it, each look on the books, and only so many."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import update

from storage import audit
from storage.audit import Sought
from storage.cameras import listed as listed_cameras, looks as camera_looks, pins as camera_pins
from storage.cameras.listed import Listed
from storage.cameras.pins import Pin, Quadrant, Retention
from storage.db import AIRLOCK, OPERATOR, Database
from storage.kit import clock
from storage.kit.clock import DAY
from storage.kit.ids import BlockId
from storage.schema import staff_log_ins
from storage.staff import desks
from storage.staff.staff import Role
from tests import builders
from tests.api.staff.casework import Casework, Person, an_incident, casework  # noqa: F401 - fixture

BLOCKS = [builders.block("Central", number) for number in range(3)]


def _pinned(record: Database, *pins: tuple[BlockId, str, str]) -> None:
    found = [Pin(block, Quadrant(quadrant), Retention(kept)) for block, quadrant, kept in pins]
    with record.write(by=AIRLOCK) as tx:
        camera_pins.bring(tx, camera_pins.longest(found))


def _look(person: Person, path: str, blocks: list[BlockId] = BLOCKS) -> httpx.Response:
    return person.ask.post(f"{path}/cameras", {"blocks": blocks})


@pytest.mark.engines("sqlite")
def test_pins_come_the_soonest_overwritten_first(record: Database, casework: Casework) -> None:  # noqa: F811
    """Of an incident four days ago: by how long each is surely kept, what is gone last; nothing of other blocks."""
    an_incident(record, at=clock.now() - 4 * DAY)
    _pinned(record, *((BLOCKS[0], way, kept) for way, kept in zip("nesw", reversed(Retention), strict=True)))
    path = casework.opened()

    told = _look(casework.detective, path).json()["items"]

    assert [(one["retention"], one["left"]) for one in told] == [
        ("3_to_7", "perhaps"),
        ("8_to_30", "kept"),
        ("over_30", "kept"),
        ("under_3", "gone"),
    ]
    assert {one["block_id"] for one in told} == {BLOCKS[0]}
    assert told[0].keys() == {"block_id", "quadrant", "retention", "left", "kept_until"}


def test_each_look_is_an_entry_and_a_line_of_the_audit(record: Database, casework: Casework) -> None:  # noqa: F811
    """Under the case, with how many blocks; a look that finds nothing as well."""
    path = casework.opened()

    for blocks in (BLOCKS, BLOCKS[:1]):
        assert _look(casework.detective, path, blocks).json() == {"items": [], "listed": []}

    told: dict[str, Any] = casework.lead.ask.get(path).json()
    assert [(one["kind"], one["by"], one["text"]) for one in told["timeline"][2:]] == [
        ("cameras", "Dee", "3"),
        ("cameras", "Dee", "1"),
    ]
    with record.read() as conn:
        lines = audit.page(conn, before=None, limit=9, sought=Sought(subject=told["id"]))
    assert [line.action for line in lines][:2] == ["case.cameras", "case.cameras"]
    assert {line.by for line in lines[:2]} == {f"staff:{casework.detective.id}"}


@pytest.mark.engines("sqlite")
def test_a_block_answers_alike_whatever_is_asked_with_it(record: Database, casework: Casework) -> None:  # noqa: F811
    """Areas that overlap or are moved about tell no more of a block than it tells alone: nothing to subtract."""
    _pinned(record, (BLOCKS[0], "n", "over_30"), (BLOCKS[1], "e", "3_to_7"), (BLOCKS[1], "s", "over_30"))
    path = casework.opened()

    def told(*numbers: int) -> dict[str, list[dict[str, str]]]:
        items = _look(casework.detective, path, [BLOCKS[number] for number in numbers]).json()["items"]
        return {block: [one for one in items if one["block_id"] == block] for block in (BLOCKS[n] for n in numbers)}

    alone = {**told(0), **told(1), **told(2)}
    for numbers in ((0, 1), (1, 2), (0, 2), (2, 1, 0), (0, 0, 1)):
        assert told(*numbers) == {BLOCKS[number]: alone[BLOCKS[number]] for number in numbers}
    assert [len(alone[block]) for block in BLOCKS] == [1, 2, 0]


@pytest.mark.engines("sqlite")
def test_only_the_detective_of_an_open_case_sees_pins(record: Database, casework: Casework) -> None:  # noqa: F811
    """Not its lead, not an analyst in it, not a detective who is not, not while it waits or once it is closed."""
    _pinned(record, (BLOCKS[0], "n", "over_30"))
    waiting = f"/v1/cases/{casework.asked('CR-2').json()['id']}"
    path = casework.opened()
    analyst, other = casework.new(Role.ANALYST, "Central"), casework.new(Role.DETECTIVE, "Central")
    casework.lead.ask.post(f"{path}/members", {"member_id": analyst.id})

    refused = {
        "a lead": (_look(casework.lead, path), 403),
        "an analyst": (_look(analyst, path), 403),
        "another detective": (_look(other, path), 404),
        "no case": (_look(casework.detective, "/v1/cases/" + "a" * 26), 404),
        "one that waits": (_look(casework.detective, waiting), 409),
        "another division's block": (_look(casework.detective, path, [BLOCKS[0], builders.block("East")]), 404),
        "no block": (_look(casework.detective, path, [BlockId("a" * 26)]), 404),
        "nowhere": (_look(casework.detective, path, []), 422),
    }
    casework.detective.ask.post(f"{path}/close")
    refused["one that is closed"] = (_look(casework.detective, path), 409)

    assert {who: answer.status_code for who, (answer, _) in refused.items()} == {
        who: code for who, (_, code) in refused.items()
    }
    with record.read() as conn:
        assert audit.page(conn, before=None, limit=9, sought=Sought(action="case.cameras")) == []


@pytest.mark.engines("sqlite")
def test_a_case_and_a_day_have_their_measure(
    record: Database,
    casework: Casework,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By different blocks: the same ones again are free; beyond it nothing is shown, and nothing entered."""
    monkeypatch.setattr(camera_looks, "MOST_OF_CASE", 2)
    path = casework.opened()
    for _ in range(3):
        assert _look(casework.detective, path, BLOCKS[:2]).status_code == 200
    more = _look(casework.detective, path, BLOCKS[2:])
    assert (more.status_code, more.json()["error"]["code"]) == (409, "too_many_blocks")

    monkeypatch.setattr(camera_looks, "MOST_A_DAY", 2)
    monkeypatch.setattr(camera_looks, "MOST_OF_CASE", 3)
    other = casework.opened("CR-2")
    assert _look(casework.detective, other, BLOCKS[:2]).status_code == 200
    spent = _look(casework.detective, other, BLOCKS[1:])
    assert (spent.status_code, spent.json()["error"]["code"]) == (429, "too_often")
    assert [one["text"] for one in casework.lead.ask.get(other).json()["timeline"][2:]] == ["2"]


@pytest.mark.engines("sqlite")
def test_a_look_takes_a_second_factor_of_the_last_half_hour(record: Database, casework: Casework) -> None:  # noqa: F811
    """Whatever else still goes with an older one; and nothing is entered."""
    path = casework.opened()
    older = desks.FRESH_MS
    with record.write(by=OPERATOR) as tx:
        mine = staff_log_ins.c.staff_id == casework.detective.id
        tx.execute(update(staff_log_ins).where(mine).values(ends_at=staff_log_ins.c.ends_at - older))
        tx.audit("test", "")

    answer = _look(casework.detective, path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "prove_again")
    assert [one["kind"] for one in casework.detective.ask.get(path).json()["timeline"]] == ["ask", "consent"]


@pytest.mark.engines("sqlite")
def test_what_is_listed_openly_stands_at_its_address(record: Database, casework: Casework) -> None:  # noqa: F811
    """In the blocks that are looked at and no other; and for nobody who may not look."""
    with record.write(by=AIRLOCK) as tx:
        there = {
            key: Listed(block, Quadrant.N, Retention.TO_7, f"{key} Park Ave", "The desk")
            for key, block in (("2400", BLOCKS[0]), ("2500", BLOCKS[2]))
        }
        listed_cameras.bring(tx, there=there, gone=())
    path = casework.opened()

    told = _look(casework.detective, path, BLOCKS[:1]).json()

    assert [(one["address"], one["contact"]) for one in told["listed"]] == [("2400 Park Ave", "The desk")]
    assert told["items"] == []
    refused = _look(casework.lead, path)
    assert refused.status_code == 403
    assert "Park" not in refused.text
