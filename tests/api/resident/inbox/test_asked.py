"""What an owner is asked, says and takes back; and that nobody else learns of it."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select, update

from api.resident.desk import Desk
from storage.cameras import ledger as camera_ledger
from storage.db import AIRLOCK
from storage.identity.cameras import inbox_answers
from storage.identity.schema import asked, camera_mail, inbox_answers as rows
from storage.kit import clock
from storage.kit.clock import BATCH, DAY
from tests.api.resident.asking_town import arrives, path, share
from tests.api.resident.conftest import NewNeighbour, Town
from tests.api.resident.neighbour import Neighbour


def test_an_owner_reads_what_is_asked_and_by_when_it_is_overwritten(desk: Desk, ada: Neighbour, town: Town) -> None:
    """The cameras it is about with the day on which each forgets; others' requests are not there."""
    ada.registered(name="Front door", retention_days=7)
    ada.registered(name="Elsewhere", block_id=town.blocks[1])
    request = arrives(desk, town)
    other = arrives(desk, town, town.east_block)

    (line,) = ada.get("/v1/inbox")["items"]
    told = ada.get(path(request))

    assert (line["kind"], line["id"], line["about"], line["waits"]) == ("request", request, "burglary", True)
    (camera,) = told["cameras"]
    assert camera["name"] == "Front door"
    assert camera["overwrites_from"] < camera["overwritten_by"]
    assert told["may"] == ["shared", "nothing", "ask_me", "no"]
    assert told["answer"] is None
    assert "case" not in " ".join(told)
    assert ada.ask("GET", path(other)).status_code == 404
    assert ada.ask("GET", path(other)).content == ada.ask("GET", path("nothing-like-it")).content


def test_an_answer_can_be_changed_and_taken_back(desk: Desk, ada: Neighbour, town: Town) -> None:
    """Until an hour before midnight or noon; then it is on its way, and told it can only go on to be a clip."""
    ada.registered()
    request = arrives(desk, town)
    said = ada.ask("PUT", path(request, "answer"), {"kind": "nothing"}).json()["answer"]
    moment = clock.from_datetime(datetime.fromisoformat(said["shown_at"]))
    assert (said["kind"], said["told"], said["may_change"]) == ("nothing", False, True)
    assert moment % BATCH == 0
    assert said["open_until"] < said["shown_at"]
    assert ada.get("/v1/inbox")["items"][0]["waits"] is False

    contact = {"kind": "ask_me", "contact": "816 555 0100"}
    changed = ada.ask("PUT", path(request, "answer"), contact).json()["answer"]
    assert (changed["kind"], changed["contact"]) == ("ask_me", "given")
    assert b"816 555" not in _all_answers(desk)
    assert ada.ask("DELETE", path(request, "answer")).json()["answer"] is None
    assert _all_answers(desk) == b""

    ada.ask("PUT", path(request, "answer"), {"kind": "no"})
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        tx.execute(update(rows).values(shown_at=tx.now() + 30 * clock.MINUTE))
    late = ada.ask("PUT", path(request, "answer"), {"kind": "nothing"})
    assert (late.status_code, late.json()["error"]["code"]) == (409, "answer_on_its_way")
    assert ada.get(path(request))["may"] == []
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        inbox_answers.cross(tx, [tx.connection.execute(select(rows.c.id)).scalar_one()])
    assert ada.ask("DELETE", path(request, "answer")).json()["error"]["code"] == "answer_told"
    assert ada.get(path(request))["may"] == ["shared"]


@pytest.mark.engines("sqlite")
def test_a_contact_goes_with_being_asked_alone(desk: Desk, ada: Neighbour, town: Town) -> None:
    """With anything else it is refused, and not repeated."""
    ada.registered()
    request = arrives(desk, town)

    refused = ada.ask("PUT", path(request, "answer"), {"kind": "no", "contact": "816 555 0100"})

    assert refused.status_code == 422
    assert "555" not in refused.text


@pytest.mark.engines("sqlite")
def test_a_told_contact_is_wanted_back(desk: Desk, ada: Neighbour, town: Town) -> None:
    """The airlock takes it off the record; until it looked, the owner is told that it is on its way back."""
    ada.registered()
    request = arrives(desk, town)
    ada.ask("PUT", path(request, "answer"), {"kind": "ask_me", "contact": "816 555 0100"})
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        inbox_answers.cross(tx, [tx.connection.execute(select(rows.c.id)).scalar_one()])

    assert ada.ask("DELETE", path(request, "answer")).json()["answer"]["contact"] == "back"


