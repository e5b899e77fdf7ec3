"""Attacks 63 to 68: an open case, the cameras a detective sees in it, who is told of that, and whose line ends."""

from __future__ import annotations

import json

from sqlalchemy import func, select
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from api.commands.asking import ask
from storage import audit
from storage.identity.schema import listening
from storage.kit.clock import QUARTER_HOUR
from storage.kit.ids import digest, new_id
from storage.schema import endings, metadata
from tests.attacks import stores
from tests.attacks.attackers import Attacker
from tests.attacks.desks import DETECTIVE, STRANGER, Desks
from tests.attacks.ledger import Told
from tests.attacks.oracle import Oracle, Secrets
from tests.attacks.people import Person
from tests.attacks.table import Tried
from tests.attacks.world import World

HANGS_UP_WITHIN = 60.0  # seconds: what a log-out tells the feed at once, on a machine that is busy
OF_A_CASE = [
    ("GET", "/v1/cases/{}"),
    ("GET", "/v1/cases/{}/people"),
    ("POST", "/v1/cases/{}/consent"),
    ("POST", "/v1/cases/{}/refuse"),
    ("POST", "/v1/cases/{}/close"),
    ("POST", "/v1/cases/{}/reopen"),
    ("POST", "/v1/cases/{}/notes"),
    ("POST", "/v1/cases/{}/members"),
    ("POST", "/v1/cases/{}/links"),
    ("POST", "/v1/cases/{}/cameras"),
    ("GET", "/v1/cases/{}/requests"),
]
OF_A_POST = [
    ("PUT", "/v1/posts/{}/claim"),
    ("DELETE", "/v1/posts/{}/claim"),
    ("POST", "/v1/posts/{}/decisions"),
    ("DELETE", "/v1/posts/{}/decisions/last"),
    ("POST", "/v1/posts/{}/edits"),
    ("GET", "/v1/posts/{}/decisions"),
    ("POST", "/v1/posts/{}/flags"),
]
UNKNOWN = ("outsider", STRANGER, "analyst", "admin")
OF_THE_CASE = ("cases.id", "cases.number", "incidents.number", "staff_members.id", "staff_members.name")
FIELDS = {"block_id", "quadrant", "retention", "left", "kept_until"}


def test_a63_nothing_a_detective_with_a_case_can_ask_for_holds_a_secret(world: World, tried: Tried) -> None:
    """Every address of the staff program, the case with links and timeline, and the cameras of every block."""
    places = [*world.before.places(DETECTIVE), *world.after.places(DETECTIVE)]
    tried(len(world.before.of(DETECTIVE)) + len(world.after.of(DETECTIVE)))

    assert [str(hit) for hit in world.oracle.hits_in(places)] == []
    given = {told.asked.partition("?")[0] for told in world.before.of(DETECTIVE) if told.status == 200}
    assert {f"GET /v1/cases/{world.case_id}", f"POST /v1/cases/{world.case_id}/cameras"} <= given


def test_a64_a_pin_is_a_block_and_a_quadrant_whosever_the_cameras_are(world: World, tried: Tried) -> None:
    """No field more; as many as there are places with a camera, however many stand in each, in no order of owners."""
    blocks = {person.block for person in world.people}
    pins = Desks(world.attackers, world.stack.resident).pins(world.case_id, blocks)
    tried(len(pins))

    assert {frozenset(pin) for pin in pins} == {frozenset(FIELDS)}
    facing = {(person.block, "nneessww"[person.number % 8]) for person in world.people}
    assert sorted((pin["block_id"], pin["quadrant"]) for pin in pins) == sorted(facing)
    assert len(facing) < len(world.people), "some stand for several"


def test_a65_a_case_is_not_there_for_who_does_not_work_in_it(world: World, tried: Tried) -> None:
    """Nor a post for moderators of elsewhere: each call is answered as of one that never was, byte for byte."""
    count, gone = 0, world.withdrawn[0].post_id
    questions = [(*one, [world.case_id]) for one in OF_A_CASE]
    questions += [(*one, [world.live[0].post_id, gone]) for one in OF_A_POST]
    for name in UNKNOWN:
        attacker = world.attackers[name]
        for method, path, named in questions:
            if name in ("analyst", "admin") and path == "/v1/posts/{}/flags":
                continue  # they flag what they see; that is attack 15's
            never = _asked(attacker, method, path, new_id())
            answers = [_asked(attacker, method, path, one).lasting for one in named]
            count += len(answers)
            assert answers == [never.lasting] * len(named), (name, method, path)
            assert never.status in (403, 404) or path.endswith("/claim"), (name, method, path, never.body)
    tried(count)

    assert count > 60


