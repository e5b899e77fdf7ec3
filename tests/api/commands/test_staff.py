"""What is said about `porchlight staff`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from api.cli import main
from storage.db import OPERATOR, Database
from storage.kit import settings
from storage.record import open_record
from storage.staff import proof as staff_proof, staff
from storage.staff.staff import Role
from tests import builders


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The record of a data folder that is no demo, with the invented city."""
    monkeypatch.setenv("PORCHLIGHT_DATA", str(tmp_path))
    (tmp_path / "record").mkdir()
    found = open_record(settings.record().database)
    with found.write(by=OPERATOR) as tx:
        builders.load_city(tx)
    yield found
    found.engine.dispose()


def test_the_first_member_can_log_in(record: Database, capsys: pytest.CaptureFixture[str]) -> None:
    """With the password and the second factor that are shown, once; there as what they were made."""
    assert main(["staff", "add", "Lee", "--role", "lead", "--role", "moderator", "--division", "Central"]) == 0

    password, key = _shown(capsys)
    with record.write(by=OPERATOR) as tx:
        account = staff_proof.account(tx.connection, "Lee")
        assert account is not None
        assert staff_proof.is_password(account, password)
        assert staff_proof.use_code(tx, account, pyotp.TOTP(key).now())
        log_in = staff.who(tx.connection, staff.log_in(tx, account.id))
    assert log_in is not None
    assert log_in.member.holds(Role.LEAD)
    assert [place.name for place in log_in.member.divisions(Role.MODERATOR)] == ["Central"]


def test_without_a_division_it_is_the_whole_city(record: Database) -> None:
    """As an admin's duty is."""
    assert main(["staff", "add", "Ann", "--role", "admin"]) == 0

    with record.read() as conn:
        found = staff.find(conn, "Ann")
        assert found is not None
        assert len(staff.reach_now(conn, [found], Role.ADMIN)[found]) == len(builders.DIVISIONS)


def test_what_was_lost_is_drawn_anew(record: Database, capsys: pytest.CaptureFixture[str]) -> None:
    """The old password opens nothing after."""
    main(["staff", "add", "Lee", "--role", "lead"])
    old, _ = _shown(capsys)

    assert main(["staff", "renew", "Lee"]) == 0

    new, _ = _shown(capsys)
    with record.read() as conn:
        account = staff_proof.account(conn, "Lee")
    assert [staff_proof.is_password(account, each) for each in (old, new)] == [False, True]


def test_an_account_is_ended(record: Database) -> None:
    """And with it every log-in."""
    main(["staff", "add", "Lee", "--role", "lead"])
    with record.write(by=OPERATOR) as tx:
        member = staff.find(tx.connection, "Lee")
        assert member is not None
        token = staff.log_in(tx, member)

    assert main(["staff", "end", "Lee"]) == 0

    with record.read() as conn:
        assert staff.who(conn, token) is None


@pytest.mark.parametrize(
    "words",
    [["add", "Lee", "--role", "lead"], ["renew", "Nobody"], ["add", "New", "--role", "lead", "--division", "X"]],
)
def test_what_cannot_be_done_is_said_in_a_line(
    record: Database, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """A name that is taken, one that is nobody's, a division that is not: nothing is made, and no secret shown."""
    main(["staff", "add", "Lee", "--role", "lead"])
    capsys.readouterr()

    assert main(["staff", *words]) == 1

    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    with record.read() as conn:
        assert staff.find(conn, "New") is None


def _shown(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """The password and the second factor's key in what was printed."""
    lines = dict(
        line.split(maxsplit=1) for line in capsys.readouterr().out.replace("second factor", "second").splitlines()
    )
    return lines["password"], lines["second"].split("secret=")[1].split("&")[0]
