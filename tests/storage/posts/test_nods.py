"""Nods: counted once for each neighbour, and gone with the post."""

from __future__ import annotations

from feed import posting
from feed.bell import Bell
from storage import audit
from storage.db import RESIDENT, Database
from storage.kit.ids import PostId
from storage.posts import nods
from storage.posts.nods import Count, Nod
from storage.posts.posts import Verb
from tests import builders
from tests.at_once import at_once

MANY = 6


def give(record: Database, post_id: PostId, mark: str, kind: Nod = Nod.THANKS) -> None:
    """A neighbour nods."""
    with record.write(by=RESIDENT) as tx:
        nods.give(tx, post_id, kind, mark=mark)


def told(record: Database, post_id: PostId, mark: str) -> list[Count]:
    """What that neighbour sees."""
    with record.read() as conn:
        return nods.counts(conn, post_id, mark=mark)


def test_a_neighbour_is_counted_once_however_often_they_nod(record: Database, bell: Bell, city: builders.City) -> None:
    """At once and again; each kind by itself, each that counts is one line of the audit."""
    post = builders.a_published_post(record, bell)

    assert at_once(MANY, lambda number: give(record, post.id, f"mark {number % 2}")) == [None] * MANY
    give(record, post.id, "mark 0", Nod.SEEN_TOO)

    assert told(record, post.id, "mark 1") == [Count(Nod.SEEN_TOO, 1, mine=False), Count(Nod.THANKS, 2, mine=True)]
    with record.read() as conn:
        lines = [line for line in audit.page(conn, before=None, limit=20) if line.action == "nod.give"]
    assert [(line.by, line.subject) for line in lines] == [("resident", post.id)] * 3
    assert "mark" not in repr(lines)


def test_a_nod_is_taken_back_and_none_outlives_the_post(record: Database, bell: Bell, city: builders.City) -> None:
    """Taking back twice is once; withdrawn, no mark is left: all under the resident program's own role."""
    post, mine = builders.a_published_post(record, bell), builders.as_role(record, "resident")
    give(mine, post.id, "mark one")
    give(mine, post.id, "mark two")

    for _ in range(2):
        with mine.write(by=RESIDENT) as tx:
            nods.take_back(tx, post.id, Nod.THANKS, mark="mark one")
    assert told(mine, post.id, "mark one")[1] == Count(Nod.THANKS, 1, mine=False)
    with mine.write(by=RESIDENT) as tx:
        posting.end(tx, bell, post.id, Verb.WITHDRAW)

    assert b"mark two" not in builders.all_rows(record)
