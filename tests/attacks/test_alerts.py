"""Attacks 85 to 88: what pushes and mails of alerts say, an author's own, their order, and what the record learns."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from email import message_from_bytes
from typing import Any

import pytest
from sqlalchemy import select

from api.commands.asking import ask
from storage import audit, feed_log
from storage.identity.schema import alerts, push_devices
from tests.attacks import stores
from tests.attacks.dependence import UNLIKELY, by_chance
from tests.attacks.harvest import of_alerts
from tests.attacks.oracle import Oracle, Secrets
from tests.attacks.people import Person
from tests.attacks.table import Tried
from tests.attacks.world import World
from workers.airlock.mailroom import ALERT

TOLD_WITHIN = 120.0  # seconds, on a machine that is busy
CORRECTED = "Corrected: "  # a mail's subject
SAYS = {  # of each kind of push: which fields, and no other
    "new": {"kind", "post", "category", "block", "title", "language"},
    "corrected": {"kind", "post", "category", "block", "title", "language"},
    "gone": {"kind", "post", "language"},
    "test": {"kind", "language"},
}
# Of a city's programs each line is named twice: by who wrote it, and by whose it is.
OF_THE_LOG = re.compile(
    rb"(airlock-alerts: ){1,2}(started as process \d+|ready|alerts_begin seq=\d+|push_refused count=\d+)$"
)


@pytest.fixture(scope="session")
def told(world: World) -> dict[str, dict[int, list[dict[str, Any]]]]:
    """By post and person what they were pushed of it, once everybody was told of what is there and of what is gone."""
    if world.push is None:
        pytest.skip("this city pushes nothing")
    deadline = time.monotonic() + TOLD_WITHIN
    while True:
        found: dict[str, dict[int, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
        for person in world.people:
            for one in world.push.told(person.browser) if person.browser else ():
                found[one.get("post", "")][person.number].append(one)
        if _is_all(world, found) or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


def test_a85_no_push_and_no_mail_holds_a_secret(world: World, tried: Tried, told: dict[str, Any]) -> None:
    """Opened as its reader does, and sealed with its headers as who carries it sees it; of fields there is a list."""
    places = list(of_alerts(world.push, world.stores.mails()))
    tried(len(places))

    assert [str(hit) for hit in world.oracle.hits_in(places)] == []
    assert {"push", "mail"} <= {where for where, _ in places}
    for told_of in told.values():
        for pushes in told_of.values():
            assert all(one.keys() == SAYS[one["kind"]] for one in pushes)
    mails = b"".join(data for where, data in places if where == "mail")
    assert not [sent for sent in world.sent if sent.word.encode() in mails], "a mail quotes nothing"
    gone = [json.dumps(one) for sent in world.withdrawn for one in _of_kind(told, sent.post_id, "gone")]
    assert gone
    assert not [one for one in gone for sent in world.withdrawn if sent.word in one]


def test_a86_an_author_is_alerted_of_their_own_post_in_the_same_bytes(
    world: World, tried: Tried, told: dict[str, Any]
) -> None:
    """Everybody of the block is told, they too; pushes are equally long, mails differ in whose they are alone."""
    assert world.push is not None
    tried(len(world.sent))
    for sent in world.sent:
        block = {person.number for person in world.people if person.block == world.author(sent).block}
        news = {
            number: [one for one in pushes if one["kind"] == "new"] for number, pushes in told[sent.post_id].items()
        }
        assert block <= {number for number, pushes in news.items() if pushes}, "all of them are told"
        assert len({json.dumps(pushes[0], sort_keys=True) for pushes in news.values() if pushes}) == 1
        assert len({tuple(one["kind"] for one in told[sent.post_id][number]) for number in block}) == 1
    assert len({len(body) for *_, body in world.push.taken}) == 1
    plain = [{k: v for k, v in headers.items() if k != "topic"} for _, headers, _ in world.push.taken]
    assert len({json.dumps(headers, sort_keys=True) for headers in plain}) == 1
    topics = defaultdict(set)
    for path, headers, _ in world.push.taken:
        topics[headers["topic"]].add(path)
    assert {len(paths) for paths in topics.values()} == {1}, "no topic is two devices'"

    mails: dict[str, set[bytes]] = defaultdict(set)
    readers: dict[str, set[str]] = defaultdict(set)
    for file in world.stores.mails():
        if file.name.startswith(ALERT):
            mail = message_from_bytes(file.read_bytes())
            to = str(mail["To"])
            del mail["To"], mail["Message-ID"]
            found = re.search(r"/posts/(\w+)", mail.as_string())
            about = f"{mail['Subject']} {found and found[1]}"
            mails[about].add(mail.as_bytes())
            readers[about].add(to)
    assert {len(same) for same in mails.values()} == {1}
    for about, to in readers.items():
        sent = world.by_post()[about.rpartition(" ")[2]]
        block = {one.mail for one in world.people if one.block == world.author(sent).block}
        assert block & to in (block, set()), "a block is told at once"
        assert block <= to or CORRECTED in about, "who is told of a post that was corrected by then is told it once"


def test_a87_the_order_of_alerts_says_nothing_of_the_author(world: World, tried: Tried, told: dict[str, Any]) -> None:
    """Who of a block is told first, and who last, of a post depends on whose it is no more than by chance."""
    assert world.push is not None
    of = {person.browser.subscription.endpoint.rpartition("/")[2]: person for person in world.people if person.browser}
    order: dict[str, list[int]] = defaultdict(list)
    for path, _, body in world.push.taken:
        person = of[path.rpartition("/")[2]]
        one = json.loads(person.browser.opens(body)) if person.browser else {}
        if one["kind"] == "new" and person.number not in order[one["post"]]:
            order[one["post"]].append(person.number)
    sent = [sent for sent in world.sent if order[sent.post_id]]
    tried(len(sent))

    authors, blocks = [one.author for one in sent], [world.author(one).block for one in sent]
    ends = [[order[one.post_id][end] for one in sent] for end in (0, -1)]
    assert by_chance(authors, blocks, *ends) > UNLIKELY


def test_a88_the_record_learns_of_nobody_that_they_are_alerted(world: World, tried: Tried) -> None:
    """Asking for alerts, a device, a test and leaving it all change no row of it; no line of a program names any."""
    with world.stores.record() as record, record.read() as conn:
        before = audit.head(conn), feed_log.head(conn)
    person = Person.drawn(-8)
    person.comes_in(world.stack.resident, world.people[0].block, world.stores.mails)
    person.asks_for_alerts(world.stack.resident, world.push)
    with person.client(world.stack.resident) as http:
        ask(http, "POST", "/v1/alerts/test", json={})
        seen = ask(http, "GET", "/v1/alerts")
        ask(http, "PUT", "/v1/alerts", json={"wishes": {}, "mail": False, "language": "en"})
    secrets = Secrets()
    with world.stores.vault() as vault, vault.read() as conn:
        secrets.add("alert", *conn.execute(select(alerts.c.id)).scalars())
        secrets.add("sealed", *(one for one in conn.execute(select(alerts.c.mail_sealed)).scalars() if one))
        secrets.add("device", *conn.execute(select(push_devices.c.id)).scalars())
    oracle = Oracle(secrets)
    with world.stores.record() as record, record.read() as conn:
        found = list(stores.rows(conn))
        after = audit.head(conn), feed_log.head(conn)
    lines = list(world.stores.lines())
    places = [*found, *world.stores.record_files(), *stores.dump_of(world.stores.record_redis()), *lines]
    tried(len(places))

    assert after == before
    assert bool(seen["devices"]) == (world.push is not None)
    assert [str(hit) for hit in oracle.hits_in(places)] == []
    ours = [line for _, text in lines for line in text.splitlines() if line.startswith(b"airlock-alerts: ")]
    assert [line for line in ours if not OF_THE_LOG.match(line)] == []


def _is_all(world: World, told: dict[str, dict[int, list[dict[str, Any]]]]) -> bool:
    for sent in world.sent:
        for person in world.people:
            if person.block == world.author(sent).block:
                kinds = {one["kind"] for one in told[sent.post_id][person.number]}
                if "new" not in kinds or (sent in world.withdrawn and "gone" not in kinds):
                    return False
    return True


def _of_kind(told: dict[str, dict[int, list[dict[str, Any]]]], post_id: str, kind: str) -> list[dict[str, Any]]:
    return [one for pushes in told[post_id].values() for one in pushes if one["kind"] == kind]
