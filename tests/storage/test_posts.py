"""Posts: the transition table cell by cell, who sees which, tombstones and generations of media."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storage import posts, schema
from storage.db import AIRLOCK, Database
from storage.kit.clock import DAY, HOUR
from storage.kit.errors import Conflict
from storage.kit.ids import BlockId, PostId
from storage.posts import MediaState, NewPost, Post, PostState, Verb, Wanted
from tests import builders
from tests.builders import NOON, a_new_post, a_rendition, division

NOWHERE = None
TABLE: dict[PostState, dict[Verb, PostState | None]] = {
    PostState.LIVE: {
        Verb.HOLD: PostState.HELD,
        Verb.HIDE: PostState.HIDDEN,
        Verb.RESTORE: NOWHERE,
        Verb.REMOVE: PostState.REMOVED,
        Verb.WITHDRAW: PostState.WITHDRAWN,
        Verb.EXPIRE: PostState.EXPIRED,
    },
    PostState.HELD: {
        Verb.HOLD: NOWHERE,
        Verb.HIDE: PostState.HIDDEN,
        Verb.RESTORE: PostState.LIVE,
        Verb.REMOVE: PostState.REMOVED,
        Verb.WITHDRAW: PostState.WITHDRAWN,
        Verb.EXPIRE: PostState.EXPIRED,
    },
    PostState.HIDDEN: {
        Verb.HOLD: NOWHERE,
        Verb.HIDE: NOWHERE,
        Verb.RESTORE: PostState.LIVE,
        Verb.REMOVE: PostState.REMOVED,
        Verb.WITHDRAW: PostState.WITHDRAWN,
        Verb.EXPIRE: PostState.EXPIRED,
    },
    PostState.REMOVED: {
        Verb.HOLD: NOWHERE,
        Verb.HIDE: NOWHERE,
        Verb.RESTORE: PostState.LIVE,
        Verb.REMOVE: NOWHERE,
        Verb.WITHDRAW: PostState.WITHDRAWN,
        Verb.EXPIRE: PostState.EXPIRED,
    },
    PostState.EXPIRED: {
        Verb.HOLD: NOWHERE,
        Verb.HIDE: NOWHERE,
        Verb.RESTORE: NOWHERE,
        Verb.REMOVE: NOWHERE,
        Verb.WITHDRAW: PostState.WITHDRAWN,
        Verb.EXPIRE: NOWHERE,
    },
    PostState.WITHDRAWN: dict.fromkeys(Verb, NOWHERE),
}
CELLS = [(state, verb) for state in PostState for verb in Verb]

pytestmark = pytest.mark.usefixtures("city")


@pytest.mark.parametrize(("state", "verb"), CELLS)
def test_the_transition_table_cell_by_cell(state: PostState, verb: Verb) -> None:
    """Each verb leads from each state to the one place this table says, or raises Conflict."""
    goal = TABLE[state][verb]

    if goal is NOWHERE:
        with pytest.raises(Conflict):
            posts.after(state, verb)
    else:
        assert posts.after(state, verb) is goal


def test_a_new_post_is_live_and_its_media_arrive(record: Database) -> None:
    """A post comes back as it was handed over, with the division of its block."""
    new = a_new_post(division="East", block_number=1)

    post = _add(record, new)

    assert (post.state, post.media_state) == (PostState.LIVE, MediaState.ARRIVING)
    assert (post.division, post.division_name) == (division("East"), "East")
    assert (post.block.id, post.block.label, post.block.homes) == (new.block, "East, cell 1", builders.HOMES)
    assert (post.title, post.text, post.category, post.kind) == (new.title, new.text, new.category, new.kind)
    assert (post.happened_at, post.published_at, post.seconds) == (NOON - HOUR, NOON, 29_970)


def test_only_posts_of_the_given_divisions_are_found(record: Database) -> None:
    """Another division's post is not there, by list or by id, and no division at all sees nothing."""
    mine, theirs = _add(record, a_new_post(division="Central")), _add(record, a_new_post(division="East"))

    with record.read() as conn:
        listed = posts.page(conn, [division("Central")], Wanted(), before=None, limit=10)
        found = posts.some(conn, [division("Central")], [mine.id, theirs.id])
        nobody = posts.page(conn, [], Wanted(), before=None, limit=10)
        not_mine = posts.one(conn, [division("Central")], theirs.id)

    assert [post.id for post in listed] == [mine.id]
    assert found.keys() == {mine.id}
    assert (nobody, not_mine) == ([], None)


