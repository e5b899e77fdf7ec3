"""Attacks 41 to 43: who can write to the record side, or holds the wrong token, makes things up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import insert, select

from feed import bell
from feed.bell import Ring
from storage import feed_log
from storage.db import OPERATOR
from storage.identity.schema import metadata as identity_tables
from storage.kit.clock import DAY, now
from storage.kit.ids import digest, new_id, new_secret
from storage.schema import staff_log_ins, staff_members, staff_roles
from tests.attacks.attackers import Attacker
from tests.attacks.ears import Ear
from tests.attacks.ledger import Ledger
from tests.attacks.table import Tried
from tests.attacks.world import World

ROLES = ("analyst", "detective", "moderator", "lead", "admin")
WAYS = [
    {"Authorization": "Bearer {}"},
    {"Cookie": "porchlight-resident-dev={}"},
    {"Cookie": "porchlight-staff-dev={0}; __Host-porchlight-staff={0}"},
]
TIDIED = ("media_keys",)  # by whoever reconciles, every 15 s
FOLLOWED = ("alert_place", "alert_posts", "tellings", "alerted")  # by the program of alerts, from the feed
MADE_UP = "a post that nobody sent"


@pytest.mark.parametrize("sealed", ["copied", "under another key", "in plain"])
def test_a41_a_ring_that_was_made_up_tells_nobody_anything(world: World, tried: Tried, sealed: str) -> None:
    """Rung by whoever can write to Redis; and what really happens next is heard all the same."""
    with world.stores.record() as record, record.read() as conn:
        head = feed_log.head(conn)
    post = json.loads(world.attackers["analyst"].get(f"/v1/posts/{world.live[0].post_id}").body)
    event = {"type": "event", "seq": head.seq + 1, "kind": "post.updated", "post": {**post, "title": MADE_UP}}
    ring = Ring(head.seq + 1, post["division"]["id"], post["category"], json.dumps(event).encode(), 0)
    ears = [Ear(world.attackers[name]) for name in ("analyst", "neighbour")]
    with world.stores.record_redis() as client:
        stream = bell.stream(head.epoch)
        found: Any = client.xrevrange(stream, count=1)
        fields = {
            "copied": found[0][1][b"r"] if found else b"x" * 60,
            "under another key": bell.seal(bytes(32), head.epoch, ring),
            "in plain": ring.event,
        }
        client.xadd(stream, {"r": fields[sealed]}, id=f"{head.seq + 1}-0")
    tried(1)

    moderator, real = world.attackers["moderator"], world.live[-1].post_id
    for verb in ("hide", "restore"):
        decided = {"verb": verb, "reason": _a_guideline(moderator)}
        assert moderator.ask("POST", f"/v1/posts/{real}/decisions", json=decided).status == 200
    for ear in ears:
        ear.hears("post.updated", real)
        ear.close()
        assert MADE_UP not in json.dumps(ear.heard)
        assert all(told["kind"] == "post.hidden" or told["post"]["id"] == real for told in ear.events())
    lines = [data for _, data in world.stores.lines()]
    assert not lines or any(b"bell_forged" in data for data in lines)


def test_a42_staff_that_was_made_up_learns_what_staff_learns(world: World, tried: Tried) -> None:
    """Rows of a member with every role in the whole city, written past the program: everything asked for, no secret."""
    token, staff_id, told = new_secret(), new_id(), Ledger()
    before = _identity(world)
    member = {"id": staff_id, "name": f"made up {staff_id}", "second_factor_step": 0, "ended": False}
    duties = [{"staff_id": staff_id, "role": role, "division_id": ""} for role in ROLES]
    log_in = {"token_digest": digest(token), "staff_id": staff_id, "ends_at": now() + DAY}
    with world.stores.record() as record, record.write(by=OPERATOR) as tx:
        tx.execute(insert(staff_members).values(**member))
        for duty in duties:
            tx.execute(insert(staff_roles).values(**duty))
        tx.execute(insert(staff_log_ins).values(**log_in))
        tx.audit("made.up", "forgery")
    attacker = Attacker("made up", world.stack.staff, told, token)
    count = attacker.takes_everything([sent.post_id for sent in world.live[:5]])
    attacker.close()
    tried(count)

    assert any(one.asked == "GET /v1/audit" and one.status == 200 for one in told.answers)
    assert [str(hit) for hit in world.oracle.hits_in(told.places("made up"))] == []
    assert _identity(world) == before, "a row of the record moved the identity side"


@pytest.mark.parametrize("path", ["/v1/me", "/v1/posts/mine", "/v1/neighborhood/posts", "/v1/receipts/{}"])
def test_a43_no_token_opens_the_other_sides_door(world: World, tried: Tried, path: str) -> None:
    """Staff's at the residents', a resident's at the staff's, as bearer or as either cookie: like one made up."""
    person = world.people[0]
    asked, count = path.format(person.sent[0].receipt), 0
    for name, token in (("nobody", world.attackers["analyst"].token), ("nobody at staff", person.token)):
        for way in WAYS:
            told = [
                world.attackers[name].get(asked, headers={header: shown.format(one) for header, shown in way.items()})
                for one in (token, new_secret())
            ]
            count += 1
            assert told[0].lasting == told[1].lasting
            assert told[0].status in (401, 404)
    tried(count)


def _identity(world: World) -> list[list[tuple[Any, ...]]]:
    """All that the identity side holds but counts of tries, and what alerts have read of the feed by now."""
    with world.stores.vault() as vault, vault.read() as conn:
        return [
            [tuple(row) for row in conn.execute(select(*(c for c in table.c if c.name not in TIDIED)))]
            for table in identity_tables.sorted_tables
            if table.name not in ("tries", *FOLLOWED)
        ]


def _a_guideline(moderator: Attacker) -> str:
    return str(moderator.json("/v1/guidelines")["items"][0]["id"])
