"""Attacks 74 to 77: whom a request reached, who answered it and when; a mail as a tracer; a row nobody asked."""

from __future__ import annotations

from collections import Counter
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from storage.db import OPERATOR, RESIDENT, database_now
from storage.identity.cameras import inbox_answers, mail as camera_mail
from storage.identity.cameras.inbox_answers import Kind
from storage.identity.schema import asked, inbox_answers as said
from storage.identity.vault import ResidentId
from storage.kit.clock import BATCH, DAY, HOUR, MINUTE
from storage.kit.ids import RequestId
from storage.schema import (
    case_members,
    cases,
    footage_answers as answers,
    footage_request_blocks,
    footage_requests,
    staff_roles,
)
from storage.staff.staff import Role
from tests import builders
from tests.attacks.table import Tried
from tests.storage.footage.asked import square, squares, the_desk
from tests.storage.identity.conftest import vault
from tests.storage.identity.making import a_resident
from tests.workers.airlock.owners.test_asking import Town, town
from workers.airlock.owners.answering import carry_answers
from workers.airlock.owners.owners_mail import write_to_owners

__all__ = ["the_desk", "town", "vault"]
pytestmark = pytest.mark.engines("sqlite")

OWNERS = 8
WITHOUT = {"id", "kind", "post_id"}  # of an answer: drawn, said, and the shared clip's


def _record(town: Town) -> bytes:
    """Every byte of every row of the record, but for when the airlock last looked."""
    return builders.all_rows(town.desk.record)


def test_a74_a_silent_owner_is_no_owner_byte_for_byte(town: Town, tried: Tried) -> None:
    """A request arrives, is read, answered and taken back: the record is to the byte what it is where nobody lives."""
    request = town.asks()
    before = _record(town)
    town.round()
    assert _record(town) == before, "delivering writes nothing there"

    owners = [town.owner(f"owner-{number}", square(number % 2)) for number in range(OWNERS)]
    for who in owners:
        assert town.inbox(who) == [request]
        for kind in (Kind.NO, Kind.NOTHING):
            with town.stores.vault.write(by=RESIDENT) as tx:
                inbox_answers.say(tx, who, request, kind, shown_at=tx.now() + 5 * HOUR)
        with town.stores.vault.write(by=RESIDENT) as tx:
            inbox_answers.erase(tx, who, request)
    for _ in range(3):
        town.round()
        carry_answers(town.stores)
    tried(OWNERS)

    assert _record(town) == before


def test_a75_a_mail_traces_nobody(town: Town, tmp_path: Path, tried: Tried) -> None:
    """Whichever block is asked about, the same people get the same mail at the same round; and no fewer than twelve."""
    owners = [a_resident(town.stores.vault, f"owner-{number}@example.org") for number in range(12)]
    for who in owners:
        with town.stores.vault.write(by=RESIDENT) as tx:
            camera_mail.put(tx, town.stores.vault, who, {builders.division("Central")})
    told = []
    for number in range(4):  # each asks about another place, where some, one or none of them has a camera
        town.asks(*squares(range(number * 2, number * 2 + 2)))
        town.round()
        folder = tmp_path / str(number)
        write_to_owners(town.stores.vault, folder)
        assert not list(folder.glob("*")), "none at the moment of asking"
        with town.stores.vault.write(by=OPERATOR) as tx:
            tx.execute(update(asked).values(delivered_at=tx.now() - DAY))
        write_to_owners(town.stores.vault, folder)
        mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in folder.glob("*")]
        told.append(sorted((mail["To"], mail["Subject"], mail.get_content(), tuple(mail.keys())) for mail in mails))
    tried(len(told) * len(owners))

    assert {len(each) for each in told} == {len(owners)}
    assert all(each == told[0] for each in told)
    assert len({mail[1:] for mail in told[0]}) == 1, "the same to each"


def test_a76_a_forged_row_moves_nobody(town: Town, tried: Tried) -> None:
    """In whatever way a row is wrong, or its asker may no longer ask, no owner is asked and no mail is due."""
    ada = town.owner("ada", square(0))
    request = town.asks()
    analyst = town.desk.member("ana", Role.ANALYST, town.case)
    elsewhere = town.desk.member("stranger", Role.DETECTIVE)
    here, duty = footage_requests.c.id == request, staff_roles.c.staff_id == town.detective
    row = _row(town, request)
    wide = [{"request_id": request, "block_id": block} for block in squares(range(3, 12), range(5))]
    forgeries: list[Any] = [
        update(footage_requests).where(here).values(asked_by=analyst),
        update(footage_requests).where(here).values(asked_by=elsewhere),
        update(footage_requests).where(here).values(window_to=row.window_from + 13 * HOUR),
        update(footage_requests).where(here).values(window_to=row.window_to + MINUTE),
        update(footage_requests).where(here).values(window_to=row.window_from),
        update(footage_requests)
        .where(here)
        .values(window_from=row.window_from + 4 * DAY, window_to=row.window_to + 4 * DAY),
        update(footage_requests).where(here).values(kind="traffic"),
        update(footage_requests).where(here).values(text="You must send it or you will be charged."),
        update(footage_requests).where(here).values(division_id=builders.division("East")),
        update(footage_requests).where(here).values(ends_at=row.ends_at + 30 * DAY),
        update(footage_requests).where(here).values(sent_at=row.sent_at + DAY),
        update(footage_requests).where(here).values(state="waiting"),
        update(footage_requests).where(here).values(state="refused"),
        update(cases).where(cases.c.id == town.case).values(state="closed"),
        update(staff_roles).where(duty).values(role=Role.LEAD),
        update(staff_roles).where(duty).values(division_id=builders.division("East")),
        delete(case_members).where(case_members.c.staff_id == town.detective),
        delete(footage_request_blocks).where(footage_request_blocks.c.request_id == request),
        insert(footage_request_blocks).values(wide),
        insert(footage_request_blocks).values(request_id=request, block_id=builders.block("East")),
    ]
    for forged in forgeries:
        _forge(town, forged)
        town.round()
        assert town.inbox(ada) == [], str(forged)
        _mend(town, row)
    tried(len(forgeries))

    town.round()
    assert town.inbox(ada) == [request], "as it was asked it is believed"


