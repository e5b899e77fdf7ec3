"""Attacks 69 and 95 to 97: who is suspended, a locked desk, invitations, searches and the lead's page."""

from __future__ import annotations

import json
import random
from types import SimpleNamespace
from typing import Any, cast

import httpx
from sqlalchemy import update

from storage.db import OPERATOR
from storage.kit.clock import DAY
from storage.kit.ids import new_secret
from storage.schema import suspensions
from storage.staff import desks, staff
from tests.attacks.attackers import Attacker
from tests.attacks.desks import JUDGE
from tests.attacks.oracle import Oracle, Secrets
from tests.attacks.people import Sent, a_word
from tests.attacks.table import Tried
from tests.attacks.world import HERE, World
from workers.airlock.both_sides import BothSides
from workers.airlock.moderating.suspending import carry_out

DESKS = ("moderator", JUDGE, "analyst")
OPENED = tuple(f"/v1/log-ins/current{act}" for act in ("", "/lock", "/unlock"))  # what a locked desk still does


def test_a69_nobody_at_a_desk_can_tell_whose_author_was_suspended(world: World, tried: Tried) -> None:
    """Of three posts one's author is suspended: all that is told of the two others, one of them by the same author, is
    the same bytes as before. Whoever is suspended gets one answer, and everybody else none of it."""
    first, same, other = _three(world)
    for one in (first, same, other):
        _decide(world, "moderator", one, "hide")
    about = [_about(world, one) for one in (same, other)]

    suspended = _suspend(world, first)

    tried(sum(len(one) for one in about))
    assert suspended == "carried_out"
    assert [_about(world, one) for one in (same, other)] == about
    told = {person.number: _sends(world, person.number) for person in world.people}
    assert {number for number, answers in told.items() if answers[0][0] == 403} == {first.author}
    assert len(set(told[first.author])) == 1
    assert first.post_id.encode() not in told[first.author][0][1]
    assert _suspend(world, same) == _suspend(world, other) == "carried_out"  # theirs again, and one nobody else's
    for one in (first, same, other):
        _decide(world, JUDGE, one, "restore")
    _carry_out(world)
    assert {_sends(world, person.number)[0][0] for person in world.people} == {201}


def test_a95_a_locked_desks_token_is_worth_nothing(world: World, tried: Tried) -> None:
    """Every address of the program answers it alike, by cookie and as a bearer: a thief learns not even whose it is."""
    token = world.stack.staff_token("an analyst who left", divisions=[HERE])
    with world.stores.record() as record, record.write(by=OPERATOR) as tx:
        found = staff.who(tx.connection, token)
        assert found is not None
        desks.begin(tx, token)
        desks.lock(tx, found)
    paths = httpx.get(f"{world.stack.staff}/openapi.json", timeout=30).json()["paths"]
    asked = [(method, path) for path, methods in paths.items() for method in methods if path not in OPENED]
    answers = {}
    with httpx.Client(base_url=world.stack.staff, trust_env=False, timeout=60) as http:
        for method, path in asked:
            at = path.replace("{", "").replace("}", "")
            by = {"Authorization": f"Bearer {token}"}
            answers[method, path] = http.request(method, at, headers=by), http.request(method, at)
    tried(len(asked))

    guarded = {asked: pair for asked, pair in answers.items() if pair[1].status_code == 401}
    assert len(guarded) > 40
    assert {(one.status_code, one.content) for one, _ in guarded.values()} == {
        (401, next(iter(guarded.values()))[0].content)
    }
    assert b"left" not in next(iter(guarded.values()))[0].content


def test_a96_a_link_that_was_used_is_as_one_that_never_was(world: World, tried: Tried) -> None:
    """And nowhere on the record side, in no row, file or line, is there what opens one that is still good."""
    admin = Attacker("admin anew", world.stack.staff, world.after, world.stack.staff_token("an admin", ["admin"]))
    secrets = [admin.ask("POST", "/v1/invitations", json={"role": "admin"}).answer["secret"] for _ in range(2)]
    (newest, *_) = admin.json("/v1/invitations")["items"]
    assert admin.ask("DELETE", f"/v1/invitations/{newest['id']}").status == 204
    nobody = world.attackers["nobody at staff"]
    guesses = [new_secret() for _ in range(3)]

    answers = [nobody.ask("POST", "/v1/invitations/offer", json={"secret": one}) for one in (*secrets, *guesses)]
    found = [*world.stores.record_files(), *world.stores.lines(), *world.stores.dumps()]
    admin.close()
    tried(len(answers) + len(found))

    assert sorted(one.status for one in answers) == [200, 404, 404, 404, 404]
    assert len({one.body for one in answers if one.status == 404}) == 1
    theirs = Secrets()
    theirs.add("what opens an invitation", *secrets)
    assert [str(hit) for hit in Oracle(theirs).hits_in(found)] == []


