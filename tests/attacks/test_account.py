"""Attacks 89 to 91: what a link, an account that left and a passkey tell of who somebody is."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from api.commands.asking import ask
from storage.identity.schema import log_ins, metadata, passkeys, residents
from storage.kit.ids import digest, new_id
from storage.schema import audit_entries, feed_log
from tests.api.resident.authenticator import Device
from tests.attacks.harvest import LEAST
from tests.attacks.oracle import Oracle, Secrets
from tests.attacks.people import Person
from tests.attacks.table import Tried
from tests.attacks.world import World

LEAVES = {"posts": "take_back", "comments": "leave", "one_by_one": True}
GONE_WITHIN = 60.0  # seconds, for the round that deletes what is nobody's any more


@pytest.mark.parametrize("shows", ["words", "picture", "all"])
def test_a89_a_link_outside_tells_of_no_author_and_nobody_of_the_link(world: World, tried: Tried, shows: str) -> None:
    """Neither in what it shows nor in what its making leaves; the desk, the feed and the audit are as before."""
    sent, analyst = world.live[0], world.attackers["analyst"]
    before = analyst.get(f"/v1/posts/{sent.post_id}").lasting
    lines = _lines_about(world, sent.post_id)
    wish = {"shows": shows, "place": "division"}
    with world.author(sent).client(world.stack.resident) as http:
        made = ask(http, "POST", f"/v1/receipts/{sent.receipt}/links", json=wish)
    link = made["url"].partition("#")[2]

    with httpx.Client(base_url=world.stack.public, trust_env=False, timeout=60) as anybody:
        told = [anybody.get(f"/v1/shared/{link}"), anybody.get(f"/v1/media/{link}/poster.jpg")]
        with world.author(sent).client(world.stack.resident) as http:
            http.delete(f"/v1/receipts/{sent.receipt}/links/{made['id']}").raise_for_status()
        after = [anybody.get(f"/v1/shared/{one}") for one in (link, new_id())]

    tried(len(told) + len(after))
    assert told[0].status_code == 200
    assert [str(hit) for one in told for hit in world.oracle.hits("a link's answer", _whole(one))] == []
    assert [one for one in (sent.post_id, world.author(sent).block) if one.encode() in _whole(told[0])] == []
    assert _lines_about(world, sent.post_id) == lines
    assert analyst.get(f"/v1/posts/{sent.post_id}").lasting == before
    assert after[0].content == after[1].content


def test_a90_who_left_is_nowhere(world: World, tried: Tried) -> None:
    """Every value of theirs in the identity side's tables, its files, mails and logs is gone; what they said stays."""
    person, stack = Person.drawn(99), world.stack
    person.comes_in(stack.resident, world.people[0].block, world.stores.mails)
    person.registers(stack.resident)
    post = world.live[0].post_id
    with person.client(stack.resident) as http:
        said = ask(http, "POST", f"/v1/posts/{post}/comments", json={"text": "Seen it too."})
        _adds(http, Device(_origin(world)))
    theirs = _values_of(world, person)
    assert theirs.counts()
    neighbour = world.attackers["neighbour"]
    before = neighbour.get(f"/v1/posts/{post}/comments").lasting

    with person.client(stack.resident) as http:
        http.post("/v1/me/leave", json=LEAVES).raise_for_status()

    oracle, deadline = Oracle(theirs), time.monotonic() + GONE_WITHIN
    while (hits := _hits(world, oracle)) and time.monotonic() < deadline:
        time.sleep(0.5)
    tried(len(oracle))
    assert [str(hit) for hit in hits] == []
    assert neighbour.get(f"/v1/posts/{post}/comments").lasting == before
    assert said["id"] in str(before)
    with person.client(stack.resident) as http:
        assert http.get("/v1/me").status_code == 401


