"""The resident program over both sides, a small town, and people who live there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from shapely.geometry import box

from api.resident.app import create_app
from api.resident.desk import Desk
from api.staff.app import create_app as create_staff
from api.stores import Stores, give
from api.who import TokenCookie
from feed.bell import Bell
from storage.atlas import versions
from storage.atlas.files import sealed
from storage.atlas.nesting import larger_blocks
from storage.atlas.shapes import Block, Division, block_id, division_id
from storage.db import OPERATOR, Database
from storage.identity.vault import Vault
from storage.kit import settings as reading
from storage.kit.ids import BlockId, DivisionId
from storage.kit.settings import RecordSettings
from storage.objects import Folder
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient
from tests.api.resident.neighbour import Neighbour
from tests.storage.identity.conftest import hurry, vault  # noqa: F401 - fixtures
from tests.storage.identity.making import a_resident, a_token
from tests.workers.airlock.conftest import prepared, quick, tall_clip  # noqa: F401 - fixtures
from tests.workers.media.conftest import make_clip, tools  # noqa: F401 - fixtures
from workers.airlock.admit import Airlock
from workers.airlock.both_sides import BothSides
from workers.media.programs import Programs
from workers.queue import Doorbell

NewNeighbour = Callable[..., Neighbour]


@dataclass(frozen=True)
class Town:
    """Two divisions, Central of two blocks, one larger block together, and East of one."""

    central: DivisionId
    east: DivisionId
    blocks: tuple[BlockId, BlockId]
    east_block: BlockId
    larger: BlockId


@pytest.fixture
def town(record: Database) -> Town:
    """The town, loaded as the current atlas."""
    hurry(record)
    shapes = {"Central": (box(10, 50, 10.1, 50.1), box(10.1, 50, 10.2, 50.1)), "East": (box(10.2, 50, 10.3, 50.1),)}
    divisions, blocks = [], []
    for name, cells in shapes.items():
        whole = box(*cells[0].union(cells[-1]).bounds)
        divisions.append(Division(division_id(name), name, whole))
        blocks += [
            Block(block_id(division_id(name), cell), f"{name}, cell {number}", 14, division_id(name), cell)
            for number, cell in enumerate(cells, 1)
        ]
    with record.write(by=OPERATOR) as tx:
        larger = larger_blocks(blocks)
        versions.load(tx, sealed(k=12, invented=True, divisions=divisions, blocks=blocks, larger=larger))
    return Town(divisions[0].id, divisions[1].id, (blocks[0].id, blocks[1].id), blocks[2].id, larger[0].id)


@pytest.fixture
def desk(
    vault: Vault,  # noqa: F811
    record: Database,
    bell: Bell,
    town: Town,
    settings: RecordSettings,
    redis_client: Any,
    tmp_path: Path,
) -> Desk:
    """What the resident program holds."""
    stores = BothSides(vault, Folder(tmp_path / "originals"), record, Folder(Path(settings.media)), bell)
    identity = reading.identity({"PORCHLIGHT_DATA": str(tmp_path)})
    return Desk(stores, Doorbell(redis_client), settings, identity, TokenCookie("resident", secure=False))


@pytest.fixture(scope="session")
def kept() -> list[FastAPI]:
    """The program that was put together for the first test: building its routes takes longer than most tests."""
    return []


@pytest.fixture
def app(desk: Desk, kept: list[FastAPI]) -> FastAPI:
    """The resident program, at this test's desk, under its own roles."""
    stores = desk.stores
    record = builders.as_role(stores.record, "resident")
    desk = replace(desk, stores=replace(stores, vault=builders.as_role(stores.vault, "resident"), record=record))
    if not kept:
        kept.append(create_app(desk))
    kept[0].state.desk = desk
    give(kept[0], Stores(record, desk.stores.media, desk.stores.bell, desk.settings))
    return kept[0]


@pytest.fixture
def airlock(desk: Desk, tools: Programs, quick: None, tmp_path: Path) -> Airlock:  # noqa: F811
    """The airlock behind it; its media were encoded before."""
    (tmp_path / "work").mkdir()
    return Airlock(desk.stores, tools, tmp_path / "work", desk.identity.folder / "mail", desk.doorbell)


@pytest.fixture
def neighbour(app: FastAPI, desk: Desk, client: NewClient, town: Town) -> NewNeighbour:
    """Makes residents who ask, logged in and at home: `neighbour("ada", home=None)`."""

    def make(name: str = "ada", home: str | None = "central") -> Neighbour:
        resident = a_resident(desk.stores.vault, f"{name}@example.org")
        made = Neighbour(client(app, a_token(desk.stores.vault, resident)), town.blocks[0])
        block = {"central": town.blocks[0], "east": town.east_block, None: None}[home]
        if block is not None:
            assert made.ask("PUT", "/v1/me/home", {"block_id": block}).status_code == 200
        return made

    return make


@pytest.fixture
def ada(neighbour: NewNeighbour) -> Neighbour:
    """A resident of Central."""
    return neighbour("ada")


@pytest.fixture
def analyst(desk: Desk, client: NewClient, town: Town) -> Client:
    """An analyst of Central, at the staff program over the same record."""
    stores = desk.stores
    program = create_staff(Stores(builders.as_role(stores.record, "staff"), stores.media, stores.bell, desk.settings))
    with stores.record.write(by=OPERATOR) as tx:
        member = staff.make(tx, "analyst")
        staff.grant(tx, member, Role.ANALYST, town.central)
        return client(program, staff.log_in(tx, member))
