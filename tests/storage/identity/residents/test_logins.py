"""Log-ins: a code works once and for ten minutes, a token is kept only as its digest."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from storage.db import RESIDENT
from storage.identity.residents import logins, residents
from storage.identity.schema import log_in_codes, log_ins
from storage.identity.vault import ResidentId, Vault
from storage.kit.clock import SECOND
from storage.kit.ids import digest
from tests.storage.identity.making import MAIL, a_token, bytes_below


def new_code(vault: Vault, mail: str = MAIL) -> str:
    """A code goes out."""
    with vault.write(by=RESIDENT) as tx:
        return logins.new_code(tx, vault, mail)


def redeem(vault: Vault, code: str, mail: str = MAIL) -> ResidentId | None:
    """A code comes back."""
    with vault.write(by=RESIDENT) as tx:
        return logins.redeem(tx, vault, mail, code)


def other_than(code: str) -> str:
    """A guess that is wrong."""
    return str((int(code) + 1) % 10**6).zfill(6)


def who(vault: Vault, token: str) -> ResidentId | None:
    """Who the token stands for."""
    with vault.read() as conn:
        return logins.who(conn, token)


def test_a_code_makes_its_resident_at_the_first_log_in(vault: Vault) -> None:
    """Six digits; before it came back there is nobody."""
    code = new_code(vault)
    with vault.read() as conn:
        assert residents.find(conn, vault, MAIL) is None

    found = redeem(vault, f" {code} ")

    assert (len(code), code.isdecimal()) == (6, True)
    with vault.read() as conn:
        assert residents.find(conn, vault, MAIL) == found is not None


def test_a_code_works_once(vault: Vault) -> None:
    """The second time it is wrong."""
    code = new_code(vault)

    assert redeem(vault, code) is not None
    assert redeem(vault, code) is None


def test_a_code_is_for_one_address(vault: Vault) -> None:
    """Another's is wrong, and so is one where none was asked for."""
    code = new_code(vault)
    theirs = new_code(vault, "eve@example.org")

    assert redeem(vault, code, "bob@example.org") is None
    if theirs != code:
        assert redeem(vault, code, "eve@example.org") is None
    assert redeem(vault, code) is not None


def test_a_newer_code_makes_the_older_one_worthless(vault: Vault) -> None:
    """Only the last mail counts."""
    older, newer = new_code(vault), new_code(vault)

    if older != newer:
        assert redeem(vault, older) is None
    assert redeem(vault, newer) is not None


def test_a_code_is_guessed_five_times_at_most(vault: Vault) -> None:
    """After five wrong guesses the right one comes too late; after four it does not."""
    lost, kept = new_code(vault), new_code(vault, "eve@example.org")
    for _ in range(5):
        assert redeem(vault, other_than(lost)) is None
    for _ in range(4):
        assert redeem(vault, other_than(kept), "eve@example.org") is None

    assert redeem(vault, lost) is None
    assert redeem(vault, kept, "eve@example.org") is not None


def test_a_code_ends_after_ten_minutes(vault: Vault) -> None:
    """By the database's clock."""
    code = new_code(vault)
    with vault.write(by=RESIDENT) as tx:
        left = tx.connection.execute(log_in_codes.select()).one().ends_at - tx.now()
        tx.execute(update(log_in_codes).values(ends_at=tx.now()))

    assert 590 * SECOND < left <= 600 * SECOND
    assert redeem(vault, code) is None


def test_a_token_stands_for_its_resident_until_it_is_ended(vault: Vault, ada: ResidentId) -> None:
    """Ending one log-in leaves the other."""
    phone, desk = a_token(vault, ada), a_token(vault, ada)

    with vault.write(by=RESIDENT) as tx:
        logins.end(tx, phone)

    assert who(vault, phone) is None
    assert who(vault, desk) == ada
    assert who(vault, "") is None


def test_a_log_in_ends_after_thirty_days(vault: Vault, ada: ResidentId) -> None:
    """And is forgotten with the codes nobody used, while what holds stays."""
    old, young = a_token(vault, ada), a_token(vault, ada)
    new_code(vault)
    with vault.write(by=RESIDENT) as tx:
        mine = log_ins.c.token_digest == digest(old)
        tx.execute(update(log_ins).where(mine).values(ends_at=tx.now() - 1))
        tx.execute(update(log_in_codes).values(ends_at=tx.now() - 1))
    assert who(vault, old) is None

    with vault.write(by=RESIDENT) as tx:
        logins.forget_ended(tx)

    assert who(vault, young) == ada
    with vault.read() as conn:
        assert len(conn.execute(log_ins.select()).all()) == 1
        assert conn.execute(log_in_codes.select()).all() == []


def test_neither_code_nor_token_nor_address_is_stored(vault: Vault, ada: ResidentId, tmp_path: Path) -> None:
    """Only what cannot be turned back: the code's digest is keyed, for a million can be tried."""
    code, token = new_code(vault), a_token(vault, ada)

    stolen = bytes_below(tmp_path)

    with vault.read() as conn:
        row = conn.execute(log_in_codes.select()).one()
    assert code not in (row.code_hash, row.mail_lookup)
    assert row.code_hash != digest(code)
    assert token.encode() not in stolen
    assert MAIL.encode() not in stolen


@pytest.mark.parametrize("guess", ["", "12345", "ärger", "1" * 12])
def test_what_is_no_code_is_wrong(vault: Vault, guess: str) -> None:
    """And nothing breaks."""
    new_code(vault)

    assert redeem(vault, guess) is None