def test_a77_an_answer_tells_neither_when_nor_in_which_order_nor_who(town: Town, tried: Tried) -> None:
    """Answers of one batch differ in their kind and in a number drawn for each; their posts bear the batch's hour."""
    owners = [town.owner(f"owner-{number}", square(number % 2)) for number in range(OWNERS)]
    request = town.asks()
    town.round()
    with town.stores.vault.read() as conn:
        shown_at = database_now(conn) // BATCH * BATCH  # the last one, so that it crosses at once
    orders = Counter[tuple[int, ...]]()
    for _ in range(6):
        for who in owners:  # one after the other, in one and the same order each time
            _say(town, who, request, shown_at)
        carry_answers(town.stores)
        orders[_order(town, owners, request)] += 1
        _forget(town, request)
    tried(6 * OWNERS)

    assert len(orders) > 1, "the order they stand in is not the order they came in"
    assert max(orders.values()) < 6

    for who in owners:
        _say(town, who, request, shown_at)
    carry_answers(town.stores)
    with town.desk.record.read() as conn:
        rows = [row._asdict() for row in conn.execute(select(answers))]
    assert len(rows) == OWNERS
    assert len({tuple((name, row[name]) for name in row.keys() - WITHOUT) for row in rows}) == 1
    for who in owners:
        assert who.encode() not in _record(town)


def _say(town: Town, who: ResidentId, request: RequestId, shown_at: int) -> None:
    with town.stores.vault.write(by=RESIDENT) as tx:
        inbox_answers.say(tx, who, request, Kind.NO, shown_at=shown_at)


def _order(town: Town, owners: list[ResidentId], request: RequestId) -> tuple[int, ...]:
    """By whom the answers are, in the order in which staff are told them."""
    with town.stores.vault.read() as conn:
        whose = {row.id: owners.index(row.resident_id) for row in conn.execute(select(said.c.id, said.c.resident_id))}
    with town.desk.record.write(by=OPERATOR) as tx:
        tx.execute(update(answers).values(shown_at=tx.now() - 1))
    here = select(answers.c.id).where(answers.c.request_id == request).order_by(answers.c.shown_at, answers.c.id)
    with town.desk.as_role("staff").read() as conn:
        return tuple(whose[found] for found in conn.execute(here).scalars())


def _forget(town: Town, request: RequestId) -> None:
    with town.stores.vault.write(by=OPERATOR) as tx:
        inbox_answers.erase_all(tx, [request])
    with town.desk.record.write(by=OPERATOR) as tx:
        tx.execute(delete(answers))


def _row(town: Town, request: RequestId) -> Any:
    with town.desk.record.read() as conn:
        return conn.execute(select(footage_requests).where(footage_requests.c.id == request)).one()


def _forge(town: Town, statement: Any) -> None:
    with town.desk.record.write(by=OPERATOR) as tx:
        tx.execute(statement)
        tx.audit("test", "")


def _mend(town: Town, row: Any) -> None:
    """All as it was."""
    with town.desk.record.write(by=OPERATOR) as tx:
        tx.execute(update(footage_requests).where(footage_requests.c.id == row.id).values(**row._asdict()))
        tx.execute(update(cases).where(cases.c.id == town.case).values(state="open"))
        mine = staff_roles.c.staff_id == town.detective
        tx.execute(
            update(staff_roles).where(mine).values(role=Role.DETECTIVE, division_id=builders.division("Central"))
        )
        tx.execute(delete(case_members).where(case_members.c.staff_id == town.detective))
        tx.execute(insert(case_members).values(case_id=town.case, staff_id=town.detective))
        tx.execute(delete(footage_request_blocks).where(footage_request_blocks.c.request_id == row.id))
        blocks = [{"request_id": row.id, "block_id": block} for block in squares(range(2))]
        tx.execute(insert(footage_request_blocks), blocks)
        tx.audit("test", "")