def test_the_newest_comes_first_and_pages_go_on(record: Database) -> None:
    """A list goes by the order of publishing; `before` goes on where a page ended."""
    first, second, third = (_add(record, a_new_post(), order=n) for n in (1, 2, 3))

    with record.read() as conn:
        page = posts.page(conn, [division()], Wanted(), before=None, limit=2)
        rest = posts.page(conn, [division()], Wanted(), before=page[-1].order_key, limit=2)

    assert [post.id for post in page] == [third.id, second.id]
    assert [post.id for post in rest] == [first.id]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), {"cat", "van"}),
        (Wanted(categories=["animal"]), {"cat"}),
        (Wanted(categories=[]), set()),
        (Wanted(since=NOON), {"van"}),
        (Wanted(words="GREY"), {"cat"}),
        (Wanted(words="block van"), {"van"}),
        (Wanted(words="grey van"), set()),
        (Wanted(words="%"), set()),
        (Wanted(words="_"), set()),
        (Wanted(states=[PostState.HIDDEN]), {"hidden"}),
        (Wanted(states=list(PostState)), {"cat", "van", "hidden"}),
    ],
)
def test_a_list_is_narrowed(record: Database, wanted: Wanted, found: set[str]) -> None:
    """By category, time, all of the words (taken literally, in any case) and state; live ones unless asked."""
    _add(
        record,
        a_new_post(id="cat", category="animal", title="A cat", text="A grey one.", published_at=NOON - DAY),
        order=1,
    )
    _add(record, a_new_post(id="van", text="Round the block."), order=2)
    hidden = _add(record, a_new_post(id="hidden", text="Gone."), order=3)
    with record.write(by=AIRLOCK) as tx:
        posts.set_state(tx, hidden.id, PostState.HIDDEN)
        tx.audit("test", hidden.id)

    with record.read() as conn:
        listed = posts.page(conn, [division()], wanted, before=None, limit=10)

    assert {post.id for post in listed} == found


def test_renditions_come_smallest_first(record: Database) -> None:
    """A post carries its files by rising height; a file added again replaces the old one."""
    post = _add(record, a_new_post())
    newer = a_rendition("480p.mp4", key="newer")

    with record.write(by=AIRLOCK) as tx:
        for file in (a_rendition("full.mp4", width=1920, height=1080), a_rendition("480p.mp4", key="older"), newer):
            posts.add_rendition(tx, post.id, file, generation=1)
        tx.audit("test", post.id)

    found = builders.the_post(record, post.id)
    assert [file.file for file in found.renditions] == ["480p.mp4", "full.mp4"]
    assert found.renditions[0] == newer


def test_a_newer_generation_begins_without_files(record: Database) -> None:
    """What an older attempt put there is named no more once a newer one took over."""
    post = _add(record, a_new_post())
    with record.write(by=AIRLOCK) as tx:
        posts.add_rendition(tx, post.id, a_rendition("full.mp4", key="old"), generation=1)
        posts.take_generation(tx, post.id, 2)
        posts.add_rendition(tx, post.id, a_rendition("480p.mp4", key="new"), generation=2)
        tx.audit("test", post.id)

    found = builders.the_post(record, post.id)

    assert [file.key for file in found.renditions] == ["new"]
    with record.read() as conn:
        assert posts.media_keys(conn, post.id) == ["new"]
        assert posts.kept_keys(conn, ["old", "new", "other"]) == {"new"}


@pytest.mark.parametrize(("generation", "taken"), [(2, False), (3, False), (4, True), (9, True)])
def test_only_a_newer_generation_takes_over(record: Database, generation: int, taken: bool) -> None:
    """An attempt takes the media from an older one, never from itself or a newer one."""
    post = _add(record, a_new_post(), generation=3)

    with record.write(by=AIRLOCK) as tx:
        took = posts.take_generation(tx, post.id, generation)
        tx.audit("test", post.id)

    assert took is taken
    with record.read() as conn:
        assert posts.may_add_media(conn, post.id, generation) is (taken or generation == 3)


