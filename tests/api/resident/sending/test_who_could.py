"""Who could this be: told to the author before sending, and a while to wait that starts are not lost in."""

from __future__ import annotations

from typing import Any

import pytest

from api.resident.desk import Desk
from api.resident.sending import who_could
from storage.identity.limits import Limit
from storage.kit import clock
from tests.api.resident.conftest import NewNeighbour, Town
from tests.api.resident.neighbour import Neighbour
from tests.api.resident.sending.test_posts import clip_ids
from tests.storage.identity.making import the_clip
from workers.airlock.admit import Airlock, admit
from workers.airlock.reconcile import reconcile
from workers.queue import Doorbell, Lane

VIEW, OTHER = "0f" * 32, "f0" * 32


def could(ada: Neighbour, **asked: Any) -> Any:
    """What the page is told."""
    answer = ada.ask("POST", "/v1/who-could-this-be", {"block_id": ada.block, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_homes_earlier_views_and_what_can_be_done(ada: Neighbour, neighbour: NewNeighbour) -> None:
    """How many homes share the block, and how many of my own posts look the same; never another's."""
    ada.posted(view=VIEW)
    ada.posted(view=OTHER)
    ada.posted()
    eve = neighbour("eve")

    told = could(ada, view=VIEW)

    waits = {"blurs": ["faces", "plates", "overlay", "porch"], "wait_minutes": 30}
    assert told == {"homes": told["homes"], "alike": 1, "cameras": 0, **waits}
    assert told["homes"] >= 12
    assert could(ada)["alike"] is None
    assert could(eve, view=VIEW)["alike"] == 0


def test_a_camera_of_mine_in_the_block_is_told(ada: Neighbour, neighbour: NewNeighbour, town: Town) -> None:
    """As long as it is active, and there; never another's."""
    eve, elsewhere = neighbour("eve"), town.blocks[1]
    camera_id = ada.registered()
    assert [could(ada)["cameras"], could(eve)["cameras"], could(ada, block_id=elsewhere)["cameras"]] == [1, 0, 0]

    ada.ask("PATCH", f"/v1/cameras/{camera_id}", {"state": "paused"})

    assert could(ada)["cameras"] == 0


@pytest.mark.parametrize("asked", [{"block_id": "nowhere"}, {"view": "0f"}, {"view": "zz" * 32}, {"lat": 39.1}])
def test_what_is_no_block_or_no_view_is_refused(ada: Neighbour, asked: dict[str, Any]) -> None:
    """A place is never taken by its coordinates."""
    assert ada.ask("POST", "/v1/who-could-this-be", {"block_id": ada.block, **asked}).status_code == 422


def test_another_look_at_the_same_clip_is_the_same_request(ada: Neighbour) -> None:
    """The view may differ in a bit when a page is loaded anew: the answer is the first one's."""
    upload_id, happened_at = ada.upload(), clock.as_text(clock.now() - clock.HOUR)
    both = [
        ada.post(key="key-number-1", upload_id=upload_id, happened_at=happened_at, view=view) for view in (VIEW, OTHER)
    ]

    assert {answer.status_code for answer in both} == {202}
    assert both[0].json() == both[1].json()


def test_a_clip_waits_a_random_while_if_its_author_wishes(
    ada: Neighbour, desk: Desk, airlock: Airlock, redis_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is rung, nobody can claim it, its author is told until when; then whoever reconciles rings for it."""
    monkeypatch.setattr("storage.kit.ids.spread", lambda most: most * 0.9)
    receipt = ada.posted(wait=True)
    (clip_id,) = clip_ids(desk)
    doorbell = Doorbell(redis_client)

    admit(airlock, clip_id)
    reconcile(airlock, doorbell)

    clip, told = the_clip(desk.stores.vault, clip_id), ada.get(f"/v1/receipts/{receipt}")
    assert (clip.attempts, redis_client.llen(f"rq:queue:{Lane.SMALL}")) == (0, 0)
    assert clip.begun_at - clip.accepted_at == 27 * clock.MINUTE
    assert (told["state"], told["waits_until"]) == ("received", clock.as_text(clip.begun_at))
    later = clip.begun_at + 1
    monkeypatch.setattr("workers.airlock.reconcile.database_now", lambda _conn: later)
    reconcile(airlock, doorbell)
    assert redis_client.llen(f"rq:queue:{Lane.SMALL}") == 1


def test_a_clip_can_be_taken_back_while_it_waits(ada: Neighbour, desk: Desk) -> None:
    """At once, as any other; and it waits no longer."""
    receipt = ada.posted(wait=True)

    answer = ada.ask("DELETE", f"/v1/receipts/{receipt}")

    assert answer.json() == {"state": "withdrawn"}
    assert ada.get(f"/v1/receipts/{receipt}")["waits_until"] is None


def test_waits_are_spread_over_half_an_hour(ada: Neighbour, desk: Desk) -> None:
    """No two alike, none longer; who does not ask for one does not wait."""
    for _ in range(4):
        ada.posted(wait=True)
    waits = [the_clip(desk.stores.vault, clip_id) for clip_id in clip_ids(desk)]
    ada.posted()

    assert len({clip.begun_at - clip.accepted_at for clip in waits}) == 4
    assert all(0 < clip.begun_at - clip.accepted_at <= 30 * clock.MINUTE for clip in waits)
    assert [the_clip(desk.stores.vault, clip_id).begun_at for clip_id in clip_ids(desk)][-1] == 0


def test_nobody_asks_without_end(ada: Neighbour, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would tell, bit by bit, what earlier pictures looked like to whoever found the log-in."""
    monkeypatch.setattr(who_could, "ASKED", Limit("who", 1, clock.MINUTE))
    could(ada)

    assert ada.ask("POST", "/v1/who-could-this-be", {"block_id": ada.block}).status_code == 429
