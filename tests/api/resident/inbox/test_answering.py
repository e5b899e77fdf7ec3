"""Letters as their author finds them, in the list, in the inbox and by the receipt, and what they answer."""

from __future__ import annotations

from typing import Any

import pytest

from api.resident.desk import Desk
from api.resident.inbox import answering
from storage.cases.letters import Kind, Letter
from storage.db import AIRLOCK, OPERATOR
from storage.identity.clips import letters
from storage.identity.limits import Limit
from storage.identity.schema import arrived_letters
from storage.kit.clock import DAY, next_batch, now
from storage.kit.ids import PostId, StaffId, new_id
from tests.api.resident.conftest import NewNeighbour
from tests.api.resident.neighbour import Neighbour
from tests.api.resident.sending.test_posts import published
from workers.airlock.admit import Airlock
from workers.airlock.nobodys import end_authorship

pytestmark = pytest.mark.engines("sqlite")
WORDS = {"text": "Yes, call 816-555-0142."}


def brought(desk: Desk, post: dict[str, Any], kind: Kind = Kind.QUESTION, **said: Any) -> str:
    """A letter that the airlock brought; answers its id."""
    new, ends_at = new_id(), next_batch(now() + 7 * DAY)
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        letters.bring(tx, Letter(new, kind, PostId(post["id"]), new, StaffId("d"), ends_at, **said))
    return new


def test_a_question_stands_in_the_list_in_the_inbox_and_by_the_receipt(
    ada: Neighbour, desk: Desk, airlock: Airlock
) -> None:
    """Each says the same; one answer serves for all, scrubbed, and until its batch it can be put otherwise."""
    receipt, post = published(ada, desk, airlock)
    asked = brought(desk, post, text="Was it red?")
    (mine,) = ada.get("/v1/posts/mine")["items"]
    (line,) = ada.get("/v1/inbox")["items"]
    (letter,) = ada.get(f"/v1/receipts/{receipt}")["letters"]
    assert mine["letters"] == [letter] == [ada.get(f"/v1/inbox/questions/{asked}")["letter"]]
    assert (line["kind"], line["id"], line["about"], line["waits"]) == ("question", asked, post["title"], True)
    assert (letter["text"], letter["may_answer"], letter["answered"]) == ("Was it red?", True, False)

    first = ada.ask("POST", f"/v1/posts/mine/{mine['handle']}/questions/{asked}/answers", {"text": "No."})
    again = ada.ask("POST", f"/v1/receipts/{receipt}/questions/{asked}/answers", WORDS)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["crosses_at"].endswith(("T00:00:00Z", "T12:00:00Z"))
    assert ada.get("/v1/inbox")["items"][0]["waits"] is False
    with desk.stores.vault.read() as conn:
        assert conn.execute(arrived_letters.select()).one().answer == "Yes, call [phone]."


def test_by_the_receipt_it_is_answered_when_nobody_is_known_to_be_the_author(
    ada: Neighbour, desk: Desk, airlock: Airlock
) -> None:
    """The inbox knows of it no longer."""
    receipt, post = published(ada, desk, airlock)
    asked = brought(desk, post, text="Was it red?")
    end_authorship(desk.stores.vault, life=-1)

    answer = ada.ask("POST", f"/v1/receipts/{receipt}/questions/{asked}/answers", WORDS)

    assert (answer.status_code, ada.get("/v1/inbox")["items"]) == (201, [])
    assert ada.ask("GET", f"/v1/inbox/questions/{asked}").status_code == 404


def test_what_is_not_mine_what_is_no_question_and_what_never_was_are_one_answer(
    ada: Neighbour, neighbour: NewNeighbour, desk: Desk, airlock: Airlock
) -> None:
    """Byte for byte; a notice is read and not answered."""
    receipt, post = published(ada, desk, airlock)
    asked, helped = brought(desk, post, text="Was it red?"), brought(desk, post, Kind.HELPED)
    eve = neighbour("eve")
    other, _ = published(eve, desk, airlock)
    never = ada.ask("POST", f"/v1/receipts/{receipt}/questions/{new_id()}/answers", WORDS)

    answers = [
        ada.ask("POST", f"/v1/receipts/{receipt}/questions/{helped}/answers", WORDS),
        eve.ask("POST", f"/v1/receipts/{other}/questions/{asked}/answers", WORDS),
        eve.ask("GET", f"/v1/inbox/questions/{asked}"),
    ]

    assert {(one.status_code, one.content) for one in answers} == {(404, never.content)}
    kinds = {(one["kind"], one["waits"]) for one in ada.get("/v1/inbox")["items"]}
    assert kinds == {("question", True), ("notice", False)}


def test_a_warning_and_a_listed_question_come_in_the_authors_language(
    ada: Neighbour, desk: Desk, airlock: Airlock
) -> None:
    """A guideline by its id and version, a listed question in all languages."""
    receipt, post = published(ada, desk, airlock)
    brought(desk, post, Kind.WARNING, reason="privacy", guidelines=2)
    brought(desk, post, Kind.ASKED, reason="not_true", guidelines=2, listed="is_it_here")

    found = {one["kind"]: one for one in ada.get(f"/v1/receipts/{receipt}")["letters"]}

    assert found["warning"]["decided_by"] == {"guideline": "privacy", "version": 2}
    assert (found["warning"]["may_answer"], found["asked"]["may_answer"]) == (False, True)
    assert found["asked"]["listed"]["es"].startswith("¿Este clip")


def test_answers_have_a_limit_and_a_withdrawn_clip_has_none(
    ada: Neighbour, desk: Desk, airlock: Airlock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Withdrawn, there is nothing to answer, and its letters are gone."""
    monkeypatch.setattr(answering, "ANSWERS_A_DAY", Limit("answers", 1, DAY))
    receipt, post = published(ada, desk, airlock)
    asked = brought(desk, post, text="Was it red?")
    path = f"/v1/receipts/{receipt}/questions/{asked}/answers"
    assert [ada.ask("POST", path, WORDS).status_code for _ in range(2)] == [201, 429]

    ada.ask("DELETE", f"/v1/receipts/{receipt}")

    assert (ada.get(f"/v1/receipts/{receipt}")["letters"], ada.get("/v1/inbox")["items"]) == ([], [])
    with desk.stores.vault.write(by=OPERATOR) as tx:
        assert tx.connection.execute(arrived_letters.select()).all() == []
