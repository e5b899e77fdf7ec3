"""Every call of the staff program that changes something leaves one line of the audit for each thing it changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pyotp
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from api.staff.app import create_app
from api.stores import Stores
from api.who import declared
from feed.bell import Bell
from storage import audit
from storage.db import OPERATOR, Database
from storage.kit.clock import MINUTE, now
from storage.kit.ids import StaffId
from storage.schema import digest_mails
from storage.staff import desks, proof as staff_proof, staff
from storage.staff.staff import Role
from tests import builders
from tests.api import audited_asking
from tests.api.asking import HOST, Client
from tests.api.audited_lines import LINES
from tests.api.conftest import NewClient
from tests.storage.footage.asked import lay_squares

pytestmark = pytest.mark.engines("sqlite")
PASSWORD, CENTRAL = "a long password", builders.division("Central")
ORIGIN = {"origin": HOST}
CHANGES = ("POST", "PUT", "PATCH", "DELETE")
NOT_IN_THE_STORY: set[str] = set()  # calls that change something and are told elsewhere, each with its test


@dataclass
class Story:
    """What is asked, one call after the other, and which lines each left."""

    record: Database
    asked: dict[str, list[str]] = field(default_factory=dict)

    def ask(self, who: Client, call: str, body: object = None, *, things: int = 1, **parts: str) -> Any:
        """One call by its route, its holes filled; answers what it said. `things`: how often one line may be there."""
        method, path = call.split(" ")
        with self.record.read() as conn:
            before = audit.head(conn)
        filled = path.format(**parts)
        raw = {"content": body, "headers": {"content-type": "text/csv"}} if isinstance(body, bytes) else {"json": body}
        answer: httpx.Response = who.ask(method, filled, **{"headers": ORIGIN, **raw})
        assert answer.is_success, (call, answer.text)
        with self.record.read() as conn:
            found = audit.page(conn, before=None, limit=50)
        lines = [line for line in reversed(found) if line.seq > before]
        self.asked.setdefault(call.partition("?")[0], []).append(" ".join(line.action for line in lines))
        twice = [key for key, many in Counter((one.action, one.subject) for one in lines).items() if many > things]
        assert not twice, (call, twice)
        return answer.json() if answer.content else None


@pytest.fixture
def program(given: Stores) -> FastAPI:
    """The staff program of a city that sends its staff mail."""
    return create_app(replace(given, settings=replace(given.settings, staff_mail_domains=("police.invalid",))))


@pytest.fixture
def people(record: Database, program: FastAPI, client: NewClient, city: builders.City) -> Iterator[dict[str, Client]]:
    """Ann and Ben, who may do everything, and have a password; each at a browser of their own."""
    found = {}
    for name in ("ann", "ben"):
        with record.write(by=OPERATOR) as tx:
            member = staff.make(tx, name)
            for role in Role:
                staff.grant(tx, member, role, None)
            staff_proof.set_password(tx, member, PASSWORD)
            token = staff.log_in(tx, member)
            desks.begin(tx, token)
        found[name] = client(program, token)
    yield found


def id_of(record: Database, name: str) -> StaffId:
    """Whose name that is."""
    with record.read() as conn:
        found = staff.find(conn, name)
    assert found is not None
    return found


def test_each_call_leaves_one_line_for_each_thing_it_changed(
    record: Database,
    bell: Bell,
    program: FastAPI,
    client: NewClient,
    people: dict[str, Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All calls there are, in one story; what changes nothing, or what only a desk remembers, leaves none."""
    story = Story(record)
    lay_squares(record, monkeypatch)
    _log_ins(story, people, client(program))
    _administration(story, people, client(program))
    _a_desk(story, people["ann"], builders.a_published_post(record, bell).id)
    _moderation(story, people, [builders.a_published_post(record, bell).id for _ in range(3)])
    audited_asking.of_moderators(
        record, story.ask, people["ann"], *(builders.a_published_post(record, bell).id for _ in range(2))
    )
    audited_asking.of_leads(story.ask, people["ann"], people["ben"])
    _cases(story, people, builders.a_published_post(record, bell).id)

    told = {call: "; ".join(lines) for call, lines in story.asked.items()}
    assert {call: lines for call, lines in told.items() if lines != LINES.get(call)} == {}
    assert told.keys() == LINES.keys()
    changing = {f"{one.method} {one.path}" for one in declared(program) if one.method in CHANGES}
    assert sorted(changing - story.asked.keys()) == sorted(NOT_IN_THE_STORY)


