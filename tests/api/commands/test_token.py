"""What is said about tokens for demo data."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.cli import main
from storage import audit
from storage.identity.residents import logins
from storage.identity.vault import open_vault
from storage.kit import settings
from storage.record import open_record
from storage.staff import staff


def test_a_staff_token_carries_the_roles_asked_for(demo_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--create` makes the account with every role in every division named, and prints the token alone."""
    roles = ["--role", "analyst", "--role", "detective", "--division", "Central", "--division", "shoal creek"]

    code = main(["token", "staff", "ana", "--create", *roles, "--data", str(demo_data)])

    out = capsys.readouterr().out
    with open_record(settings.record().database).read() as conn:
        found = staff.who(conn, out.strip())
    assert (code, out.count("\n")) == (0, 1)
    assert found is not None
    assert sorted((duty.role.value, duty.division.name) for duty in found.member.duties if duty.division) == [
        ("analyst", "Central"),
        ("analyst", "Shoal Creek"),
        ("detective", "Central"),
        ("detective", "Shoal Creek"),
    ]


def test_a_resident_token_is_audited_without_whose_it_is(demo_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The record knows that a token was handed out, and not to whom."""
    main(["token", "resident", "sam@example.org", "--create", "--data", str(demo_data)])

    token = capsys.readouterr().out.strip()
    with open_vault(settings.identity()).read() as conn:
        assert logins.who(conn, token) is not None
    with open_record(settings.record().database).read() as conn:
        (entry,) = audit.page(conn, before=None, limit=1)
    assert (entry.action, entry.payload) == ("token.resident", None)


@pytest.mark.parametrize("who", [["resident", "sam@example.org"], ["staff", "nobody"]])
def test_without_create_no_account_is_made(who: list[str], demo_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A token of somebody who is not there is refused, naming the remedy."""
    assert main(["token", *who, "--data", str(demo_data)]) == 1
    assert "--create" in capsys.readouterr().err


def test_an_unknown_division_is_refused(demo_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A division that is not on the map gives no token, and no account is left behind."""
    wanted = ["--create", "--role", "analyst", "--division", "Atlantis"]

    assert main(["token", "staff", "ana", *wanted, "--data", str(demo_data)]) == 1
    assert main(["token", "staff", "ana", "--data", str(demo_data)]) == 1


def test_other_than_demo_data_gives_no_token(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On a city's own data the command refuses."""
    assert main(["token", "staff", "ana", "--create", "--data", str(tmp_path)]) == 1
    assert "demo data" in capsys.readouterr().err
