"""Attacks 34 to 40: what was taken back is looked for wherever it ever was."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from storage.cases import exports as case_exports
from storage.kit import clock
from storage.kit.ids import new_id
from storage.moderation import takedowns
from storage.posts import posts
from storage.schema import posts as post_rows
from tests.attacks import stores
from tests.attacks.ears import Ear
from tests.attacks.ledger import Ledger
from tests.attacks.table import Tried
from tests.attacks.world import World

SOME = 5  # live posts beside those taken back
CONDITIONS: list[dict[str, str]] = [
    {},
    {"Range": "bytes=0-63"},
    {"If-Range": '"x"', "Range": "bytes=0-"},
    {"If-None-Match": "*"},
    {"If-Modified-Since": "Sun, 22 Nov 2026 12:00:00 GMT"},
    {"Cache-Control": "only-if-cached"},
]


@pytest.mark.parametrize("name", ["analyst", "neighbour", "moderator"])
def test_a34_taken_back_media_are_nowhere_they_ever_were(world: World, tried: Tried, name: str) -> None:
    """Every address at which anything of such a post was ever seen, in all ways of asking: as if it never was."""
    attacker, gone = world.attackers[name], [sent.post_id for sent in world.withdrawn]
    seen = world.before.addresses("neighbour" if name == "neighbour" else "analyst")
    known = [address for address in seen if any(post_id in address for post_id in gone)]
    count = 0
    for address in known:
        post_id = next(post_id for post_id in gone if post_id in address)
        for headers in CONDITIONS:
            for method in ("GET", "HEAD"):
                told = attacker.ask(method, address, headers=headers)
                never = attacker.ask(method, address.replace(post_id, new_id()), headers=headers)
                count += 1
                assert told.lasting == never.lasting
                assert told.status == (405 if method == "HEAD" and "/media/" not in address else 404)
    tried(count)

    assert len(known) > 3 * len(gone)


def test_a35_no_answer_or_frame_since_says_a_word_of_it(world: World, tried: Tried) -> None:
    """Everything again, for analyst, neighbour, moderator and admin: lists, searches, comments, flags, the audit."""
    told = Ledger()
    for name in ("analyst", "neighbour", "moderator", "admin"):
        attacker = world.attackers[name]
        attacker.ledger = told
        some = [sent.post_id for sent in (*world.withdrawn, *world.live[:SOME])]
        attacker.takes_everything(some)
        for sent in world.withdrawn:
            attacker.get("/v1/posts", params={"q": sent.word})
            attacker.get("/v1/posts", params={"q": sent.word[:4]})
        attacker.ledger = world.after
    who = tuple(world.attackers)
    tried(len(told.answers))

    hits = world.words_oracle.hits_in([*told.places(*who), *world.after.heard(*who)])
    assert [str(hit) for hit in hits] == []
    assert world.words_oracle.hits_in(world.before.places("analyst")), "before, they were there to be read"


@pytest.mark.parametrize("name", ["analyst", "neighbour"])
def test_a36_who_comes_back_with_an_old_cursor_is_not_told_it_again(world: World, tried: Tried, name: str) -> None:
    """The feed from before the first post on: of what was taken back it is told that it was, and no more."""
    gone = {sent.post_id for sent in world.withdrawn}
    ear = Ear(world.attackers[name], cursor=world.ears[name].began)
    last = world.ears[name].events()[-1]
    ear.hears(last["kind"], last.get("post_id") or last["post"]["id"])
    ear.close()
    tried(len(ear.events()))

    assert {event["post"]["id"] for event in ear.events() if "post" in event} == {s.post_id for s in world.live}
    assert {event["post_id"] for event in ear.events() if event["kind"] == "post.withdrawn"} == gone
    assert world.words_oracle.hits("the feed again", json.dumps(ear.heard).encode()) == []


def test_a37_the_record_holds_no_word_of_it(world: World, tried: Tried) -> None:
    """Each value of each row; of SQLite each byte: pages, free ones, log of writes, index of words, audit."""
    with world.stores.record() as record, record.read() as conn:
        found = list(stores.rows(conn))
    if world.stores.overwrites:
        found += world.stores.record_files()
    tried(sum(len(data) for _, data in found))

    assert [str(hit) for hit in world.words_oracle.hits_in(found)] == []


def test_a38_no_line_of_a_program_and_no_redis_holds_a_word_of_it(world: World, tried: Tried) -> None:
    """Nor do the identity side's own files: what was typed is sealed, and its key is gone."""
    found = [*world.stores.identity_files(), *world.stores.media_files(), *world.stores.lines()]
    for opened in (world.stores.record_redis, world.stores.airlock_redis):
        with opened() as client:
            found += stores.dump_of(client)
    tried(len(found))

    assert [str(hit) for hit in world.words_oracle.hits_in(found)] == []


def test_a39_what_is_left_of_it_is_the_same_for_all(world: World, tried: Tried) -> None:
    """The row of a post that was taken back holds its id and nothing that another's does not."""
    with world.stores.record() as record, record.read() as conn:
        gone = post_rows.c.id.in_([sent.post_id for sent in world.withdrawn])
        rows = [row._mapping for row in conn.execute(select(post_rows).where(gone))]
    tried(len(rows))

    assert len(rows) == len(world.withdrawn)
    assert len({tuple((key, value) for key, value in row.items() if key != "id") for row in rows}) == 1


def test_a40_nothing_of_it_lies_in_the_bucket(world: World, tried: Tried) -> None:
    """Each object is named by a live post or a package, or is the note that keeps a restore from undoing it."""
    there = set(world.stores.media().keys(older_than=clock.now() + clock.DAY))
    with world.stores.record() as record, record.read() as conn:
        named = posts.kept_keys(conn, there) | case_exports.kept_keys(conn, there)
    tried(len(there))

    assert {key for key in there - named if not takedowns.is_note(key)} == set()
    assert {f"gone{sent.post_id}" for sent in world.withdrawn} <= there
