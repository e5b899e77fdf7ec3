"""Who is on the staff and where they are logged in; what nobody uses ends."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from storage import feed_log
from storage.db import CHORES, OPERATOR, Database
from storage.feed_log import Kind
from storage.kit.ids import StaffId
from storage.schema import staff_log_ins, staff_members
from storage.staff import roster, staff
from storage.staff.staff import IDLE_MS
from tests import builders

pytestmark = pytest.mark.usefixtures("city")


def log_in(record: Database, member: StaffId) -> str:
    """A new log-in's token."""
    with record.write(by=OPERATOR) as tx:
        return staff.log_in(tx, member)


def rights(record: Database) -> int:
    """How often the feed's nodes were told to look at who may listen."""
    with record.read() as conn:
        return [line.kind for line in feed_log.after(conn, 0, limit=100)].count(Kind.RIGHTS)


@pytest.mark.engines("sqlite")
def test_log_ins_are_listed_and_one_is_ended_on_sockets_too(record: Database) -> None:
    """The newest first, those that are over not; ended, its token is nobody's, the others stay, and the feed looks."""
    ann, ben = builders.a_moderator(record, "ann"), builders.a_moderator(record, "ben")
    old, token, other = log_in(record, ann), log_in(record, ann), log_in(record, ben)
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(staff_log_ins).values(begun_at=1).where(staff_log_ins.c.token_digest == _digest(old)))
        tx.audit("test", "")
    with record.read() as conn:
        found = roster.places(conn, ann)
    assert [one.digest for one in found] == [_digest(token), _digest(old)]
    assert all(one.id not in one.digest and one.ends_at > one.begun_at for one in found)

    with record.write(by=OPERATOR) as tx:
        staff.end_log_in(tx, ben, found[0].digest)
    assert [_is_in(record, one) for one in (old, token, other)] == [True, True, True]
    with record.write(by=OPERATOR) as tx:
        staff.end_log_in(tx, ann, found[0].digest)
    assert [_is_in(record, one) for one in (old, token, other)] == [True, False, True]
    with record.write(by=OPERATOR) as tx:
        staff.end_log_ins(tx, ann)
    assert [_is_in(record, one) for one in (old, token, other)] == [False, False, True]
    assert rights(record) == 3


def test_members_are_listed_with_roles_and_log_ins(record: Database) -> None:
    """By name, ended ones too."""
    ben, ann = builders.a_moderator(record, "ben"), builders.a_moderator(record, "ann")
    log_in(record, ben)
    with record.write(by=OPERATOR) as tx:
        staff.end(tx, ann)

    with record.read() as conn:
        found = roster.members(conn)

    assert [(one.name, one.roles, one.log_ins, one.ended) for one in found] == [
        ("ann", ("moderator",), 0, True),
        ("ben", ("moderator",), 1, False),
    ]


def test_an_account_nobody_uses_ends_by_itself_and_is_taken_in_again(record: Database) -> None:
    """By the chores' own role, with its log-ins; who came within the time stays. The operator revives it as it was."""
    idle, busy = builders.a_moderator(record, "idle"), builders.a_moderator(record, "busy")
    token = log_in(record, idle)
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(staff_members).values(last_log_in_at=tx.now() - IDLE_MS - 1))
        tx.audit("test", "")
    log_in(record, busy)

    ended, chores = [], builders.as_role(record, "chores")
    for _ in range(2):
        with chores.write(by=CHORES) as tx:
            ended.append(staff.end_idle(tx))
    after = _is_in(record, token)
    with record.write(by=OPERATOR) as tx:
        staff.revive(tx, idle)
        staff.revive(tx, busy)

    assert (ended, after) == ([1, 0], False)
    with record.read() as conn:
        assert {one.name: one.ended for one in roster.members(conn)} == {"busy": False, "idle": False}
    with chores.write(by=CHORES) as tx:
        assert staff.end_idle(tx) == 0
    assert _is_in(record, log_in(record, idle))


def _digest(token: str) -> str:
    return staff.ids.digest(token)


def _is_in(record: Database, token: str) -> bool:
    with record.read() as conn:
        return staff.who(conn, token) is not None
