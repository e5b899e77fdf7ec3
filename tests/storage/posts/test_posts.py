"""Posts: the transition table cell by cell, and who is told of which."""

from __future__ import annotations

import pytest

from storage.db import AIRLOCK, Database
from storage.kit.clock import DAY, HOUR
from storage.kit.errors import Conflict
from storage.kit.ids import PostId
from storage.posts import lists as post_lists, posts
from storage.posts.lists import Wanted
from storage.posts.posts import MediaState, PostState, Verb
from tests import builders
from tests.builders import NOON, a_new_post, a_recorded_post, division, entomb

NOWHERE = None
TABLE: dict[PostState, dict[Verb, PostState | None]] = {
    PostState.LIVE: {
        Verb.HOLD: PostState.HELD,
        Verb.HIDE: PostState.HIDDEN,
        Verb.RESTORE: NOWHERE,
        Verb.REMOVE: PostState.REMOVED,
        Verb.WITHDRAW: PostState.WITHDRAWN,
        Verb.EXPIRE: PostState.EXPIRED,
        Verb.KEEP: PostState.KEPT,
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
    PostState.KEPT: {
        **dict.fromkeys(Verb, NOWHERE),
        Verb.WITHDRAW: PostState.WITHDRAWN,
        Verb.EXPIRE: PostState.EXPIRED,
    },
    PostState.WITHDRAWN: dict.fromkeys(Verb, NOWHERE),
}
CELLS = [(state, verb) for state in PostState for verb in Verb]

pytestmark = pytest.mark.usefixtures("city")


@pytest.mark.parametrize(("state", "verb"), CELLS)
def test_the_transition_table_cell_by_cell(state: PostState, verb: Verb) -> None:
    """Each verb leads from each state to the one place this table says, or raises Conflict."""
    goal = TABLE[state].get(verb, NOWHERE)

    if goal is NOWHERE:
        with pytest.raises(Conflict):
            posts.after(state, verb)
    else:
        assert posts.after(state, verb) is goal


def test_a_new_post_is_live_and_its_media_arrive(record: Database) -> None:
    """A post comes back as it was handed over, with the division of its block."""
    new = a_new_post(division="East", block_number=1)

    post = a_recorded_post(record, new)

    assert (post.state, post.media_state) == (PostState.LIVE, MediaState.ARRIVING)
    assert (post.division, post.division_name) == (division("East"), "East")
    assert (post.block.id, post.block.label, post.block.homes) == (new.block, "East, cell 1", builders.HOMES)
    assert (post.title, post.text, post.category, post.kind) == (new.title, new.text, new.category, new.kind)
    assert (post.happened_at, post.published_at, post.seconds) == (NOON - HOUR, NOON, 29_970)


def test_only_posts_of_the_given_divisions_are_found(record: Database) -> None:
    """Another division's post is not there, by list or by id, and no division at all sees nothing."""
    mine, theirs = (
        a_recorded_post(record, a_new_post(division="Central")),
        a_recorded_post(record, a_new_post(division="East")),
    )

    with record.read() as conn:
        listed = post_lists.page(conn, [division("Central")], Wanted(), before=None, limit=10)
        found = posts.some(conn, [division("Central")], [mine.id, theirs.id])
        nobody = post_lists.page(conn, [], Wanted(), before=None, limit=10)
        not_mine = posts.one(conn, [division("Central")], theirs.id)

    assert [post.id for post in listed] == [mine.id]
    assert found.keys() == {mine.id}
    assert (nobody, not_mine) == ([], None)


def test_a_post_nobody_heard_of_has_no_state(record: Database) -> None:
    """An unknown id is None everywhere, not an error."""
    with record.read() as conn:
        assert posts.state_of(conn, PostId("unknown")) is None
    with record.write(by=AIRLOCK) as tx:
        assert posts.locked(tx, PostId("unknown")) is None


def test_what_is_past_is_told_oldest_first(record: Database) -> None:
    """The chores get ids of posts whose time is over, tombstones excepted, no more than they asked for."""
    for name, age in (("young", 0), ("old", 91), ("older", 92), ("gone", 93)):
        a_recorded_post(record, a_new_post(id=name, published_at=NOON - age * DAY))
    entomb(record, PostId("gone"))

    with record.read() as conn:
        all_of_them = posts.past(conn, NOON - 90 * DAY, limit=10)
        first = posts.past(conn, NOON - 90 * DAY, limit=1)

    assert all_of_them == ["older", "old"]
    assert first == ["older"]


def test_what_no_post_is_called_finds_none(record: Database) -> None:
    """A NUL, which a path or a cursor may smuggle in and PostgreSQL refuses, is no fault: nothing has that name."""
    a_recorded_post(record, a_new_post(id="p"))

    with record.read() as conn:
        found = posts.some(conn, [division()], [PostId("\0"), PostId("q\0"), PostId("p")])

    assert list(found) == ["p"]
