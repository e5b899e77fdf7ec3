"""Invitations, and the codes that come with an account."""

from __future__ import annotations

import pyotp
import pytest
from sqlalchemy import Connection

from storage.db import OPERATOR, Database
from storage.kit import ids
from storage.kit.clock import now
from storage.kit.errors import Conflict
from storage.kit.ids import StaffId
from storage.schema import invitations as rows
from storage.staff import invitations, proof as staff_proof, recovery_codes, staff
from storage.staff.invitations import LASTS_MS, MOST
from storage.staff.staff import Role
from tests import builders

pytestmark = pytest.mark.usefixtures("city")
HASH = staff_proof.hashed("a long password")


@pytest.fixture
def admin(record: Database) -> StaffId:
    """Who invites."""
    with record.write(by=OPERATOR) as tx:
        return staff.make(tx, "ad")


def invited(record: Database, admin: StaffId) -> str:
    """The secret of an invitation to be analyst of Central."""
    with record.write(by=OPERATOR) as tx:
        return invitations.invite(tx, admin, Role.ANALYST, builders.division("Central"))[0]


def take(record: Database, secret: str, name: str = "new") -> StaffId | None:
    """Takes it."""
    with record.write(by=OPERATOR) as tx:
        return invitations.take(tx, secret, name=name, password_hash=HASH, step=7)


def test_an_invitation_makes_one_account_with_its_duty(record: Database, admin: StaffId) -> None:
    """Once: the second time there is none. Password and second factor are those that were shown."""
    secret = invited(record, admin)
    with record.read() as conn:
        offer = invitations.find(conn, secret)
    member, again = take(record, secret), take(record, secret, "another")

    assert offer is not None
    assert member is not None
    assert again is None
    with record.read() as conn:
        account = staff_proof.account(conn, "new")
        assert staff.reach_now(conn, [member], Role.ANALYST) == {member: {builders.division("Central")}}
    assert account is not None
    assert account.second_factor == offer.second_factor
    assert staff_proof.is_password(account, "a long password")


def test_a_name_that_is_taken_leaves_the_invitation_open(record: Database, admin: StaffId) -> None:
    """All or nothing: the invited chooses another."""
    secret = invited(record, admin)
    with pytest.raises(Conflict):
        take(record, secret, "ad")

    assert take(record, secret) is not None


def test_an_invitation_is_over_after_a_day_and_can_be_taken_back(record: Database, admin: StaffId) -> None:
    """Either way nobody comes in by it, and no row of it stays."""
    late, back = invited(record, admin), invited(record, admin)
    with record.write(by=OPERATOR) as tx:
        digest = ids.digest(late)
        tx.execute(rows.update().where(rows.c.secret_digest == digest).values(ends_at=tx.now() - 1))
        (open_one,) = invitations.open_ones(tx.connection)
        invitations.take_back(tx, open_one.id)
        assert open_one.ends_at <= tx.now() + LASTS_MS

    assert (take(record, late), take(record, back)) == (None, None)
    with record.write(by=OPERATOR) as tx:
        assert invitations.forget(tx) == 1
        assert tx.connection.execute(rows.select()).all() == []


def test_no_row_holds_the_secret_of_a_link(record: Database, admin: StaffId) -> None:
    """Who reads the record cannot come in by it."""
    secret = invited(record, admin)

    assert secret.encode() not in builders.all_rows(record)


def test_not_everybody_is_invited_at_once(record: Database, admin: StaffId) -> None:
    """An admin whose desk somebody else sits at does not make a hundred accounts."""
    with record.write(by=OPERATOR) as tx:
        for _ in range(MOST):
            invitations.invite(tx, admin, Role.ADMIN, None)
        with pytest.raises(Conflict):
            invitations.invite(tx, admin, Role.ADMIN, None)


def test_a_recovery_code_opens_once_however_it_is_written(record: Database, admin: StaffId) -> None:
    """New ones make all from before worthless; none is kept as it was shown."""
    with record.write(by=OPERATOR) as tx:
        old, new = recovery_codes.draw(tx, admin), recovery_codes.draw(tx, admin)
        typed = f" {new[0][:5].upper()}-{new[0][5:]}"
        used = [recovery_codes.use(tx, admin, code) for code in (old[0], typed, typed, new[1])]
        left = recovery_codes.left(tx.connection, admin)

    assert used == [False, True, False, True]
    assert left == recovery_codes.COUNT - 2
    assert not any(code.encode() in builders.all_rows(record) for code in new)


def test_a_new_phone_takes_the_place_of_the_old_one_by_a_code(record: Database, admin: StaffId) -> None:
    """Until then the old one stays; the code that proved it is used."""
    with record.write(by=OPERATOR) as tx:
        staff_proof.set_password(tx, admin, "a long password")
        old = staff_proof.set_second_factor(tx, admin)
        new = staff_proof.propose_second_factor(tx, admin)
        code = pyotp.TOTP(new).at(now() // 1000)
        wrong, before = staff_proof.take_second_factor(tx, admin, "000000x"), _key(tx.connection)
        taken, after = staff_proof.take_second_factor(tx, admin, code), staff_proof.account(tx.connection, "ad")
        assert after is not None
        again = staff_proof.use_code(tx, after, code)

    assert (wrong, before, taken, after.second_factor, again) == (False, old, True, new, False)


def _key(conn: Connection) -> str | None:
    found = staff_proof.account(conn, "ad")
    return found and found.second_factor
