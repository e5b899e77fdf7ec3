"""An author answers a decision, by their list and by the receipt."""

from __future__ import annotations

from typing import Any

import pytest

from api.resident.desk import Desk
from api.resident.mine import appealing
from storage.db import OPERATOR
from storage.identity.limits import Limit
from storage.kit import clock
from storage.kit.ids import PostId, StaffId
from storage.moderation import appeals
from storage.posts.posts import PostState, Verb
from storage.staff import staff
from tests import builders
from tests.api.resident.conftest import NewNeighbour
from tests.api.resident.neighbour import Neighbour
from tests.api.resident.sending.test_posts import decide, published
from workers.airlock.admit import Airlock
from workers.airlock.nobodys import end_authorship

pytestmark = pytest.mark.engines("sqlite")
WORDS = {"text": "It is my own car, call 816-555-0142."}


def hidden(desk: Desk, post: dict[str, Any]) -> StaffId:
    """A moderator hides a post; answers who."""
    decide(desk, post["id"], Verb.HIDE)
    with desk.stores.record.write(by=OPERATOR) as tx:
        moderator = staff.make(tx, f"mo {tx.now()}")
        builders.a_decision(tx, post["id"], "hide", by=moderator, guidelines=2, after=PostState.HIDDEN)
    return moderator


def test_an_author_answers_once_and_follows_what_becomes_of_it(ada: Neighbour, desk: Desk, airlock: Airlock) -> None:
    """Scrubbed words, a rounded time, no name of who decides; before a decision there is nothing to answer."""
    _, post = published(ada, desk, airlock)
    (mine,) = ada.get("/v1/posts/mine")["items"]
    address = f"/v1/posts/mine/{mine['handle']}"
    too_early = ada.ask("POST", f"{address}/appeals", WORDS)
    moderator = hidden(desk, post)
    before = ada.get(address)

    answer = ada.ask("POST", f"{address}/appeals", WORDS)

    after = ada.get(address)
    assert (too_early.status_code, too_early.json()["error"]["code"]) == (409, "nothing_to_appeal")
    assert (before["may_appeal"], before["appeal"]) == (True, None)
    assert (answer.status_code, answer.json()["state"]) == (201, "open")
    assert (after["may_appeal"], after["appeal"]) == (False, answer.json())
    assert ada.ask("POST", f"{address}/appeals", WORDS).json()["error"]["code"] == "appealed_before"
    with desk.stores.record.read() as conn:
        (waits,) = appeals.open_of(conn, [PostId(post["id"])]).values()
    assert (waits.text, waits.against) == ("It is my own car, call [phone].", moderator)
    assert waits.at % clock.QUARTER_HOUR == 0
    assert moderator not in str(after)


def test_the_receipt_answers_when_nobody_is_the_author_any_more(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, airlock: Airlock
) -> None:
    """After authorship ended, from any log-in; by their list it is gone, and a made-up receipt opens nothing."""
    receipt, post = published(ada, desk, airlock)
    (mine,) = ada.get("/v1/posts/mine")["items"]
    hidden(desk, post)
    assert end_authorship(desk.stores.vault, life=-1) > 0
    bob = neighbour("bob")

    assert ada.ask("POST", f"/v1/posts/mine/{mine['handle']}/appeals", WORDS).status_code == 404
    assert bob.ask("POST", f"/v1/receipts/{'a' * 32}/appeals", WORDS).status_code == 404
    assert bob.ask("POST", f"/v1/receipts/{receipt}/appeals", WORDS).status_code == 201
    assert ada.get(f"/v1/receipts/{receipt}")["appeal"]["state"] == "open"


def test_an_answer_says_something_and_not_too_much(ada: Neighbour) -> None:
    """Else the field is named."""
    receipt = ada.posted()
    for text in ("", "  ", "x" * 1001, None):
        answer = ada.ask("POST", f"/v1/receipts/{receipt}/appeals", {"text": text})

        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, ["text"])


def test_twenty_answers_a_day_are_enough(
    ada: Neighbour, desk: Desk, airlock: Airlock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted before it is looked whether there is anything to answer."""
    monkeypatch.setattr(appealing, "APPEALS_A_DAY", Limit("appeals", 1, clock.DAY))
    receipt, _ = published(ada, desk, airlock)

    told = [ada.ask("POST", f"/v1/receipts/{receipt}/appeals", WORDS).status_code for _ in range(2)]

    assert told == [409, 429]
