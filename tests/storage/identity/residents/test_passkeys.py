"""Passkeys: sealed, found by what a device answers with, and nobody's once they are removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.db import RESIDENT
from storage.identity.residents import challenges, passkeys
from storage.identity.vault import ResidentId, Vault, new_key
from storage.kit import clock
from storage.kit.errors import Conflict, NotThere
from tests.storage.identity.making import a_resident, bytes_below

PHONE, LAPTOP = b"credential of a phone", b"credential of a laptop"


def add(vault: Vault, who: ResidentId, credential: bytes = PHONE, name: str = "Phone") -> str:
    """A passkey is added."""
    with vault.write(by=RESIDENT) as tx:
        return passkeys.add(tx, vault, who, name=name, credential=credential, public_key=b"the public half")


def test_a_passkey_is_found_by_its_credential(vault: Vault, ada: ResidentId) -> None:
    """With whose it is and its public key; another credential is nobody's."""
    made = add(vault, ada)

    with vault.read() as conn:
        found = passkeys.find(conn, vault, PHONE)
        assert passkeys.find(conn, vault, LAPTOP) is None
    assert found is not None
    assert (found.id, found.resident_id, found.name, found.public_key) == (made, ada, "Phone", b"the public half")


def test_each_removes_their_own(vault: Vault, ada: ResidentId) -> None:
    """Somebody else's is not there; a removed one opens nothing."""
    eve = a_resident(vault, "eve@example.org")
    phone, _ = add(vault, ada), add(vault, ada, LAPTOP, "Laptop")
    with pytest.raises(NotThere), vault.write(by=RESIDENT) as tx:
        passkeys.remove(tx, eve, phone)

    with vault.write(by=RESIDENT) as tx:
        passkeys.remove(tx, ada, phone)

    with vault.read() as conn:
        assert [one.name for one in passkeys.of_resident(conn, vault, ada)] == ["Laptop"]
        assert passkeys.find(conn, vault, PHONE) is None


def test_one_credential_is_one_passkey_and_ten_are_enough(vault: Vault, ada: ResidentId) -> None:
    """The same device twice is a conflict, for another account too; so is the eleventh."""
    add(vault, ada)
    for who in (ada, a_resident(vault, "eve@example.org")):
        with pytest.raises(Conflict) as told:
            add(vault, who)
        assert told.value.code == "passkey_known"
    for number in range(passkeys.MOST - 1):
        add(vault, ada, f"credential {number}".encode())

    with pytest.raises(Conflict) as told:
        add(vault, ada, LAPTOP)

    assert told.value.code == "too_many_passkeys"


@pytest.mark.engines("sqlite")
def test_neither_name_nor_credential_is_in_the_databases_files(vault: Vault, ada: ResidentId, tmp_path: Path) -> None:
    """All of it is sealed, and what finds it does not tell it."""
    add(vault, ada, name="Ada's own phone")

    stored = bytes_below(tmp_path)

    assert [one for one in (PHONE, PHONE.hex().encode(), b"own phone", b"public half") if one in stored] == []


def test_a_challenge_holds_for_one_purpose_and_one_use(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for another purpose, not changed, not made under another key, not twice, and not ten minutes later."""
    made = challenges.new(vault, "log in")
    other = Vault(vault.engine.url.render_as_string(hide_password=False), new_key())

    assert challenges.is_ours(vault, "log in", made)
    changed = bytes([made[0] ^ 1]) + made[1:]
    for purpose, challenge in (("add", made), ("log in", changed), ("log in", b""), ("log in", made[:-1])):
        assert not challenges.is_ours(vault, purpose, challenge)
    assert not challenges.is_ours(other, "log in", made)
    assert [challenges.use_up(vault, made) for _ in range(2)] == [True, False]
    later = clock.now() + challenges.LIFE + 1
    monkeypatch.setattr(clock, "now", lambda: later)
    assert not challenges.is_ours(vault, "log in", made)
    other.engine.dispose()


def test_what_a_device_knows_an_account_by_is_stored_nowhere(vault: Vault, ada: ResidentId) -> None:
    """It is made, always the same, and another for everybody."""
    name = passkeys.account_name(vault, ada)

    assert name == passkeys.account_name(vault, ada) != passkeys.account_name(vault, ResidentId("eve"))
    assert len(name) == 32
