"""What the vault seals only it can open, and only where it was sealed."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.identity import vault as vaults
from storage.identity.vault import SealBrokenError, Vault, is_under, new_key, open_vault, seal_with, unseal_with
from storage.kit import settings
from storage.kit.settings import IdentitySettings, MisconfiguredError
from tests.servers.postgres import PostgresServer
from tests.storage.identity.making import a_resident, an_upload


def test_what_was_sealed_opens_again(vault: Vault) -> None:
    """With the same vault and the same row; twice the same words are twice different bytes."""
    one, two = vault.seal("residents:1", b"words"), vault.seal("residents:1", b"words")

    assert vault.unseal("residents:1", one) == vault.unseal("residents:1", two) == b"words"
    assert one != two
    assert b"words" not in one


def test_a_seal_is_bound_to_its_row(vault: Vault) -> None:
    """Sealed bytes moved to another row do not open there: nobody's mail becomes somebody else's."""
    sealed = vault.seal("residents:1", b"words")

    with pytest.raises(SealBrokenError):
        vault.unseal("residents:2", sealed)


def test_another_key_opens_nothing(vault: Vault) -> None:
    """A stolen database without its key file is noise."""
    other = Vault("sqlite://", bytes(32))

    with pytest.raises(SealBrokenError):
        other.unseal("residents:1", vault.seal("residents:1", b"words"))


@pytest.mark.parametrize("place", [0, 12, -1])
def test_changed_bytes_do_not_open(vault: Vault, place: int) -> None:
    """Wherever the change is: in the nonce, in the words, in the proof."""
    sealed = bytearray(vault.seal("residents:1", b"words"))
    sealed[place] ^= 1

    with pytest.raises(SealBrokenError):
        vault.unseal("residents:1", bytes(sealed))


@pytest.mark.parametrize("kept", [0, 5, 12, 20])
def test_bytes_cut_short_do_not_open(vault: Vault, kept: int) -> None:
    """However little is left of them; the error says the table and nothing more."""
    sealed = vault.seal("residents:1", b"words")[:kept]

    with pytest.raises(SealBrokenError, match=r"^residents$"):
        vault.unseal("residents:1", sealed)


def test_a_key_of_its_own_opens_its_own() -> None:
    """What is sealed under a clip's key opens with that key and with no other."""
    key = new_key()
    sealed = seal_with(key, "clips:1", b"words")

    assert unseal_with(key, "clips:1", sealed) == b"words"
    with pytest.raises(SealBrokenError):
        unseal_with(new_key(), "clips:1", sealed)


def test_a_keyed_word_says_nothing_and_is_always_the_same(vault: Vault) -> None:
    """Different for another purpose, for other words, for words cut elsewhere, and for another key."""
    known = vault.keyed("mail", "a", "b")

    others = [
        vault.keyed("limits", "a", "b"),
        vault.keyed("mail", "a", "c"),
        vault.keyed("mail", "ab"),
        Vault("sqlite://", bytes(32)).keyed("mail", "a", "b"),
    ]
    assert known == vault.keyed("mail", "a", "b")
    assert len({known, *others}) == 5
    assert {len(each) for each in (known, *others)} == {32}


def test_a_vault_is_opened_with_the_key_it_was_made_with(tmp_path: Path) -> None:
    """The key is drawn at the first start, readable by its owner alone, and read at every later one."""
    here = settings.identity({"PORCHLIGHT_DATA": str(tmp_path)})
    first = open_vault(here)
    sealed = first.seal("residents:1", b"words")
    resident = a_resident(first)

    second = open_vault(here)

    assert second.unseal("residents:1", sealed) == b"words"
    assert a_resident(second) == resident
    assert here.vault_key_file.stat().st_mode & 0o077 == 0
    for vault in (first, second):
        vault.engine.dispose()


def test_a_vault_is_not_opened_with_another_key(vault: Vault, tmp_path: Path) -> None:
    """A node that still has the key of before a change would make a second account of each resident."""
    here = _a_node(vault, tmp_path)
    a_resident(vault)

    with pytest.raises(MisconfiguredError, match="not the one"):
        open_vault(here)


def test_another_key_is_noticed_before_anything_is_sealed(vault: Vault, tmp_path: Path) -> None:
    """Who opened the vault first left a canary under its key: a node with another one does not start, empty or not."""
    here = _a_node(vault, tmp_path)
    open_vault(here).engine.dispose()

    assert not is_under(vault)
    here.vault_key_file.write_bytes(vault._key)
    with pytest.raises(MisconfiguredError, match="not the one"):
        open_vault(here)
    here.vault_key_file.write_bytes(bytes(32))
    open_vault(here).engine.dispose()


def test_of_two_that_open_a_new_vault_at_once_one_key_wins(vault: Vault) -> None:
    """The other looked before there was a canary, and sees it when it leaves its own."""
    other = Vault(vault.engine.url.render_as_string(hide_password=False), bytes(32))

    assert is_under(vault)
    assert is_under(other)

    assert vaults._leave_canary(vault)
    assert not vaults._leave_canary(other)
    assert vaults._leave_canary(vault)
    other.engine.dispose()


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("role", ["porchlight_resident", "porchlight_airlock"])
def test_each_program_can_tell_by_what_it_may_read(vault: Vault, postgres: PostgresServer, role: str) -> None:
    """By the canary; of before there was one by mail addresses, or (the airlock) by keys of originals."""
    an_upload(vault, a_resident(vault))
    url, right = postgres.url(str(vault.engine.url.database), role), vault._key
    opened = [Vault(url, right), Vault(url, bytes(32))]

    assert [is_under(one) for one in opened] == [True, False]
    assert vaults._leave_canary(opened[0])
    assert [is_under(one) for one in opened] == [True, False]
    for one in opened:
        one.engine.dispose()


def _a_node(vault: Vault, folder: Path) -> IdentitySettings:
    """Another node of this vault's database, with a key of its own."""
    env = {
        "PORCHLIGHT_DATA": str(folder / "node"),
        "PORCHLIGHT_IDENTITY_DATABASE": vault.engine.url.render_as_string(hide_password=False),
    }
    here = settings.identity(env)
    here.vault_key_file.parent.mkdir(parents=True)
    here.vault_key_file.write_bytes(bytes(32))
    return here
