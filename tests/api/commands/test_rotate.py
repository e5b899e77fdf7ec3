"""What is said about `porchlight rotate-vault-key`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli import main
from api.stack import Running
from storage.identity.residents import residents
from storage.identity.vault import Vault, open_vault
from storage.kit import settings
from tests.storage.identity.making import MAIL, a_resident


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder with a resident in it."""
    vault = _vault(tmp_path)
    a_resident(vault)
    vault.engine.dispose()
    yield tmp_path


def test_a_key_is_changed_in_two_steps(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command seals anew under a key it draws; the operator puts that one in the old one's place."""
    new, key = data / "new.key", data / "identity/keys/vault.key"

    assert main(["rotate-vault-key", "--to", str(new), "--data", str(data)]) == 0
    key.rename(data / "old.key")
    new.rename(key)

    told = capsys.readouterr().out
    assert "1 mail addresses" in told
    assert "older backups" in told
    assert _knows_ada(data)


def test_a_run_that_broke_off_is_taken_up(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Said again after everything was sealed, it changes nothing and says what is left to do."""
    command = ["rotate-vault-key", "--to", str(data / "new.key"), "--data", str(data)]
    main(command)
    capsys.readouterr()

    assert main(command) == 0
    told = capsys.readouterr().out
    assert told.startswith("Next: put")


def test_a_key_of_something_else_is_refused(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where neither opens what is there, nothing is changed."""
    (data / "identity/keys/vault.key").write_bytes(bytes(32))

    assert main(["rotate-vault-key", "--to", str(data / "new.key"), "--data", str(data)]) == 1
    assert "Neither" in capsys.readouterr().err


def test_the_old_key_is_not_written_over(data: Path) -> None:
    """It still opens older backups."""
    key = data / "identity/keys/vault.key"

    assert main(["rotate-vault-key", "--to", str(key), "--data", str(data)]) == 1
    assert _knows_ada(data)


def test_nothing_may_run_meanwhile(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A program that holds the old key would seal under it."""
    (data / "record").mkdir()
    Running.here(8000).write(data)

    assert main(["rotate-vault-key", "--to", str(data / "new.key"), "--data", str(data)]) == 1
    assert "Stop every program" in capsys.readouterr().err


def _vault(data: Path) -> Vault:
    return open_vault(settings.identity({"PORCHLIGHT_DATA": str(data)}))


def _knows_ada(data: Path) -> bool:
    vault = _vault(data)
    with vault.read() as conn:
        found = residents.find(conn, vault, MAIL)
    vault.engine.dispose()
    return found is not None
