"""Which block `porchlight post` names: never a finer one than was asked for."""

from __future__ import annotations

import json

import httpx
import pytest

from api.commands.where import block_of
from storage.atlas.cell_files import cells_geojson, divisions_geojson
from storage.atlas.demo import demo_atlas
from storage.atlas.shapes import Block
from storage.kit.errors import NotThere, Refused

CENTRAL = next(division for division in demo_atlas().divisions if division.name == "Central")
LARGER = demo_atlas().larger_of(CENTRAL.id)[0]


def a_city(*, larger: bool = True) -> httpx.Client:
    """The demo city's two files; one with no larger blocks is as those from before there were any."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/places/divisions":
            return httpx.Response(200, content=divisions_geojson(demo_atlas(), lambda division, _: f"/{division}"))
        file = json.loads(cells_geojson(demo_atlas(), CENTRAL.id))
        return httpx.Response(200, json=file if larger else {**file, "larger": []})

    return httpx.Client(transport=httpx.MockTransport(answer), base_url="http://city")


def inside(block: Block | None) -> str:
    """A point of a cell, as it is typed."""
    assert block is not None
    point = block.shape.representative_point()
    return f"{point.y:.7f},{point.x:.7f}"


def test_each_cell_of_a_larger_block_names_it() -> None:
    """Whichever of its cells one stands in, what is sent is the same."""
    points = [inside(demo_atlas().block(cell)) for cell in LARGER.cells]

    assert {block_of(a_city(), None, point, larger=True) for point in points} == {LARGER.id}
    assert {block_of(a_city(), None, point, larger=False) for point in points} == set(LARGER.cells)


def test_a_finer_place_is_never_sent_in_its_stead() -> None:
    """Where there is no larger block, or none can be told, nothing is sent at all."""
    with pytest.raises(NotThere, match="no larger block"):
        block_of(a_city(larger=False), None, inside(demo_atlas().block(LARGER.cells[0])), larger=True)
    with pytest.raises(Refused, match="--larger goes with --at"):
        block_of(a_city(), LARGER.cells[0], None, larger=True)


def test_a_named_block_asks_nobody() -> None:
    """An id is sent as it is."""
    assert block_of(a_city(), "an id", None, larger=False) == "an id"


@pytest.mark.parametrize(("point", "error"), [("here", Refused), ("10", Refused), ("51,0", NotThere)])
def test_what_is_no_place_names_no_block(point: str, error: type[Exception]) -> None:
    """Neither words nor a place outside the city."""
    with pytest.raises(error):
        block_of(a_city(), None, point, larger=False)