def test_a91_a_passkey_tells_nobody_who_has_one(world: World, tried: Tried) -> None:
    """One that is known, one removed and one that never was are one answer; no line and no desk has the id of any."""
    person, device, removed = Person.drawn(98), Device(_origin(world)), Device(_origin(world))
    person.comes_in(world.stack.resident, world.people[0].block, world.stores.mails)  # anew: a city takes an hour
    with person.client(world.stack.resident) as http:
        _adds(http, device)
        gone = _adds(http, removed)
        http.delete(f"/v1/passkeys/{gone}").raise_for_status()
    with httpx.Client(base_url=world.stack.resident, trust_env=False, timeout=60) as stranger:
        asked = [ask(stranger, "POST", "/v1/log-ins/passkey/options")["options"] for _ in range(4)]
        forged = Device(_origin(world), credential=device.credential)
        bodies = [one.signs(options) for one, options in zip((forged, removed, Device()), asked, strict=False)]
        answers = [stranger.post("/v1/log-ins/passkey", json=body) for body in bodies]
        opened = stranger.post("/v1/log-ins/passkey", json=device.signs(asked[3]))
    secrets = Secrets()
    secrets.add("credential", device.credential, device.credential.hex())
    with world.stores.vault() as vault, vault.read() as conn:
        for row in conn.execute(select(passkeys)):
            secrets.add("passkey", row.id, row.credential_lookup, row.sealed)
    oracle = Oracle(secrets)

    tried(len(answers))
    assert {(one.status_code, one.content) for one in answers} == {(422, answers[0].content)}
    assert opened.status_code == 200
    assert {frozenset(options) for options in asked} == {frozenset(asked[0])}
    assert "allowCredentials" not in asked[0] or not asked[0]["allowCredentials"]
    analyst = world.attackers["analyst"]
    seen = [("a desk", analyst.get(f"/v1/posts/{sent.post_id}").body) for sent in world.live]
    assert [str(hit) for hit in oracle.hits_in([*seen, *world.stores.lines(), *world.stores.record_files()])] == []


def _lines_about(world: World, post_id: str) -> tuple[int, int]:
    """How many lines of the audit, but for viewings, and of the feed's log tell of a post."""
    with world.stores.record() as record, record.read() as conn:
        actions = conn.execute(select(audit_entries.c.action).where(audit_entries.c.subject == post_id)).scalars()
        told = conn.execute(select(feed_log.c.seq).where(feed_log.c.post_id == post_id)).all()
        return sum("view" not in action for action in actions), len(told)


def _whole(answer: httpx.Response) -> bytes:
    return json.dumps(dict(answer.headers)).encode() + answer.content


def _origin(world: World) -> str:
    return f"http://residents.localhost:{httpx.URL(world.stack.resident).port}"


def _adds(http: httpx.Client, device: Device) -> str:
    """The id of a passkey that was added."""
    options: dict[str, Any] = ask(http, "POST", "/v1/passkeys/options")["options"]
    return str(ask(http, "POST", "/v1/passkeys", json=device.makes(options))["id"])


def _values_of(world: World, person: Person) -> Secrets:
    """All that is theirs in any row that names them, or that is named by what names them."""
    secrets = Secrets()
    secrets.add("mail", person.mail)
    secrets.add("token", digest(person.token))
    with world.stores.vault() as vault, vault.read() as conn:
        mine = log_ins.c.token_digest == digest(person.token)
        who = conn.execute(select(log_ins.c.resident_id).where(mine)).scalar_one()
        for table in metadata.sorted_tables:
            owner = residents.c.id if table is residents else table.columns.get("resident_id")
            for row in conn.execute(select(table).where(owner == who)) if owner is not None else ():
                for column, value in row._mapping.items():
                    if isinstance(value, str | bytes) and len(value) >= LEAST and value != person.block:
                        secrets.add(f"{table.name}.{column}", value)
    return secrets


def _hits(world: World, oracle: Oracle) -> list[Any]:
    if world.stores.overwrites:
        places = [*world.stores.identity_files(), *world.stores.lines()]
        return oracle.hits_in(places)
    with world.stores.vault() as vault, vault.read() as conn:
        rows = [
            (table.name, repr(tuple(row)).encode())
            for table in metadata.sorted_tables
            for row in conn.execute(select(table))
        ]
    return oracle.hits_in([*rows, *world.stores.lines()])
