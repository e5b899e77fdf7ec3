"""Demo data: an invented city, one of each kind of staff, a resident. Marked as such for good."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from storage.atlas import versions
from storage.atlas.demo import demo_atlas
from storage.atlas.versions import KnownDivision
from storage.db import OPERATOR, Database
from storage.kit import ids, settings
from storage.kit.errors import NotAllowed, Unavailable
from storage.record import open_record
from storage.staff import proof as staff_proof, staff
from storage.staff.staff import Role

RESIDENT = "resident@demo.example"
CITY_WIDE = (Role.MODERATOR, Role.DETECTIVE, Role.LEAD, Role.ADMIN)


def mark(data: Path) -> None:
    """Makes a new data folder, or one with nothing but an atlas, a demo folder; NotAllowed for a real city's data."""
    if settings.is_demo(data):
        return
    if (data / "identity" / "identity.db").exists() or _has_staff(data):
        raise NotAllowed(f"{data} holds other than demo data: choose another folder with --data DIR.")
    _write(data, {})


def prepare() -> list[str]:
    """Loads what is missing of the demo and answers how to log in, a line each; twice changes nothing."""
    data = settings.data_folder()
    record = open_record(settings.record().database)
    divisions = _city(record)
    known = json.loads(_place(data).read_text())
    passwords = {name: known.get(name) or ids.new_id()[:12] for name in _names(divisions)}
    _write(data, passwords)
    for name, (role, division) in _names(divisions).items():
        _member(record, name, role, division, passwords[name])
    record.engine.dispose()
    return [
        "demo: an invented city; staff log in without second factor, residents read their code on the page",
        *(f"demo: {name:20} password {password}" for name, password in passwords.items()),
        f"demo: {RESIDENT:20} logs in as a resident, as does any other address",
    ]


def _has_staff(data: Path) -> bool:
    if not (data / "record" / "record.db").exists():
        return False
    record = open_record(settings.record().database)
    with record.read() as conn:
        found = staff.is_anyone(conn)
    record.engine.dispose()
    return found


def _city(record: Database) -> list[KnownDivision]:
    with record.read() as conn:
        try:
            versions.current(conn)
        except Unavailable:
            pass
        else:
            return versions.all_divisions(conn)
    with record.write(by=OPERATOR) as tx:
        versions.load(tx, demo_atlas())
        return versions.all_divisions(tx.connection)


def _names(divisions: Iterable[KnownDivision]) -> dict[str, tuple[Role, KnownDivision | None]]:
    """Who there is: an analyst of each division, and the rest for the whole city."""
    analysts = {f"analyst-{d.name.lower().replace(' ', '-')}": (Role.ANALYST, d) for d in divisions}
    return {**analysts, **{role.value: (role, None) for role in CITY_WIDE}}


def _member(record: Database, name: str, role: Role, division: KnownDivision | None, password: str) -> None:
    with record.read() as conn:
        found = staff.find(conn, name)
    if found is not None:
        with record.write(by=OPERATOR) as tx:
            staff.revive(tx, found)  # a demo that nobody opened for a quarter of a year is as it was
        return
    with record.write(by=OPERATOR) as tx:
        staff_id = staff.make(tx, name)
        staff_proof.set_password(tx, staff_id, password)
        staff.grant(tx, staff_id, role, division.id if division else None)


def _write(data: Path, passwords: dict[str, str]) -> None:
    handle = os.open(_place(data), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(passwords, file, indent=1)


def _place(data: Path) -> Path:
    return data / "record" / "demo"
