"""Which places are taken for what: a post by a cell or a larger block, a home and a camera by a cell alone."""

from __future__ import annotations

from typing import Any

import pytest

from api.resident.desk import Desk
from tests.api.resident.conftest import NewNeighbour, Town
from tests.api.resident.neighbour import CAMERA, Neighbour, said
from tests.api.resident.sending.test_posts import clip_ids
from tests.api.resident.sending.test_who_could import could
from workers.airlock.admit import Airlock, admit


@pytest.mark.engines("sqlite")
def test_a_post_by_a_larger_block_says_it_and_nothing_finer(
    ada: Neighbour, desk: Desk, airlock: Airlock, town: Town
) -> None:
    """Previewed, published and listed: label and count are the larger block's, and no cell of it is named."""
    preview = ada.ask("POST", "/v1/previews", said(town.larger)).json()["post"]
    receipt = ada.posted(block_id=town.larger)
    admit(airlock, clip_ids(desk)[0])

    post = ada.get(f"/v1/receipts/{receipt}")["post"]

    assert post["block"] == preview["block"] == {"id": town.larger, "label": "Central, cells 1 and 2", "homes": 28}
    assert post["division"]["id"] == town.central
    assert not any(cell in str(post) for cell in town.blocks)


@pytest.mark.engines("sqlite")
def test_neighbours_in_any_cell_of_it_say_the_same(ada: Neighbour, neighbour: NewNeighbour, town: Town) -> None:
    """Two residents of two of its cells are answered alike, to the byte."""
    eve = neighbour("eve")
    assert eve.ask("PUT", "/v1/me/home", {"block_id": town.blocks[1]}).is_success

    answers = [who.ask("POST", "/v1/who-could-this-be", {"block_id": town.larger}) for who in (ada, eve)]

    assert answers[0].status_code == 200
    assert answers[0].content == answers[1].content


@pytest.mark.engines("sqlite")
def test_cameras_of_mine_in_any_of_its_cells_are_told(ada: Neighbour, town: Town) -> None:
    """How many homes share the larger block, and every camera that could give its author away."""
    for block in (*town.blocks, town.east_block):
        ada.registered(block_id=block)

    told = could(ada, block_id=town.larger)

    assert (told["homes"], told["cameras"]) == (28, 2)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("method", "path", "more"),
    [("PUT", "/v1/me/home", {}), ("POST", "/v1/cameras", {**CAMERA})],
    ids=["home", "camera"],
)
def test_nobody_lives_in_a_larger_block(
    ada: Neighbour, town: Town, method: str, path: str, more: dict[str, Any]
) -> None:
    """A home or a camera of two sizes would be two partitions, and two of those meet in less than k homes."""
    answer = ada.ask(method, path, {"block_id": town.larger, **more}, headers={"Idempotency-Key": "a new camera"})

    assert answer.status_code == 422
    assert answer.json()["error"]["fields"] == {"block_id": "Choose a block of the map."}