def test_nobody_takes_over_media_that_are_ready(record: Database) -> None:
    """Once all media are there, no attempt may add any, its own neither."""
    post = _add(record, a_new_post(), generation=1)

    with record.write(by=AIRLOCK) as tx:
        posts.set_ready(tx, post.id, generation=1)
        took = posts.take_generation(tx, post.id, 2)
        tx.audit("test", post.id)

    assert not took
    with record.read() as conn:
        assert not posts.may_add_media(conn, post.id, 1)


def test_another_generation_cannot_say_ready(record: Database) -> None:
    """`set_ready` of an attempt that was fenced out changes nothing."""
    post = _add(record, a_new_post(), generation=2)

    with record.write(by=AIRLOCK) as tx:
        posts.set_ready(tx, post.id, generation=1)
        tx.audit("test", post.id)

    assert builders.the_post(record, post.id).media_state is MediaState.ARRIVING


def test_a_tombstone_holds_nothing_of_the_post(record: Database) -> None:
    """Over a post, entombing empties words, times, place and media, and answers the keys of its bytes."""
    new = a_new_post()
    _add(record, new)
    with record.write(by=AIRLOCK) as tx:
        posts.add_rendition(tx, new.id, a_rendition(key="bytes-here"), generation=1)
        tx.audit("test", new.id)

    keys = _entomb(record, new.id)

    assert keys == ["bytes-here"]
    with record.read() as conn:
        assert posts.state_of(conn, new.id) is PostState.WITHDRAWN
        assert posts.one(conn, [division()], new.id) is None
        assert posts.media_keys(conn, new.id) == []


def test_a_tombstone_tells_nothing_of_what_lies_under_it(record: Database) -> None:
    """A tombstone over a post and one set before there was a post are the same row but for the id."""
    published = _add(record, a_new_post(), generation=3, order=7)
    never = a_new_post()

    _entomb(record, published.id)
    _entomb(record, never.id)

    with record.read() as conn:
        rows = [
            conn.execute(select(schema.posts).where(schema.posts.c.id == id_)).one()._mapping
            for id_ in (published.id, never.id)
        ]
    assert {**rows[0], "id": ""} == {**rows[1], "id": ""}


def test_a_post_nobody_heard_of_has_no_state(record: Database) -> None:
    """An unknown id is None everywhere, not an error."""
    with record.read() as conn:
        assert posts.state_of(conn, PostId("unknown")) is None
    with record.write(by=AIRLOCK) as tx:
        assert posts.locked(tx, PostId("unknown")) is None


def test_what_is_past_is_told_oldest_first(record: Database) -> None:
    """The chores get ids of posts whose time is over, tombstones excepted, no more than they asked for."""
    for name, age in (("young", 0), ("old", 91), ("older", 92), ("gone", 93)):
        _add(record, a_new_post(id=name, published_at=NOON - age * DAY))
    _entomb(record, PostId("gone"))

    with record.read() as conn:
        all_of_them = posts.past(conn, NOON - 90 * DAY, limit=10)
        first = posts.past(conn, NOON - 90 * DAY, limit=1)

    assert all_of_them == ["older", "old"]
    assert first == ["older"]


def test_a_post_needs_a_block_of_the_atlas(record: Database) -> None:
    """A block id that no atlas has is no place for a post."""
    with pytest.raises(IntegrityError), record.write(by=AIRLOCK) as tx:
        posts.add(tx, replace(a_new_post(), block=BlockId("nowhere")), generation=1, order_key=1)
        tx.audit("test", "p")


def _add(record: Database, new: NewPost, *, generation: int = 1, order: int = 1) -> Post:
    with record.write(by=AIRLOCK) as tx:
        posts.add(tx, new, generation=generation, order_key=order)
        tx.audit("test", new.id)
    return builders.the_post(record, new.id)


def _entomb(record: Database, post_id: PostId) -> list[str]:
    with record.write(by=AIRLOCK) as tx:
        keys = posts.entomb(tx, post_id, PostState.WITHDRAWN)
        tx.audit("test", post_id)
    return keys
