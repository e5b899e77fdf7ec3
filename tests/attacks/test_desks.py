"""Attacks 59 to 62: the moderators' queue, its history and appeals, corrections and nods."""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import Any

from sqlalchemy import select

from storage.kit.clock import QUARTER_HOUR
from storage.schema import appeals, nods
from tests.attacks.attackers import Attacker
from tests.attacks.dependence import UNLIKELY, by_chance, orders_alike
from tests.attacks.desks import CORRECTED, JUDGE
from tests.attacks.people import Sent
from tests.attacks.table import Tried
from tests.attacks.test_authorship import flat
from tests.attacks.world import World

OF_ITSELF = "post"  # what attack 26 looks at


def test_a59_no_two_posts_of_one_author_look_more_alike_in_queue_and_history(world: World, tried: Tried) -> None:
    """Each field of what waits, of the author's answer and of what was decided, and the place in the queue."""
    of, waited = world.by_post(), _waited(world)
    order = [one["post"]["id"] for one in waited]
    judge, live = world.attackers[JUDGE], {sent.post_id for sent in world.live}
    past = {one: judge.json(f"/v1/posts/{one}/decisions")["items"] for one in order if one in live}
    rows = [flat({name: told for name, told in one.items() if name != OF_ITSELF}) for one in waited]
    for row, post_id in zip(rows, order, strict=True):
        row |= flat(past.get(post_id, []), "decided")
    authors = [of[post_id].author for post_id in order]
    groups = [one["post"]["block"]["id"] for one in waited]
    whole: dict[str, list[list[Hashable]]] = {
        name: [[row.get(name) for row in rows]] for name in sorted({name for row in rows for name in row})
    }
    whole["the place in the queue"] = [[place // 4 for place in range(len(order))]]
    tried(len(whole))

    assert {one["appeal"]["text"] for one in waited if one["appeal"]}, "appeals were there to be read"
    assert {n: c for n, columns in whole.items() if (c := by_chance(authors, groups, *columns)) < UNLIKELY} == {}
    # Few wait: of the shuffles within their blocks one in some thousands is the truth itself.
    assert by_chance(authors, groups, authors) < 0.001, "what did tell would be seen"
    sent = {one.post_id: place for place, one in enumerate(world.sent)}
    assert orders_alike(range(len(order)), [sent[post_id] for post_id in order]) > UNLIKELY


def test_a60_an_appeal_says_nothing_but_its_words(world: World, tried: Tried) -> None:
    """Scrubbed, at a rounded time, and on the record no more than the decision it is against."""
    told = [one["appeal"] for one in _waited(world)]
    with world.stores.record() as record, record.read() as conn:
        rows = [row._mapping for row in conn.execute(select(appeals))]
    tried(len(told) + len(rows))

    assert [str(hit) for hit in world.oracle.hits("appeals", json.dumps(told).encode())] == []
    assert {tuple(one) for one in told} == {("text", "at", "mine")}
    assert len({one["text"] for one in told}) == 1
    assert {tuple(row) for row in rows} == {("id", "post_id", "against", "text", "at", "state", "decision_id")}
    assert [row["at"] % QUARTER_HOUR for row in rows] == [0] * len(rows)
    assert {row["post_id"] for row in rows} == {one.post_id for one in _moderated(world) if one in world.live}


def test_a61_a_correction_is_words_for_everybody_and_no_more(world: World, tried: Tried) -> None:
    """Analyst and neighbour are told the same, scrubbed; no field of a post says when, or that there was one."""
    analyst, neighbour = (world.attackers[name] for name in ("analyst", "neighbour"))
    corrected = [sent for sent in (person.sent[0] for person in world.people) if sent in world.live]
    other = next(sent for sent in world.live if sent not in corrected)
    tried(len(corrected))

    shape = _seen(analyst, other)
    for sent in corrected:
        told = _seen(analyst, sent)
        assert told == _seen(neighbour, sent)
        assert flat(told).keys() - flat(shape).keys() <= {name for name in flat(told) if ".media." in name}
        assert told["text"].count(f"[correction] {CORRECTED}. Call [phone] or write to [email].") == 1
    heard = [event for event in world.ears["analyst"].events() if CORRECTED in json.dumps(event)]
    assert {event["post"]["id"] for event in heard} >= {sent.post_id for sent in corrected}


def test_a62_nods_are_counted_and_nobodys(world: World, tried: Tried) -> None:
    """A mark is one neighbour's under one post and nobody's elsewhere; staff have no address that tells of nods."""
    neighbour, analyst = world.attackers["neighbour"], world.attackers["analyst"]
    with world.stores.record() as record, record.read() as conn:
        rows = [row._mapping for row in conn.execute(select(nods))]
    tried(len(rows))

    marks: dict[str, set[str]] = {}
    for row in rows:
        marks.setdefault(row["mark"], set()).add(row["post_id"])
    assert {len(post_ids) for post_ids in marks.values()} == {1}
    assert {tuple(sorted(row)) for row in rows} == {("kind", "mark", "post_id")}
    nodded = sorted({row["post_id"] for row in rows})
    for post_id in nodded:
        told = neighbour.json(f"/v1/posts/{post_id}/nods")["items"]
        assert told == [{"kind": k, "count": len(world.people), "mine": False} for k in ("seen_too", "thanks")]
        assert analyst.get(f"/v1/posts/{post_id}/nods").lasting == analyst.get(f"/v1/posts/{post_id}/none").lasting
    assert not any("nod" in path for path in analyst.json("/openapi.json")["paths"])
    assert not set(nodded) & {sent.post_id for sent in world.withdrawn}


def _waited(world: World) -> list[dict[str, Any]]:
    """What another moderator was shown of the queue while authors' answers waited, page after page."""
    asked = "GET /v1/moderation/queue"
    pages = [told.answer for told in world.before.of(JUDGE) if told.asked.startswith(asked) and told.status == 200]
    return [one for page in pages for one in page["items"]]


def _moderated(world: World) -> list[Sent]:
    waited = {one["post"]["id"] for one in _waited(world)}
    return [sent for sent in world.sent if sent.post_id in waited]


def _seen(attacker: Attacker, sent: Sent) -> dict[str, Any]:
    return attacker.json(f"/v1/posts/{sent.post_id}")