def test_a66_what_was_taken_back_is_nothing_in_a_case(world: World, tried: Tried) -> None:
    """Its link has no post, its entry no name; two of them differ in nothing that tells of either."""
    case = world.attackers[DETECTIVE].json(f"/v1/cases/{world.case_id}")
    links = [link for link in case["links"] if link["post"] is None]
    tried(len(case["links"]) + len(case["timeline"]))

    assert len(links) == len(world.withdrawn)
    body = json.dumps(case)
    assert [sent.post_id for sent in world.withdrawn if sent.post_id in body] == []
    assert [str(hit) for hit in world.words_oracle.hits("the case", body.encode())] == []
    assert len({json.dumps({**link, "id": "", "at": ""}) for link in links}) == 1


def test_a67_an_owner_is_told_of_looks_and_not_whose(world: World, tried: Tried) -> None:
    """By block, month and kind alone; two owners of a block cannot lay their ledgers together by a reference."""
    told = []
    for person in world.people:
        with person.client(world.stack.resident) as http:
            told.append(ask(http, "GET", "/v1/cameras/ledger")["items"])
    tried(len(told))

    fields = {"block", "month", "incident_type", "reference", "looks", "asked"}
    assert {frozenset(line) for lines in told for line in lines} == {frozenset(fields)}
    assert [{line["block"]["id"] for line in lines} for lines in told] == [{person.block} for person in world.people]
    references = [line["reference"] for lines in told for line in lines]
    assert len(set(references)) == len(references)
    with world.stores.record() as record, record.read() as conn:
        rows = {value.decode() for name, value in stores.rows(conn) if name in OF_THE_CASE}
    assert rows
    assert not [one for one in rows if one in json.dumps(told)]


def test_a68_a_line_that_ends_with_a_log_in_says_of_nobody_who_it_was(world: World, tried: Tried) -> None:
    """The word stands on the record beside a line of the log alone, at a rounded time, and no entry of the audit."""
    person = Person.drawn(-3)
    person.comes_in(world.stack.resident, world.people[0].block, world.stores.mails)
    with world.stores.record() as record, record.read() as conn:
        before, words = audit.head(conn), set(conn.execute(select(endings.c.word)).scalars())
    with person.client(world.stack.resident) as http:
        granted = ask(http, "POST", "/v1/feed/tickets", json={})
        with connect(granted["url"], proxy=None) as line:
            line.send(json.dumps({"type": "hello", "ticket": granted["ticket"], "cursor": None}))
            line.recv()
            http.delete("/v1/log-ins/current").raise_for_status()
            code = _ended(line)
    with world.stores.record() as record, record.read() as conn:
        new = [row for row in conn.execute(select(endings)) if row.word not in words]
        found = list(stores.rows(conn, metadata))
        assert audit.head(conn) == before
    with world.stores.vault() as vault, vault.read() as conn:
        left = conn.execute(select(func.count()).where(listening.c.handle == new[0].word)).scalar_one()
    secrets = Secrets()
    secrets.add("log-in", person.token, digest(person.token))
    tried(len(found))

    assert (code, len(new), left) == (4401, 1, 0)
    assert new[0].forget_at % QUARTER_HOUR == 0
    assert [where for where, data in found if data == new[0].word.encode()] == ["endings.word"]
    assert [str(hit) for hit in Oracle(secrets).hits_in(found)] == []


def _asked(attacker: Attacker, method: str, path: str, named: str) -> Told:
    bodies = {
        "notes": {"text": "x"},
        "members": {"member_id": new_id()},
        "links": {"post_id": new_id(), "reason": "other", "confidence": "possible"},
        "cameras": {"blocks": ["x"]},
        "decisions": {"verb": "hide", "reason": "privacy"},
        "edits": {"cut": ["van"], "reason": "privacy"},
        "flags": {"reason": "privacy"},
    }
    body = bodies.get(path.rpartition("/")[2]) if method == "POST" else None
    return attacker.ask(method, path.format(named), **({"json": body} if body else {}))


def _ended(line: ClientConnection) -> int | None:
    """The code by which it is closed."""
    try:
        while True:
            line.recv(timeout=HANGS_UP_WITHIN)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