def test_a97_searches_and_the_leads_page_say_nothing_of_an_author(world: World, tried: Tried) -> None:
    """What was searched for is kept nowhere; a lead is told counts, divisions' names and moderators', and no post."""
    word, analyst, lead = a_word(random.Random()), world.attackers["analyst"], world.attackers["moderator"]
    analyst.json("/v1/posts", params={"q": word})
    told = lead.json("/v1/load", params={"days": "28"})
    lines = world.attackers["admin"].json("/v1/audit", params={"action": "post.search", "limit": 5})["items"]
    found = [*world.stores.record_files(), *world.stores.lines(), *world.stores.dumps()]
    searched = Secrets()
    searched.add("what was searched for", word)
    tried(len(found) + len(lines))

    assert [str(hit) for hit in Oracle(searched).hits_in(found)] == []
    assert lines
    assert {line["payload"] for line in lines} == {None}
    assert [str(hit) for hit in world.oracle.hits("load", json.dumps(told).encode())] == []
    said = set(_words(told))
    assert not said & {sent.post_id for sent in world.sent}
    assert said <= {
        *_words([one["division"] for one in told["divisions"]]),
        *(one["name"] for one in told["moderators"]),
    }


def _three(world: World) -> tuple[Sent, Sent, Sent]:
    """Live posts that everybody's others look like: two of one author, one of another."""
    live = {person.number: [sent for sent in person.sent[1:] if sent in world.live] for person in world.people}
    mine = next(sent for sent in live.values() if len(sent) > 1)
    (theirs, *_) = next(sent for number, sent in live.items() if sent and number != mine[0].author)
    return mine[0], mine[1], theirs


def _decide(world: World, who: str, one: Sent, verb: str) -> dict[str, Any]:
    body = {"verb": verb, "reason": "not_true"}
    told = world.attackers[who].ask("POST", f"/v1/posts/{one.post_id}/decisions", json=body)
    assert told.status == 200, told.body
    return told.answer


def _suspend(world: World, one: Sent) -> str:
    for who in ("moderator", JUDGE):
        _decide(world, who, one, "suspend")
    _carry_out(world)
    return str(world.attackers[JUDGE].json(f"/v1/posts/{one.post_id}/decisions")["suspension"])


def _carry_out(world: World) -> None:
    """As if an hour had passed, and the airlock had looked."""
    with world.stores.record() as record, world.stores.vault() as vault:
        with record.write(by=OPERATOR) as tx:
            tx.execute(update(suspensions).values(due_at=0))
            tx.audit("made.older", "")
        carry_out(cast(BothSides, SimpleNamespace(record=record, vault=vault)), 30 * DAY)


def _about(world: World, one: Sent) -> list[tuple[int, bytes]]:
    """Everything that desks are told of a post, and of lists it stands in or could stand in."""
    asked = [f"/v1/posts/{one.post_id}", f"/v1/posts/{one.post_id}/decisions", f"/v1/media/{one.post_id}/poster.jpg"]
    asked += ["/v1/moderation/queue", "/v1/posts?limit=100", "/v1/load"]
    told = [world.attackers[who].get(path) for who in DESKS for path in asked]
    return [
        (answer.status, answer.body) for answer in told if one.post_id.encode() in answer.body or answer.status != 200
    ]


def _sends(world: World, number: int) -> list[tuple[int, bytes]]:
    """What a resident is answered who wants to send, twice."""
    body = {"bytes": 10, "type": "video/mp4"}
    with world.people[number].client(world.stack.resident) as http:
        answers = [http.post("/v1/uploads", json=body) for _ in range(2)]
    return [(one.status_code, one.content) for one in answers]


def _words(told: object) -> list[str]:
    if isinstance(told, dict):
        return [word for value in told.values() for word in _words(value)]
    if isinstance(told, list):
        return [word for value in told for word in _words(value)]
    return [told] if isinstance(told, str) else []
