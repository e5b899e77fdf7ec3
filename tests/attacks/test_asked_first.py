"""Attacks 53 to 57: what is asked and wished before sending, what is new at a desk, and what a role may read."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from api.commands.asking import ask
from storage.kit import clock
from tests.attacks import stores
from tests.attacks.oracle import Oracle, Secrets
from tests.attacks.people import VIEW_BITS, a_word
from tests.attacks.table import Tried
from tests.attacks.world import IDLE, World

# What a clip's author alone is told of it, by the names under which that is told.
OF_ITS_AUTHOR = {"trim", "blur", "sound", "wait", "waits_until", "view", "receipt", "handle", "stage", "progress"}
# What could be asked, the map, and where one is logged in oneself.
NO_ANSWERS = ("/openapi.json", "/v1/places/", "/v1/log-ins")
SOME = 20  # they may ask 120 times a minute


def test_a53_what_each_role_of_the_record_side_may_read_holds_no_secret(world: World, tried: Tried) -> None:
    """A dump of the record by staff, feed, public and chores: all rows and columns that the database gives them."""
    found = list(world.stores.dumps())
    tried(len(found))

    assert [str(hit) for hit in world.oracle.hits_in(found)] == []
    read = {where.rpartition(": ")[2] for where, _ in found}
    assert {"posts.title", "flags.text", "audit_entries.action", "feed_log.post_id"} <= read


def test_a54_what_is_looked_at_before_sending_is_kept_nowhere(world: World, tried: Tried) -> None:
    """Words asked about and previewed, and a picture's look: in no row, file, line or Redis of either side."""
    person, dice = world.people[0], random.Random()
    words, view = [a_word(dice) for _ in range(3)], f"{dice.getrandbits(VIEW_BITS):0{VIEW_BITS // 4}x}"
    said = {"block_id": person.block, "category": "other", "happened_at": clock.as_text(clock.now() - clock.HOUR)}
    with person.client(world.stack.resident) as http:
        answers = [
            ask(http, "POST", "/v1/names", json={"text": f"{words[0]} was seen by Mary Jones"}),
            ask(http, "POST", "/v1/previews", json={**said, "title": words[1], "text": f"By Mary Jones. {words[2]}"}),
            ask(http, "POST", "/v1/who-could-this-be", json={"block_id": person.block, "view": view}),
        ]
    found = [*world.stores.identity_files(), *world.stores.record_files(), *world.stores.lines()]
    found += world.stores.airlock_redis_files()
    for opened in (world.stores.record_redis, world.stores.airlock_redis):
        with opened() as client:
            found += stores.dump_of(client)
    secrets = Secrets()
    secrets.add("what was looked at", *words, view, bytes.fromhex(view))
    tried(len(found))

    assert [len(told.get("names", ["Mary Jones"])) for told in answers] == [1, 1, 1]
    assert [str(hit) for hit in Oracle(secrets).hits_in(found)] == []


def test_a55_who_this_could_be_is_said_of_nobody_else(world: World, tried: Tried) -> None:
    """The look of another's clip, with its very block, is answered as one that nobody ever sent; to its author not."""
    neighbour, some = world.attackers["neighbour"], world.live[:SOME]
    tried(len(some))

    for sent in some:
        author, views = world.author(sent), (sent.view, f"{random.getrandbits(VIEW_BITS):0{VIEW_BITS // 4}x}")
        asked = [{"block_id": author.block, "view": view} for view in views]
        theirs, never = (neighbour.ask("POST", "/v1/who-could-this-be", json=body) for body in asked)
        assert theirs.lasting == never.lasting
        assert theirs.status == 200
        with author.client(world.stack.resident) as http:
            assert ask(http, "POST", "/v1/who-could-this-be", json=asked[0])["alike"] == 1


def test_a56_what_its_author_wished_is_told_to_nobody_else(world: World, tried: Tried) -> None:
    """What to cut, blur, hear, whether to wait: no answer or frame to others has a field for it; the author's do."""
    told = [*world.before.answers, *world.after.answers]
    answers = [one for one in told if one.status < 300 and not any(word in one.asked for word in NO_ANSWERS)]
    fields = {name for one in answers if one.body[:1] == b"{" for name in _names(json.loads(one.body))}
    fields |= {name for ear in world.ears.values() for heard in ear.heard for name in _names(heard)}
    tried(len(answers))

    assert fields & OF_ITS_AUTHOR == set()
    assert {"block", "homes", "published_at"} <= fields
    wished = next(sent for sent in world.live if sent.wishes)
    with world.author(wished).client(world.stack.resident) as http:
        own = ask(http, "GET", f"/v1/receipts/{wished.receipt}")
    assert own["blur"] == wished.wishes.get("blur", [])
    assert own["trim"] == ([0, 60] if "trim" in wished.wishes else None)


def test_a57_what_is_new_at_a_desk_is_the_list_and_no_more(world: World, tried: Tried) -> None:
    """Two fields of each post, in the list's order; nothing of elsewhere, nor of what was taken back."""
    idler, outsider = world.attackers[IDLE], world.attackers["outsider"]
    new, listed = idler.json("/v1/unread")["items"], idler.listed()
    tried(len(new))

    assert [set(post) for post in new] == [{"id", "division_id"}] * len(world.live)
    assert [post["id"] for post in new] == [post["id"] for post in listed]
    assert {(post["id"], post["division_id"]) for post in new} == {(p["id"], p["division"]["id"]) for p in listed}
    assert outsider.json("/v1/unread") == {"items": []}


def _names(told: Any) -> Iterator[str]:
    """Of all fields of an answer, however deep."""
    for value in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from _names(value)
    if isinstance(told, dict):
        yield from told