def _log_ins(story: Story, people: dict[str, Client], door: Client) -> None:
    ann, record = people["ann"], story.record
    with record.write(by=OPERATOR) as tx:
        key = pyotp.TOTP(staff_proof.set_second_factor(tx, id_of(record, "ben")))
    proof = {"name": "ben", "password": PASSWORD, "code": key.at(now() // 1000)}
    story.ask(door, "POST /v1/log-ins", proof)
    story.ask(door, "POST /v1/log-ins/current/proof", {"code": key.at((now() + MINUTE // 2) // 1000)})
    story.ask(ann, "POST /v1/log-ins/current/touch")
    story.ask(ann, "POST /v1/log-ins/current/lock")
    story.ask(ann, "POST /v1/log-ins/current/unlock", {"password": PASSWORD})
    phone = pyotp.TOTP(story.ask(ann, "POST /v1/me/second-factor")["key"])
    story.ask(ann, "POST /v1/me/second-factor/code", {"code": phone.at(now() // 1000)})
    story.ask(ann, "POST /v1/me/recovery-codes")
    story.ask(ann, "PUT /v1/me/language", {"language": "es"})
    (there,) = [one["id"] for one in people["ben"].get("/v1/log-ins").json()["items"] if not one["current"]]
    story.ask(people["ben"], "DELETE /v1/log-ins/{log_in_id}", log_in_id=there)


def _administration(story: Story, people: dict[str, Client], door: Client) -> None:
    ann = people["ann"]
    story.ask(ann, "POST /v1/invitations", {"role": "moderator", "division": CENTRAL})
    (open_one,) = ann.get("/v1/invitations").json()["items"]
    story.ask(ann, "DELETE /v1/invitations/{invitation_id}", invitation_id=open_one["id"])
    invited = ann.post("/v1/invitations", {"role": "moderator", "division": CENTRAL}).json()
    secret = {"secret": invited["secret"]}
    offer = story.ask(door, "POST /v1/invitations/offer", secret)
    code = pyotp.TOTP(offer["second_factor"]["key"]).at(now() // 1000)
    story.ask(door, "POST /v1/invitations/join", {**secret, "name": "cy", "password": PASSWORD, "code": code})
    cy = id_of(story.record, "cy")
    story.ask(ann, "POST /v1/staff/{staff_id}/roles", {"role": "lead", "division": CENTRAL}, staff_id=cy)
    story.ask(ann, f"DELETE /v1/staff/{{staff_id}}/roles/{{role}}?division={CENTRAL}", staff_id=cy, role="lead")
    story.ask(ann, "DELETE /v1/staff/{staff_id}/log-ins", staff_id=cy)
    story.ask(ann, "DELETE /v1/staff/{staff_id}", staff_id=cy)


def _a_desk(story: Story, ann: Client, post: str) -> None:
    story.ask(ann, "DELETE /v1/unread/{post_id}", post_id=post)
    story.ask(ann, "POST /v1/posts/{post_id}/flags", {"reason": "privacy"}, post_id=post)
    story.ask(ann, "POST /v1/names", {"text": "Mary Jones"})
    story.ask(ann, "POST /v1/feed/tickets", {})
    digest = {"mailbox": "ann@police.invalid", "time": "06:00"}
    story.ask(ann, "PUT /v1/digest", digest)
    with story.record.read() as conn:
        code = json.loads(conn.execute(select(digest_mails.c.told)).scalar_one())
    story.ask(ann, "POST /v1/digest/code", code)
    story.ask(ann, "DELETE /v1/digest")
    watch = {"name": "vans", "filter": {"words": "van"}}
    made = story.ask(ann, "POST /v1/watches", watch)
    story.ask(ann, "PUT /v1/watches/{watch_id}", {**watch, "sound": "bell"}, watch_id=made["id"])
    story.ask(ann, "DELETE /v1/watches/{watch_id}", watch_id=made["id"])


def _moderation(story: Story, people: dict[str, Client], posts: list[str]) -> None:
    ann, ben = people["ann"], people["ben"]
    one, two, three = posts
    kept = {"verb": "hide", "reason": "graphic"}
    story.ask(ann, "PUT /v1/posts/{post_id}/claim", post_id=one)
    story.ask(ann, "DELETE /v1/posts/{post_id}/claim", post_id=one)
    story.ask(ann, "POST /v1/posts/{post_id}/decisions", kept, post_id=one)
    story.ask(ann, "DELETE /v1/posts/{post_id}/decisions/last", post_id=one)
    story.ask(ann, "POST /v1/posts/{post_id}/edits", {"cut": ["lights"], "reason": "privacy"}, post_id=two)
    story.ask(ann, "POST /v1/moderation/decisions", {**kept, "post_ids": [two, three]})
    for who in (ann, ben):
        story.ask(who, "POST /v1/posts/{post_id}/decisions", {**kept, "verb": "suspend"}, post_id=three)


def _cases(story: Story, people: dict[str, Client], post: str) -> None:
    ann, ben = people["ann"], people["ben"]
    file = b"number,type,time,division\n26-1,Theft,2025-11-22T10:00:00Z,Central\n"
    story.ask(ann, "POST /v1/incidents", file)
    (incident,) = ann.get("/v1/incidents").json()["items"]
    cases = []
    for number in ("CR-1", "CR-2"):
        wish = {"number": number, "incident_id": incident["id"], "why": "x"}
        cases.append(story.ask(ann, "POST /v1/cases", wish)["id"])
    case = {"case_id": cases[0]}
    story.ask(ben, "POST /v1/cases/{case_id}/refuse", case_id=cases[1])
    story.ask(ben, "POST /v1/cases/{case_id}/consent", **case)
    story.ask(ann, "POST /v1/cases/{case_id}/notes", {"text": "x"}, **case)
    member = str(id_of(story.record, "ben"))
    story.ask(ben, "POST /v1/cases/{case_id}/members", {"member_id": member}, **case)
    story.ask(ben, "DELETE /v1/cases/{case_id}/members/{member_id}", member_id=member, **case)
    story.ask(ann, "POST /v1/cases/{case_id}/cameras", {"blocks": [builders.block()]}, **case)
    why = {"reason": "other", "confidence": "possible", "post_id": post}
    links = story.ask(ann, "POST /v1/cases/{case_id}/links", why, **case)["links"]
    audited_asking.in_a_case(story.record, story.ask, ann, ben, cases[0], post)
    audited_asking.refuse_one(story.ask, ann, ben, cases[0])
    story.ask(ann, "DELETE /v1/cases/{case_id}/links/{link_id}", link_id=links[0]["id"], **case)
    story.ask(ann, "POST /v1/cases/{case_id}/close", **case)
    story.ask(ben, "POST /v1/cases/{case_id}/reopen", **case)
    story.ask(ann, "DELETE /v1/log-ins/current")
