"""Divisions and cells as static files."""

from __future__ import annotations

import gzip
import json

import pytest
from fastapi import Depends, FastAPI
from shapely.geometry import box

from api import places, stores
from api.http import new_app
from api.stores import Stores
from api.who import anyone
from feed.bell import Bell
from storage.atlas import versions
from storage.atlas.files import sealed
from storage.atlas.shapes import Atlas, Block, Division, block_id, division_id
from storage.db import OPERATOR, Database
from storage.kit.settings import RecordSettings
from storage.objects import open_bucket
from tests.api.asking import Client
from tests.api.conftest import NewClient


def an_atlas(*, k: int = 12) -> Atlas:
    """A city of two divisions, each of one cell."""
    shapes = {"Central": box(-94.6, 39.0, -94.5, 39.1), "East": box(-94.5, 39.0, -94.4, 39.1)}
    divisions = [Division(division_id(name), name, shape) for name, shape in shapes.items()]
    blocks = [Block(block_id(d.id, d.shape), f"{d.name}, cell 1", 14, d.id, d.shape) for d in divisions]
    return sealed(k=k, invented=True, divisions=divisions, blocks=blocks)


@pytest.fixture
def ask(record: Database, settings: RecordSettings, bell: Bell, client: NewClient) -> Client:
    """Somebody who looks at the map."""
    with record.write(by=OPERATOR) as tx:
        versions.load(tx, an_atlas())
    app = new_app("staff")
    stores.give(app, Stores(record, open_bucket(settings.media), bell, settings))
    app.include_router(places.router, dependencies=[Depends(anyone)])
    return client(app)


def central(ask: Client) -> str:
    """The address of Central's cells."""
    found = {one["properties"]["name"]: one["properties"] for one in ask.get("/v1/places/divisions").json()["features"]}
    address: str = found["Central"]["cells"]
    return address


def test_each_division_names_its_cells_address(ask: Client) -> None:
    """With its id, its homes and the promise that its cells keep."""
    answer = ask.get("/v1/places/divisions")

    properties = answer.json()["features"][0]["properties"]
    assert answer.headers["content-type"] == "application/geo+json"
    assert {"id", "name", "cells", "invented", "homes", "k"} == set(properties)
    assert (properties["homes"], properties["k"]) == (14, 12)


def test_a_cell_file_is_kept_for_ever_under_its_content(ask: Client) -> None:
    """All cells of the division: id, label, homes, division, and a shape."""
    answer = ask.get(central(ask))

    (cell,) = answer.json()["features"]
    assert set(cell["properties"]) == {"id", "label", "homes", "division"}
    assert "immutable" in answer.headers["cache-control"]


def test_a_division_leads_to_its_present_file(ask: Client) -> None:
    """A stable address for programs."""
    answer = ask.get(f"/v1/places/cells/{division_id('Central')}")

    assert (answer.status_code, answer.headers["location"]) == (307, central(ask))


def test_files_come_packed_to_who_takes_them_so(ask: Client) -> None:
    """And plain to who does not; caches keep the two apart."""
    address = central(ask)
    packed = ask.get(address, headers={"accept-encoding": "gzip"})
    plain = ask.get(address, headers={"accept-encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, 9, mtime=0))
    assert "content-encoding" not in plain.headers
    assert packed.json() == json.loads(plain.content)
    assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize("what", ["nowhere", "nowhere/" + "0" * 64 + ".json"])
def test_an_unknown_division_is_not_there(ask: Client, what: str) -> None:
    """Neither is an old or invented digest."""
    assert ask.get(f"/v1/places/cells/{what}").status_code == 404
    assert ask.get(f"/v1/places/cells/{division_id('Central')}/{'0' * 64}.json").status_code == 404


def test_a_new_version_is_seen_at_once(ask: Client, record: Database) -> None:
    """By a process that had read the old one."""
    before = central(ask)

    with record.write(by=OPERATOR) as tx:
        versions.load(tx, an_atlas(k=13))

    assert ask.get("/v1/places/divisions").json()["features"][0]["properties"]["k"] == 13
    assert central(ask) == before  # the cells are the same, and so is their address


def test_without_an_atlas_it_says_so(given: Stores, record: Database, client: NewClient) -> None:
    """The invented city of the tests is no atlas file: that is a fault of the operator's, told in words."""
    app: FastAPI = new_app("staff")
    stores.give(app, given)
    app.include_router(places.router, dependencies=[Depends(anyone)])

    assert client(app).get("/v1/places/divisions").json()["error"]["code"] == "malformed"
