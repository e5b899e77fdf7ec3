"""An author corrects a post, by their list and by the receipt."""

from __future__ import annotations

from typing import Any

import pytest

from api.resident.desk import Desk
from api.resident.mine import correcting
from storage.db import OPERATOR
from storage.identity.limits import Limit
from storage.kit import clock
from storage.kit.ids import PostId
from storage.moderation import decisions
from storage.moderation.decisions import Why
from storage.posts.posts import PostState
from tests import builders
from tests.api.asking import Client
from tests.api.resident.neighbour import Neighbour
from tests.api.resident.sending.test_posts import published
from workers.airlock.admit import Airlock
from workers.airlock.nobodys import end_authorship

pytestmark = pytest.mark.engines("sqlite")


def test_a_correction_reaches_police_and_neighbours_scrubbed(
    ada: Neighbour, analyst: Client, desk: Desk, airlock: Airlock
) -> None:
    """The same words to everyone, without numbers; after authorship ended by the receipt alone."""
    receipt, post = published(ada, desk, airlock)
    (mine,) = ada.get("/v1/posts/mine")["items"]
    first, second = {"text": "A contractor, ask 816-555-0142."}, {"text": "They have left."}

    by_list = ada.ask("POST", f"/v1/posts/mine/{mine['handle']}/corrections", first)
    assert end_authorship(desk.stores.vault, life=-1) > 0
    gone = ada.ask("POST", f"/v1/posts/mine/{mine['handle']}/corrections", second)
    by_receipt = ada.ask("POST", f"/v1/receipts/{receipt}/corrections", second)

    added = "\n\n[correction] A contractor, ask [phone].\n\n[correction] They have left."
    assert (by_list.status_code, gone.status_code, by_receipt.status_code) == (201, 404, 201)
    assert by_receipt.json() == analyst.get(f"/v1/posts/{post['id']}").json() == ada.get(f"/v1/posts/{post['id']}")
    assert by_receipt.json() == {**post, "text": post["text"] + added}


def test_a_correction_breaks_no_guideline_that_the_post_did_not(ada: Neighbour, desk: Desk, airlock: Airlock) -> None:
    """It goes out at once, so it is refused with a hint; nothing is added."""
    words: dict[str, Any] = {"title": "Somebody broke a car window", "text": "He smashed it with a bat and ran off."}
    receipt, post = published(ada, desk, airlock, category="crime", **words)

    answer = ada.ask("POST", f"/v1/receipts/{receipt}/corrections", {"text": "Put his face everywhere and get him."})

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "reword")
    assert list(answer.json()["error"]["fields"]) == ["text"]
    assert ada.get(f"/v1/posts/{post['id']}")["text"] == post["text"]


def test_a_correction_says_something_and_not_too_much(ada: Neighbour) -> None:
    """Else the field is named."""
    receipt = ada.posted()
    for text in ("", "  ", "x" * 501, None):
        answer = ada.ask("POST", f"/v1/receipts/{receipt}/corrections", {"text": text})

        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (422, ["text"])


def test_twenty_corrections_a_day_are_enough(
    ada: Neighbour, desk: Desk, airlock: Airlock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one resident, of whatever posts."""
    monkeypatch.setattr(correcting, "CORRECTIONS_A_DAY", Limit("corrections", 1, clock.DAY))
    receipt, _ = published(ada, desk, airlock)

    told = [ada.ask("POST", f"/v1/receipts/{receipt}/corrections", {"text": "More."}).status_code for _ in range(2)]

    assert told == [201, 429]


def test_an_author_is_told_that_words_were_taken_out_and_by_which_guideline(
    ada: Neighbour, desk: Desk, airlock: Airlock
) -> None:
    """Their post is live, and says so in their own list; not by whom, nor what was noted."""
    receipt, post = published(ada, desk, airlock)
    assert ada.get(f"/v1/receipts/{receipt}")["reason"] is None
    moderator = builders.a_moderator(desk.stores.record)
    with desk.stores.record.write(by=OPERATOR) as tx:
        states = {"from_state": PostState.LIVE, "to_state": PostState.LIVE}
        decisions.add(tx, PostId(post["id"]), Why("edit", "harassment", "noted", 2), staff_id=moderator, **states)

    reason = ada.get(f"/v1/receipts/{receipt}")["reason"]

    assert (reason["code"], reason["decided_by"]) == ("edited", {"guideline": "harassment", "version": 2})
    assert "noted" not in str(reason)
