"""Attacks 70 to 73: areas moved about, pieces of a larger one, forged rows, and answers ahead of their batch."""

from __future__ import annotations

import pytest
from sqlalchemy import ColumnElement, Executable, delete, exists, func, insert, select, true, update
from sqlalchemy.exc import ProgrammingError

from storage.atlas import versions
from storage.atlas.extent import extent
from storage.atlas.shapes import Atlas
from storage.db import AIRLOCK, OPERATOR
from storage.footage import answers as footage_answers, rules as footage_rules
from storage.footage.answers import Kind
from storage.kit import clock
from storage.kit.clock import HOUR
from storage.kit.ids import BlockId
from storage.schema import case_keys, footage_answers as answers, footage_request_blocks, footage_requests
from storage.staff.staff import Role
from tests.attacks.desks import DETECTIVE
from tests.attacks.ledger import Told
from tests.attacks.people import Person
from tests.attacks.table import Tried
from tests.attacks.world import HERE, World
from tests.storage.footage.asked import LATER, TODAY, Desk, a_batch, a_case, the_desk  # noqa: F401 - fixture

FIELDS = {"id", "kind", "case_number", "text", "blocks", "window_from", "window_to", "state", "by", "asked_at"}
FIELDS |= {"approved_by", "sent_at", "resolved_at", "ends_at", "next_at", "recalled", "may", "lead", "among", "answers"}
STEPS = 12  # columns of blocks that an area is moved over
HOURS = 4