@pytest.mark.engines("sqlite")
def test_a_clip_that_is_shared_can_be_taken_back_whenever(desk: Desk, ada: Neighbour, town: Town) -> None:
    """Before it is told the answer is gone with it; changing one's mind withdraws the clip as well."""
    camera = ada.registered()
    request = arrives(desk, town)
    assert share(ada, request, camera).status_code == 202
    handle = ada.get(path(request))["answer"]["handle"]
    assert ada.get(f"/v1/posts/mine/{handle}")["waits_until"] is not None

    assert ada.ask("PUT", path(request, "answer"), {"kind": "no"}).json()["answer"]["kind"] == "no"
    assert ada.get(f"/v1/posts/mine/{handle}")["state"] == "withdrawn"

    assert share(ada, request, camera).status_code == 202
    second = ada.get(path(request))["answer"]["handle"]
    assert ada.ask("DELETE", path(request, "answer")).json()["answer"] is None
    assert ada.get(f"/v1/posts/mine/{second}")["state"] == "withdrawn"


@pytest.mark.engines("sqlite")
def test_what_is_over_takes_no_answer(desk: Desk, ada: Neighbour, town: Town) -> None:
    """Who answered still sees it, and who did not sees nothing."""
    ada.registered()
    answered, silent = arrives(desk, town), arrives(desk, town)
    ada.ask("PUT", path(answered, "answer"), {"kind": "no"})
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        tx.execute(update(asked).values(ends_at=tx.now() - 1))

    assert [one["id"] for one in ada.get("/v1/inbox")["items"]] == [answered]
    refused = ada.ask("PUT", path(answered, "answer"), {"kind": "nothing"})
    assert refused.json()["error"]["code"] == "no_longer_asked"
    assert ada.ask("GET", path(silent)).status_code == 404


@pytest.mark.engines("sqlite")
def test_a_neighbour_of_the_same_block_is_asked_the_same(desk: Desk, neighbour: NewNeighbour, town: Town) -> None:
    """And sees nothing of what the other said."""
    ada, bob = neighbour("ada"), neighbour("bob")
    for who in (ada, bob):
        who.registered(name="A camera")
    request = arrives(desk, town)
    before = {**bob.get(path(request)), "cameras": None}

    ada.ask("PUT", path(request, "answer"), {"kind": "no"})

    assert {**bob.get(path(request)), "cameras": None} == before


@pytest.mark.engines("sqlite")
def test_the_ledger_counts_what_was_asked(desk: Desk, ada: Neighbour, town: Town) -> None:
    """By month that is over, block and case, under a reference of one's own; what was asked this month is not in it."""
    ada.registered()
    request = arrives(desk, town)
    arrives(desk, town)
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        before = tx.now() - 40 * DAY
        tx.execute(update(asked).values(sent_at=tx.now()))  # also on the first day of a month
        tx.execute(update(asked).where(asked.c.id == request).values(sent_at=before))

    (line,) = ada.get("/v1/cameras/ledger")["items"]

    assert (line["month"], line["looks"], line["asked"]) == (camera_ledger.month(before), 0, 1)
    assert line["block"]["id"] == town.blocks[0]


@pytest.mark.engines("sqlite")
def test_who_chose_mail_is_of_those_who_are_written_to(desk: Desk, ada: Neighbour) -> None:
    """In the division where the camera stands, under no word of theirs; and not once it is paused or retired."""

    def written() -> int:
        with desk.stores.vault.read() as conn:
            found = conn.execute(select(camera_mail)).all()
        assert b"ada@example.org" not in repr(found).encode()
        return len(found)

    camera = ada.registered(ask="mail")
    ada.registered(ask="inbox")
    assert written() == 1
    ada.ask("PATCH", f"/v1/cameras/{camera}", {"state": "paused"})
    assert written() == 0
    ada.ask("PATCH", f"/v1/cameras/{camera}", {"state": "active"})
    assert written() == 1
    ada.ask("DELETE", f"/v1/cameras/{camera}")
    assert written() == 0


def _all_answers(desk: Desk) -> bytes:
    with desk.stores.vault.read() as conn:
        return b"".join(row.contact or b"" for row in conn.execute(select(rows.c.contact)))
