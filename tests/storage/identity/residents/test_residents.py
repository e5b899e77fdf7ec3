"""Residents: a sealed mail address, a home block, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from storage.db import RESIDENT, database_now
from storage.identity.residents import residents
from storage.identity.residents.residents import Resident
from storage.identity.schema import residents as rows
from storage.identity.vault import ResidentId, SealBrokenError, Vault
from storage.kit.clock import DAY
from storage.kit.errors import Conflict, Refused
from storage.kit.ids import BlockId
from tests.storage.identity.making import MAIL, a_resident, bytes_below


def move(vault: Vault, who: ResidentId, home: str) -> None:
    """Somebody moves."""
    with vault.write(by=RESIDENT) as tx:
        residents.move(tx, who, BlockId(home))


def home(vault: Vault, who: ResidentId) -> str | None:
    """Where they live now."""
    with vault.read() as conn:
        return residents.home_of(conn, who)


def test_a_mail_address_stands_for_one_resident(vault: Vault) -> None:
    """However it is written; another address is another resident."""
    first = a_resident(vault)

    assert a_resident(vault, f"  {MAIL.upper()} ") == first
    assert a_resident(vault, "eve@example.org") != first
    with vault.read() as conn:
        assert residents.find(conn, vault, MAIL) == first
        assert residents.find(conn, vault, "nobody@example.org") is None


def test_a_resident_sees_their_own_address(vault: Vault, ada: ResidentId) -> None:
    """Unsealed for them; a resident who is not there is nobody."""
    with vault.read() as conn:
        assert residents.one(conn, vault, ada) == Resident(ada, MAIL, None)
        assert residents.one(conn, vault, ResidentId("nobody")) is None


@pytest.mark.engines("sqlite")
def test_no_address_is_in_the_databases_files(vault: Vault, ada: ResidentId, tmp_path: Path) -> None:
    """Not whole and not in parts: the file alone names nobody."""
    stolen = bytes_below(tmp_path)

    assert ada.encode() in stolen
    for part in (MAIL, *MAIL.split("@"), "lovelace"):
        assert part.encode() not in stolen


def test_an_address_cannot_be_given_to_another_row(vault: Vault, ada: ResidentId) -> None:
    """Who can write to the database cannot make one resident read another's mail."""
    eve = a_resident(vault, "eve@example.org")
    with vault.write(by=RESIDENT) as tx:
        swapped = rows.c.mail_sealed
        mine = rows.select().with_only_columns(swapped).where(rows.c.id == ada).scalar_subquery()
        tx.execute(update(rows).where(rows.c.id == eve).values(mail_sealed=mine))

    with vault.read() as conn, pytest.raises(SealBrokenError):
        residents.one(conn, vault, eve)


@pytest.mark.parametrize(
    "typed", ["", "ada", "ada@", "@example.org", "a b@c", "a@b@c", "a\n@b", "a\0@b", "a@b\x7f", "a" * 65 + "@b"]
)
def test_what_is_no_address_is_refused(vault: Vault, typed: str) -> None:
    """The field is named, what was typed is not repeated."""
    with pytest.raises(Refused) as told:
        residents.mail_lookup(vault, typed)

    assert told.value.message == told.value.fields["email"] == "That is not a mail address."


def test_a_home_is_chosen_and_moves_twice_in_thirty_days(vault: Vault, ada: ResidentId) -> None:
    """The first choice is free, the same again is no move, the third move is refused and changes nothing."""
    for place in ("first", "second", "second", "third"):
        move(vault, ada, place)

    with pytest.raises(Conflict) as told:
        move(vault, ada, "fourth")

    assert told.value.code == "home_changed_too_often"
    assert home(vault, ada) == "third"


def test_after_thirty_days_a_home_moves_again(vault: Vault, ada: ResidentId) -> None:
    """What was long ago counts no more; what is 29 days ago does."""
    for place in ("first", "second", "third"):
        move(vault, ada, place)
    with vault.write(by=RESIDENT) as tx:
        now = database_now(tx.connection)
        times = f"[{now - 31 * DAY}, {now - 29 * DAY}]"
        tx.execute(update(rows).where(rows.c.id == ada).values(home_changes=times))

    move(vault, ada, "fourth")

    assert home(vault, ada) == "fourth"
    with pytest.raises(Conflict):
        move(vault, ada, "fifth")


def test_nobody_has_a_home_before_choosing_one(vault: Vault, ada: ResidentId) -> None:
    """Nor has somebody who is not there."""
    assert home(vault, ada) is None
    assert home(vault, ResidentId("nobody")) is None
