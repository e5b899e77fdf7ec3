"""Whatever is asked of the record goes by an index: no table that grows with the city is read from end to end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event

from bench.many_posts import City, fill
from bench.questions import questions
from feed import posting
from feed.bell import Bell
from storage.backups import media_copy
from storage.db import AIRLOCK, Database
from storage.kit.ids import PostId, new_id
from storage.moderation import flags
from storage.posts import lists as post_lists, posts, segments
from storage.posts.posts import NewPost, Verb
from tests.builders import NOON, arriving, some_files, some_pieces

GROWS = ("posts", "renditions", "segments", "feed_log", "flags", "audit_entries", "comments", "decisions", "appeals")
POSTS = 1_000

Asked = dict[str, Any]  # statement -> the parameters it was first asked with


@pytest.fixture
def big_city(record: Database, monkeypatch: pytest.MonkeyPatch) -> City:
    """A record in which the newest part is not all there is."""
    monkeypatch.setattr(post_lists, "NEWEST_PART", 100)
    return fill(record, POSTS)


@pytest.fixture
def heard(record: Database) -> Iterator[Asked]:
    """What the record is asked from here on."""
    asked: Asked = {}

    def hear(_conn: object, _cursor: object, statement: str, parameters: Any, _context: object, _many: bool) -> None:
        if statement.split()[0] in ("SELECT", "UPDATE", "DELETE"):
            asked.setdefault(statement, parameters)

    event.listen(record.engine, "before_cursor_execute", hear)
    yield asked
    event.remove(record.engine, "before_cursor_execute", hear)


def test_every_question_goes_by_an_index(record: Database, big_city: City, heard: Asked) -> None:
    """Lists, searches, the feed's start and replay, the desks of moderators and admins, and the chores."""
    for ask in questions(record, big_city).values():
        for _ in range(2):
            ask()

    assert len(heard) > 20
    assert not [statement for statement in heard if "segments.number" in statement]  # of each post there are hundreds
    assert _read_from_end_to_end(record, heard) == []


def test_every_change_of_a_post_goes_by_an_index(record: Database, big_city: City, bell: Bell, heard: Asked) -> None:
    """From publishing to the end of it, with its flags and comments."""
    new = NewPost(PostId(new_id()), "video", "crime", "A van", "", NOON, NOON, big_city.a_block, 1_000)
    files = some_files()

    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, new, files[:1], generation=1)
        posting.publish(tx, bell, new, files[:1], generation=2)
        first = arriving(some_pieces(0, 1))
        posting.publish(tx, bell, new, files[:1], generation=3, first=first)
        posting.arrive(tx, bell, new.id, first.file, some_pieces(2), generation=3, whole=False)
        posting.arrive(tx, bell, new.id, first.file, some_pieces(3), generation=3, whole=True)
        posting.add_media(tx, bell, new.id, files[1:], generation=4, last=True)
        posts.kept_keys(tx.connection, ["a", "b"])
        segments.one(tx.connection, new.id, first.file, 1)
        segments.of(tx.connection, new.id)
        posting.decide(tx, bell, new.id, Verb.HIDE, reason="privacy")
        flags.settle(tx, new.id)
        posting.end(tx, bell, new.id, Verb.WITHDRAW)

    assert len(heard) > 10
    assert _read_from_end_to_end(record, heard) == []


def test_a_copy_of_the_media_goes_by_pages(
    record: Database, big_city: City, heard: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of renditions and of pieces alike."""
    monkeypatch.setattr(media_copy, "AT_ONCE", POSTS)

    assert len(list(media_copy._named(record))) >= big_city.posts

    assert _read_from_end_to_end(record, heard) == []


def test_reading_from_end_to_end_is_seen(record: Database, big_city: City, heard: Asked) -> None:
    """The plans are read: a question without an index is found out on both engines."""
    assert big_city.posts == POSTS
    heard["SELECT id FROM posts WHERE seconds = 7"] = ()
    heard["SELECT seq FROM audit_entries WHERE at + 0 = 7 ORDER BY seq"] = ()

    assert len(_read_from_end_to_end(record, heard)) == 2


def _read_from_end_to_end(record: Database, heard: Asked) -> list[str]:
    bad = []
    with record.engine.connect() as connection:
        read_whole = _sqlite if connection.dialect.name == "sqlite" else _postgresql
        for statement, parameters in tuple(heard.items()):
            bad += [f"{table}: {statement}" for table in read_whole(connection, statement, parameters)]
    return bad


def _sqlite(connection: Connection, statement: str, parameters: Any) -> list[str]:
    plan = connection.exec_driver_sql(f"explain query plan {statement}", parameters)
    return [found[1] for row in plan if (found := re.match(r"SCAN (\w+)", row.detail)) and found[1] in GROWS]


def _postgresql(connection: Connection, statement: str, parameters: Any) -> list[str]:
    # So few rows are read fastest from end to end: what counts is whether there is another way.
    connection.exec_driver_sql("set enable_seqscan = off")
    plan = connection.exec_driver_sql(f"explain (format json) {statement}", parameters).scalar_one()
    return [node.get("Relation Name", "") for node in _nodes(plan[0]["Plan"]) if _is_whole(node)]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)


def _is_whole(node: dict[str, Any]) -> bool:
    by_index = node["Node Type"] in ("Index Scan", "Index Only Scan") and "Index Cond" not in node
    return node.get("Relation Name") in GROWS and (node["Node Type"] == "Seq Scan" or by_index)