def test_a70_moving_an_area_about_tells_nothing_of_who_is_in_it(world: World, tried: Tried) -> None:
    """A preview is reckoned from the map alone; an owner who comes in and says nothing changes no byte of an answer."""
    atlas, count = _map(world), 0
    cells = sorted(atlas.blocks_of(_here(atlas)), key=lambda one: one.shape.centroid.x)
    ids = [BlockId(one.id) for one in cells]
    for start in range(0, len(ids) - 4, max(1, len(ids) // STEPS)):
        for size in (3, 4):
            area = ids[start : start + size]
            seen = _ask(world, area, preview=True).answer
            count += 1
            assert (seen["blocks"], seen["square_miles"]) == (size, round(extent(atlas, area).area(area), 3))
    area = _touching(atlas, world.people[0].block, 4)
    asked = _ask(world, area)
    assert asked.status == 201, asked.body
    before = world.attackers[DETECTIVE].get(f"/v1/cases/{world.case_id}/requests")
    silent = Person.drawn(-70)
    silent.comes_in(world.stack.resident, world.people[0].block, world.stores.mails)
    silent.registers(world.stack.resident)
    after = world.attackers[DETECTIVE].get(f"/v1/cases/{world.case_id}/requests")
    tried(count + 1)

    assert after.body == before.body
    (one, *_) = before.answer["items"]
    assert (set(one), one["answers"]) == (FIELDS, [])
    assert [str(hit) for hit in world.oracle.hits("requests", before.body)] == []


def test_a71_pieces_never_add_up_to_more_than_one_may_ask(world: World, tried: Tried) -> None:
    """Whatever order the blocks of a division are asked for in, and on whatever days: no hour more of any of them."""
    atlas = _map(world)
    asked: list[tuple[list[BlockId], tuple[int, int]]] = []
    refused: list[str] = []
    for day in range(2, 8):
        for begin in (0, HOURS, 2 * HOURS):
            area = _touching(atlas, world.people[0].block, 4 + day)
            told = _ask(world, area, hours_ago=24 * day - begin)
            if told.status == 201:
                asked.append((area, _window(24 * day - begin)))
            else:
                refused.append(told.answer["error"]["code"])
    tried(len(asked) + len(refused))

    for block in {block for area, _ in asked for block in area}:
        hours = footage_rules.covered(window for area, window in asked if block in area)
        assert hours <= footage_rules.MOST_MS
    assert asked and set(refused) <= {"tiles_window", "tiles_area", "too_often"}
    assert "tiles_window" in refused


@pytest.mark.engines("postgresql")
def test_a72_a_row_the_staff_program_forges_answers_for_nobody(desk: Desk, tried: Tried) -> None:
    """Taken over, it changes no word, hour or block of what was asked, and answers or unsays for no owner."""
    case = a_case(desk.record)
    dee = desk.member("Dee", Role.DETECTIVE, case)
    request = desk.ask(dee, case)
    with desk.record.write(by=AIRLOCK) as tx:
        footage_answers.bring(tx, request, Kind.NO, shown_at=a_batch())
    forged: list[Executable] = [
        *(update(footage_requests).values({one.name: one}) for one in footage_requests.c if one.name not in MOVES),
        update(footage_request_blocks).values(block_id=footage_request_blocks.c.block_id),
        delete(footage_request_blocks),
        delete(footage_requests),
        insert(answers).values(id="x", request_id=request, kind="shared", shown_at=0),
        *(update(answers).values({one.name: one}) for one in answers.c if one.name != "contact_opened_at"),
        delete(answers),
        update(case_keys).values(public_key=b"x" * 32),
        delete(case_keys),
    ]
    seen = desk.as_role("staff")
    for statement in forged:
        with pytest.raises(ProgrammingError, match="permission denied"), seen.write(by=OPERATOR) as tx:
            tx.connection.execute(statement)
    tried(len(forged))

    for role in ("airlock", "chores", "public", "resident", "feed"):
        with pytest.raises(ProgrammingError, match="permission denied"), desk.as_role(role).read() as conn:
            conn.execute(select(case_keys.c.private_key_sealed))


@pytest.mark.engines("postgresql")
def test_a73_nobody_reads_an_answer_ahead_of_its_batch(desk: Desk, tried: Tried) -> None:
    """The staff program's role, asking the table itself in each way, finds what it finds where nobody answered."""
    case = a_case(desk.record)
    dee = desk.member("Dee", Role.DETECTIVE, case)
    request = desk.ask(dee, case)
    seen = desk.as_role("staff")

    def found() -> list[object]:
        told: list[object] = []
        with seen.read() as conn:
            told += [conn.execute(question).all() for question in _questions()]
        with seen.write(by=OPERATOR) as tx:
            told.append(tx.connection.execute(select(answers.c.id).with_for_update()).all())
            told.append(tx.connection.execute(update(answers).values(contact_opened_at=1)).rowcount)
        return told

    nobody = found()
    with desk.record.write(by=AIRLOCK) as tx:
        for kind in Kind:
            footage_answers.bring(tx, request, kind, shown_at=a_batch(LATER))
    tried(len(nobody))

    assert found() == nobody
    with desk.record.read() as conn:
        assert conn.execute(select(func.count()).select_from(answers)).scalar_one() == len(Kind)


MOVES = {"state", "approved_by", "sent_at", "resolved_at", "ends_at"}


def _questions() -> list[Executable]:
    there: ColumnElement[bool] = exists().where(answers.c.request_id == footage_requests.c.id)
    return [
        select(answers),
        select(func.count()).select_from(answers),
        select(func.max(answers.c.shown_at)),
        select(footage_requests.c.id).where(there),
        select(footage_requests.c.id, answers.c.id).outerjoin(answers, true()),
    ]


def _map(world: World) -> Atlas:
    with world.stores.record() as record, record.read() as conn:
        return versions.current(conn)


def _here(atlas: Atlas) -> object:
    found = atlas.division(HERE)
    assert found is not None
    return found.id


def _touching(atlas: Atlas, begin: str, count: int) -> list[BlockId]:
    """So many blocks in one piece, from this one on."""
    whole = [block.id for block in atlas.blocks_of(_here(atlas))]  # type: ignore[arg-type]
    beside = extent(atlas, whole).touching
    found = [BlockId(begin)]
    for block in found:
        found += [near for near in sorted(beside[block]) if near not in found]
        if len(found) >= count:
            return found[:count]
    raise AssertionError("an island")


def _window(hours_ago: int) -> tuple[int, int]:
    begin = TODAY - hours_ago * HOUR
    return begin, begin + HOURS * HOUR


def _ask(world: World, area: list[BlockId], *, hours_ago: int = 48, preview: bool = False) -> Told:
    begin, end = (clock.as_text(at) for at in _window(hours_ago))
    draft = {"blocks": sorted(area), "window_from": begin, "window_to": end, "kind": "theft", "text": "A grey van."}
    path = f"/v1/cases/{world.case_id}/requests{'/previews' if preview else ''}"
    return world.attackers[DETECTIVE].ask("POST", path, json=draft)
