"""The record side's programs over a real record, and people to ask them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from api.public.app import create_app as create_public
from api.staff.app import create_app as create_staff
from api.stores import Stores
from feed.bell import Bell
from storage.db import OPERATOR, Database
from storage.kit.ids import StaffId, new_id
from storage.kit.settings import Ports, RecordSettings
from storage.objects import Folder
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client

NewClient = Callable[..., Client]
NewStaff = Callable[..., StaffId]


@pytest.fixture
def settings(record_url: str, redis_server: str, tmp_path: Path) -> RecordSettings:
    """The settings of a city that is no demo."""
    return RecordSettings(
        data=tmp_path,
        database=record_url,
        media=str(tmp_path / "media"),
        redis=redis_server,
        bell_key_file=tmp_path / "bell.key",
        head_key_file=tmp_path / "head.key",
        export_key_file=tmp_path / "export.key",
        cases_key_file=tmp_path / "cases.key",
        ports=Ports(),
        feed_address="ws://127.0.0.1:8002/v1/feed",
        demo=False,
        bench=False,
        secure_cookies=False,
    )


@pytest.fixture
def given(record: Database, bell: Bell, settings: RecordSettings, city: builders.City) -> Stores:
    """What the programs work with; the invented city is loaded."""
    return Stores(record, Folder(Path(settings.media)), bell, settings)


@pytest.fixture
def demo(given: Stores) -> Stores:
    """The same, as a demo."""
    return replace(given, settings=replace(given.settings, demo=True))


@pytest.fixture
def staff_app(given: Stores) -> FastAPI:
    """The staff program."""
    return create_staff(replace(given, record=builders.as_role(given.record, "staff")))


@pytest.fixture
def public_app(given: Stores, city: builders.City) -> FastAPI:
    """The public program."""
    return create_public(builders.as_role(given.record, "public"), given.bucket)


@pytest.fixture
def client() -> Iterator[NewClient]:
    """Makes people who ask: `client(app, token)`."""
    made: list[Client] = []

    def make(app: FastAPI, token: str | None = None) -> Client:
        made.append(Client(app, token))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def a_member(record: Database, city: builders.City) -> NewStaff:
    """Makes staff: `a_member(Role.ANALYST, "Central", "East")`; without a division, of the whole city."""
    return lambda role, *divisions, name=None: _a_member(record, role, divisions, name)


@pytest.fixture
def as_staff(staff_app: FastAPI, record: Database, client: NewClient, a_member: NewStaff) -> NewClient:
    """Makes staff who ask, logged in: `as_staff(Role.ANALYST, "Central")`."""

    def make(role: Role, *divisions: str) -> Client:
        member = a_member(role, *divisions)
        with record.write(by=OPERATOR) as tx:
            token = staff.log_in(tx, member)
        return client(staff_app, token)

    return make


def _a_member(record: Database, role: Role, divisions: tuple[str, ...], name: str | None) -> StaffId:
    with record.write(by=OPERATOR) as tx:
        member = staff.make(tx, name or f"{role} {new_id()}")
        for division in divisions or (None,):
            staff.grant(tx, member, role, None if division is None else builders.division(division))
    return member
