"""What staff do in the attacks' world beside looking: decide, open a case, look at cameras; and what authors answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from api.commands.asking import ask
from storage.db import OPERATOR
from storage.identity.schema import cameras
from storage.kit import clock
from storage.schema import case_entries
from tests.attacks.attackers import Attacker
from tests.attacks.ledger import Told
from tests.attacks.people import Person, Sent
from tests.attacks.stores import Stores
from workers.airlock.owners import pins

DETECTIVE, JUDGE, STRANGER = "detective", "judge", "staff of elsewhere"
OF_STRANGER = ("moderator", "detective", "lead")
AT_ONCE = 50  # posts that are decided in one request
SOME = 6  # posts of each author that are taken off: they may answer 20 times a day
CORRECTED = "It was a contractor"
MONTHS = 40 * clock.DAY  # ago: a look in a month that is over


@dataclass
class Desks:
    """Who moderates, leads and detects here, and where residents ask."""

    attackers: dict[str, Attacker]
    resident: str

    def moderate(self, people: Iterable[Person]) -> None:
        """Takes posts of everybody off; each author answers, corrects and nods, saying too much; another gives way."""
        everybody = list(people)
        sent = [one for person in everybody for one in person.sent[:SOME]]
        self._decide("moderator", "hide", sent)
        for person in everybody:
            with person.client(self.resident) as http:
                said = {"text": f"{CORRECTED}. Call {person.sent[0].phone} or write to {person.mail}."}
                for one in person.sent[:SOME]:
                    ask(http, "POST", f"/v1/receipts/{one.receipt}/appeals", json=said)
        for name in ("moderator", JUDGE):
            self.attackers[name].turns("/v1/moderation/queue")
        self._decide(JUDGE, "restore", sent)
        for person in everybody:
            with person.client(self.resident) as http:
                said = {"text": f"{CORRECTED}. Call {person.sent[0].phone} or write to {person.mail}."}
                ask(http, "POST", f"/v1/receipts/{person.sent[0].receipt}/corrections", json=said)
                for one in (other.sent[0] for other in everybody):
                    for kind in ("seen_too", "thanks"):
                        ask(http, "PUT", f"/v1/posts/{one.post_id}/nods/{kind}")

    def entangle(self, people: Sequence[Person], gone: Iterable[Sent]) -> None:
        """Takes these off once more, so that each is claimed, and answered in its own words, when it is taken back."""
        some = list(gone)
        self._decide("moderator", "hide", some)
        for one in some:
            said = {"text": f"{one.word} was no {one.word}."}
            with people[one.author].client(self.resident) as http:
                ask(http, "POST", f"/v1/receipts/{one.receipt}/appeals", json=said)
            assert self.attackers[JUDGE].ask("PUT", f"/v1/posts/{one.post_id}/claim").status == 200

    def open_a_case(self, post_ids: Iterable[str]) -> str:
        """On an incident of the lead's file, by the detective, with these posts linked; answers its id."""
        lead, detective = self.attackers["moderator"], self.attackers[DETECTIVE]
        when = clock.as_text(clock.rounded(clock.now() - clock.DAY))
        file = f"number,type,time,division\nA-1,Burglary,{when},Central\n".encode()
        assert lead.ask("POST", "/v1/incidents", content=file, headers={"Content-Type": "text/csv"}).status == 200
        (incident,) = detective.json("/v1/incidents")["items"]
        asked = {"number": "C-1", "incident_id": incident["id"], "why": "A van was seen."}
        case = _answered(detective.ask("POST", "/v1/cases", json=asked))
        _answered(lead.ask("POST", f"/v1/cases/{case['id']}/consent"))
        why = {"reason": "same_vehicle", "confidence": "possible"}
        for post_id in post_ids:
            _answered(detective.ask("POST", f"/v1/cases/{case['id']}/links", json={"post_id": post_id, **why}))
        lead.cases = detective.cases = [str(case["id"])]
        return str(case["id"])

    def look_at_cameras(self, case_id: str, stores: Stores, blocks: Collection[str]) -> None:
        """As if they had been registered the day before, and looked at the month before the last."""
        with stores.vault() as vault, stores.record() as record:
            with vault.write(by=OPERATOR) as tx:
                tx.execute(update(cameras).values(confirmed_at=cameras.c.confirmed_at - clock.DAY))
            pins.bring_pins(vault, record)
            self.pins(case_id, blocks)
            with record.write(by=OPERATOR) as tx:
                looks = (case_entries.c.case_id == case_id, case_entries.c.kind == "cameras")
                tx.execute(update(case_entries).where(*looks).values(at=case_entries.c.at - MONTHS))
                tx.audit("made.older", case_id)

    def pins(self, case_id: str, blocks: Collection[str]) -> list[dict[str, Any]]:
        """What the detective is told of cameras in these blocks."""
        area = {"blocks": sorted(blocks)}
        told = _answered(self.attackers[DETECTIVE].ask("POST", f"/v1/cases/{case_id}/cameras", json=area))
        return list(told["items"])

    def _decide(self, who: str, verb: str, sent: Iterable[Sent]) -> None:
        """In the order of their ids, so that when each was decided says nothing of anybody."""
        ids = sorted(one.post_id for one in sent)
        for start in range(0, len(ids), AT_ONCE):
            body = {"verb": verb, "reason": "not_true", "post_ids": ids[start : start + AT_ONCE]}
            told = _answered(self.attackers[who].ask("POST", "/v1/moderation/decisions", json=body))
            assert [one["code"] for one in told["items"]] == [None] * len(told["items"])


def _answered(told: Told) -> dict[str, Any]:
    assert told.status in (200, 201), told.body
    return told.answer
