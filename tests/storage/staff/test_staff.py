"""Staff members, their duties and log-ins."""

from __future__ import annotations

import pytest

from storage.db import OPERATOR, Database, Tx
from storage.kit import ids
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import DivisionId, StaffId
from storage.schema import staff_log_ins
from storage.staff import staff
from storage.staff.staff import VIEWERS, LogIn, Role
from tests import builders

pytestmark = pytest.mark.usefixtures("city")


def made(tx: Tx, *duties: tuple[Role, str | None]) -> StaffId:
    """A member with the duties."""
    member = staff.make(tx, f"somebody {ids.new_id()}")
    for role, division in duties:
        staff.grant(tx, member, role, None if division is None else builders.division(division))
    return member


def logged_in(record: Database, *duties: tuple[Role, str | None]) -> LogIn:
    """A member with the duties, logged in."""
    with record.write(by=OPERATOR) as tx:
        token = staff.log_in(tx, made(tx, *duties))
    found = of(record, token)
    assert found is not None
    return found


def of(record: Database, token: str) -> LogIn | None:
    """Whose the token is."""
    with record.read() as conn:
        return staff.who(conn, token)


def test_duties_reach_their_divisions_and_no_further(record: Database) -> None:
    """Each role has its own reach."""
    member = logged_in(record, (Role.ANALYST, "Central"), (Role.ANALYST, "East"), (Role.MODERATOR, "North")).member

    assert [one.name for one in member.divisions(Role.ANALYST)] == ["Central", "East"]
    assert member.reach(Role.MODERATOR) == {builders.division("North")}
    assert member.reach(Role.LEAD) == frozenset()
    assert len(member.reach(*VIEWERS)) == 3
    assert member.holds(Role.MODERATOR, Role.ADMIN)
    assert not member.holds(Role.ADMIN)


def test_a_duty_for_the_whole_city_reaches_every_division(record: Database) -> None:
    """None is the whole city."""
    member = logged_in(record, (Role.LEAD, None)).member

    assert member.reach(Role.LEAD) == {builders.division(name) for name in builders.DIVISIONS}
    assert [duty.division for duty in member.duties] == [None]


def test_an_admin_sees_no_division(record: Database) -> None:
    """Overseeing is not viewing."""
    assert logged_in(record, (Role.ADMIN, None)).member.reach(*VIEWERS) == frozenset()


def test_a_name_is_taken_once(record: Database) -> None:
    """Two members never share a name."""
    with record.write(by=OPERATOR) as tx:
        member = staff.make(tx, "ana")

        with pytest.raises(Conflict):
            staff.make(tx, "ana")

        assert staff.find(tx.connection, "ana") == member
        assert staff.find(tx.connection, "nobody") is None


def test_granting_twice_is_granting_once(record: Database) -> None:
    """And what was granted can be taken back, twice."""
    with record.write(by=OPERATOR) as tx:
        member = made(tx, (Role.ANALYST, "East"), (Role.ANALYST, "East"))
        token = staff.log_in(tx, member)
    before = of(record, token)

    for _ in range(2):
        with record.write(by=OPERATOR) as tx:
            staff.take_back(tx, member, Role.ANALYST, builders.division("East"))

    after = of(record, token)
    assert before is not None
    assert len(before.member.duties) == 1
    assert after is not None
    assert after.member.duties == ()


def test_an_unknown_division_cannot_be_granted(record: Database) -> None:
    """A typing error gives nobody anything."""
    with record.write(by=OPERATOR) as tx:
        member = made(tx)

        with pytest.raises(NotThere):
            staff.grant(tx, member, Role.ANALYST, DivisionId("nowhere"))


def test_a_token_is_kept_as_its_digest_alone(record: Database) -> None:
    """Reading the record gives nobody a log-in."""
    with record.write(by=OPERATOR) as tx:
        token = staff.log_in(tx, made(tx))

    with record.read() as conn:
        kept = conn.execute(staff_log_ins.select()).one()
    assert kept.token_digest == ids.digest(token)
    assert token not in str(kept)


def test_a_log_in_ends_by_log_out_time_or_account(record: Database) -> None:
    """After any of the three the token stands for nobody."""
    with record.write(by=OPERATOR) as tx:
        member = made(tx)
        out, late, last = (staff.log_in(tx, member) for _ in range(3))
    gone = of(record, out)
    assert gone is not None

    with record.write(by=OPERATOR) as tx:
        staff.log_out(tx, gone)
        tx.execute(staff_log_ins.update().where(staff_log_ins.c.token_digest == ids.digest(late)).values(ends_at=1))
    assert of(record, out) is None
    assert of(record, late) is None
    assert of(record, last) is not None

    with record.write(by=OPERATOR) as tx:
        staff.end(tx, member)
    assert of(record, last) is None
    assert of(record, "never issued") is None


def test_log_ins_that_ended_are_forgotten(record: Database) -> None:
    """Those that hold stay."""
    with record.write(by=OPERATOR) as tx:
        member = made(tx)
        staff.log_in(tx, member)
        tx.execute(staff_log_ins.update().values(ends_at=1))
        staff.log_in(tx, member)

        assert staff.forget_ended(tx) == 1
        assert staff.forget_ended(tx) == 0
        assert len(tx.connection.execute(staff_log_ins.select()).all()) == 1
