"""What is said about demo data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Connection

from api.commands import demo
from storage import audit
from storage.atlas import versions
from storage.atlas.demo import demo_atlas
from storage.db import OPERATOR
from storage.kit import settings
from storage.kit.errors import NotAllowed
from storage.kit.ids import StaffId
from storage.record import open_record
from storage.staff import proof as staff_proof, staff


def test_the_demo_has_one_of_each(demo_data: Path) -> None:
    """An analyst of each of six divisions, a moderator, a detective, a lead and an admin can log in."""
    record = open_record(settings.record().database)
    passwords = json.loads((demo_data / "record" / "demo").read_text())

    with record.read() as conn:
        accounts = {name: staff_proof.account(conn, name) for name in passwords}
        assert versions.current(conn).invented

    assert sorted(accounts) == sorted(
        [f"analyst-{name}" for name in ("central", "east", "metro", "north", "shoal-creek", "south")]
        + ["moderator", "detective", "lead", "admin"]
    )
    assert all(account and account.second_factor is None for account in accounts.values())


def test_an_analyst_sees_one_division_and_a_moderator_all(demo_data: Path) -> None:
    """Duties are those the names say."""
    record = open_record(settings.record().database)
    with record.write(by=OPERATOR) as tx:
        tokens = {name: staff.log_in(tx, _id(tx.connection, name)) for name in ("analyst-shoal-creek", "moderator")}

    with record.read() as conn:
        found = {name: staff.who(conn, token) for name, token in tokens.items()}

    seen = {name: [d.name for d in who.member.divisions(*staff.VIEWERS)] for name, who in found.items() if who}
    assert seen["analyst-shoal-creek"] == ["Shoal Creek"]
    assert len(seen["moderator"]) == 6


def test_preparing_twice_changes_nothing(demo_data: Path) -> None:
    """The second start prints the same passwords and writes nothing on the record."""
    record = open_record(settings.record().database)
    with record.read() as conn:
        before, _ = audit.verify(conn)

    first, second = demo.prepare(), demo.prepare()

    with record.read() as conn:
        assert audit.verify(conn) == (before, None)
    assert first == second


def test_the_passwords_can_be_read_by_their_owner_alone(demo_data: Path) -> None:
    """The file that holds them is private."""
    assert (demo_data / "record" / "demo").stat().st_mode & 0o077 == 0


def _id(conn: Connection, name: str) -> StaffId:
    found = staff.find(conn, name)
    assert found is not None
    return found


def test_a_folder_with_nothing_but_an_atlas_may_become_a_demo(tmp_path: Path, environment: None) -> None:
    """A city's own cells can be shown with demo staff, as long as nobody works or lives there yet."""
    settings.choose_data_folder(tmp_path)
    record = open_record(settings.record().database)
    with record.write(by=OPERATOR) as tx:
        versions.load(tx, demo_atlas())

    demo.mark(tmp_path)

    assert settings.is_demo(tmp_path)


def test_a_folder_with_staff_is_no_demo(tmp_path: Path, environment: None) -> None:
    """A city that somebody works for is never turned into a demo."""
    settings.choose_data_folder(tmp_path)
    record = open_record(settings.record().database)
    with record.write(by=OPERATOR) as tx:
        staff.make(tx, "somebody")

    with pytest.raises(NotAllowed, match="other than demo data"):
        demo.mark(tmp_path)
