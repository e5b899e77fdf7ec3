"""Attacks 44 to 46: getting more of the feed, or of the lists, than one may see."""

from __future__ import annotations

import json

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from storage.kit.ids import digest, new_id, new_secret
from tests.attacks.table import Tried
from tests.attacks.world import World


@pytest.mark.parametrize("which", ["made up", "used", "a log-in's token", "a receipt", "its digest"])
def test_a44_only_a_fresh_ticket_opens_the_feed(world: World, tried: Tried, which: str) -> None:
    """Anything else is refused in the same words, and before anything is told."""
    analyst = world.attackers["analyst"]
    granted = json.loads(analyst.ask("POST", "/v1/feed/tickets", json={}).body)
    if which == "used":
        assert _said(granted["url"], granted["ticket"]) is None
    tickets = {
        "made up": new_secret(),
        "used": granted["ticket"],
        "a log-in's token": analyst.token,
        "a receipt": world.live[0].receipt,
        "its digest": digest(granted["ticket"]),
    }
    tried(1)

    assert _said(granted["url"], str(tickets[which])) == (4401, "this ticket is not good any more")


def test_a45_no_ticket_is_wider_than_its_holder(world: World, tried: Tried) -> None:
    """Another division asked for, with mine or without, is the same answer as one that is not there."""
    outsider = world.attackers["outsider"]
    divisions = {
        feature["properties"]["name"]: feature["properties"]["id"]
        for feature in outsider.json("/v1/places/divisions")["features"]
    }
    wishes = [[divisions["Central"]], [divisions["North"], divisions["Central"]], [new_id()], [divisions["North"], ""]]
    tried(len(wishes))

    answers = {outsider.ask("POST", "/v1/feed/tickets", json={"divisions": wish}).lasting for wish in wishes}

    assert len(answers) == 1
    assert answers.pop()[0] == 404


def test_a46_a_neighbour_chooses_no_division_but_by_home(world: World, tried: Tried) -> None:
    """What a resident's list is of comes from their home: whatever else they name is not heard."""
    neighbour = world.attackers["neighbour"]
    mine = neighbour.get("/v1/neighborhood/posts").lasting
    elsewhere = [neighbour.get(f"/v1/neighborhood/posts?{name}=North").lasting for name in ("division", "divisions")]
    tried(len(elsewhere))

    assert elsewhere == [mine, mine]


def _said(url: str, ticket: str) -> tuple[int, str] | None:
    """How the feed ends a conversation that begins with this ticket; None where it lets one in."""
    with connect(url, proxy=None) as line:
        line.send(json.dumps({"type": "hello", "ticket": ticket, "cursor": None}))
        try:
            line.recv()
        except ConnectionClosed as closed:
            assert closed.rcvd is not None
            return closed.rcvd.code, closed.rcvd.reason
    return None
