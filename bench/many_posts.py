"""A record of as many posts as one likes, in bulk: a city's divisions, kinds, states and words over 90 days."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, insert, text

from storage import schema
from storage.db import Database
from storage.kit import clock
from storage.kit.clock import DAY, MINUTE
from storage.kit.ids import BlockId, DivisionId, PostId, base32
from storage.post_words import words_of
from storage.posts import CATEGORIES, PostState

AT_ONCE = 50_000  # rows of a statement
DAYS = 90
LINES_EACH = 3  # of the log: published, and two updates
LOG_KEPT = 100_000  # lines, as workers/chores keeps them
WAITING = 2_000  # flagged posts nobody has looked at yet: what a city's moderators leave for tomorrow
DIVISIONS = {"Central": 30, "East": 25, "Metro": 20, "North": 12, "South": 12, "Shoal Creek": 1}  # percent of the posts
KINDS = dict(zip(CATEGORIES, (22, 40, 14, 12, 2, 4, 6), strict=True))
STATES = {"live": 93.0, "hidden": 1.0, "held": 0.2, "removed": 0.8, "withdrawn": 5.0}
BLOCKS_EACH = 300
COMMON = (
    "car van dog man street door night camera light house two white black fast loud near gate window blue red".split()
)


@dataclass(frozen=True)
class City:
    """What was written, for questions to ask of."""

    posts: int
    last: int  # the newest order key
    divisions: dict[str, DivisionId]
    a_block: BlockId  # of Central
    words: dict[str, list[str]]  # by how often they come
    some_posts: list[tuple[PostId, DivisionId]]
    some_keys: list[str]


def fill(record: Database, count: int, *, seed: int = 1) -> City:
    """Writes `count` posts and what belongs to them; indexes are made afterwards, which is many times as fast."""
    chance = random.Random(seed)
    blocks = {DivisionId(_id(chance)): (name, [BlockId(_id(chance)) for _ in range(BLOCKS_EACH)]) for name in DIVISIONS}
    vocabulary = _vocabulary(chance)
    divisions = {name: id_ for id_, (name, _) in blocks.items()}
    a_block = blocks[divisions["Central"]][1][0]
    city = City(count, count * LINES_EACH, divisions, a_block, _by_frequency(vocabulary, count), [], [])
    with record.engine.connect() as connection:
        _trust(connection)
        _places(connection, blocks)
        laid_by = _lay_by_indexes(connection)
        _write(connection, schema.posts, _posts(chance, city, blocks, vocabulary))
        _write(connection, schema.renditions, _renditions(connection, chance, city))
        _write(connection, schema.feed_log, _log(connection, city))
        _write(connection, schema.flags, _flags(connection, chance, count))
        _write(connection, schema.audit_entries, _audit(connection))
        connection.execute(text(f"update feed_head set seq = {city.last}, floor = {max(0, city.last - LOG_KEPT)}"))
        connection.execute(text(f"update audit_head set seq = {count}"))
        connection.commit()
        _bring_back(connection, laid_by)
    return city


def _id(chance: random.Random) -> str:
    return base32(chance.randbytes(16))


def _vocabulary(chance: random.Random) -> list[str]:
    letters = "bcdfghjklmnprstvwz", "aeiou"
    made = {"".join(chance.choice(letters[n % 2]) for n in range(chance.randint(4, 9))) for _ in range(20_000)}
    return COMMON + sorted(made)


def _trust(connection: Connection) -> None:
    """What is written in bulk is in order: nothing is looked up for it, and nothing waits for the disk."""
    if connection.dialect.name == "postgresql":
        for setting in (
            "session_replication_role = replica",
            "statement_timeout = 0",
            "maintenance_work_mem = '512MB'",
        ):
            connection.execute(text(f"set {setting}"))
        connection.commit()
    else:
        for pragma in ("foreign_keys=off", "synchronous=off"):
            connection.connection.driver_connection.execute(f"pragma {pragma}")  # type: ignore[union-attr]


def _places(connection: Connection, blocks: dict[DivisionId, tuple[str, list[BlockId]]]) -> None:
    connection.execute(insert(schema.divisions), [{"id": id_, "name": name} for id_, (name, _) in blocks.items()])
    rows = [
        {"id": block, "division_id": id_, "label": f"{name}, cell {n}", "homes": 14, "since_version": 1}
        for id_, (name, ids) in blocks.items()
        for n, block in enumerate(ids)
    ]
    connection.execute(insert(schema.blocks), rows)
    connection.commit()


def _posts(
    chance: random.Random,
    city: City,
    blocks: dict[DivisionId, tuple[str, list[BlockId]]],
    vocabulary: list[str],
) -> Iterator[Sequence[Any]]:
    # Zipf's law: the word of rank n comes 1/n as often as the first.
    weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(vocabulary))))
    said = chance.choices(vocabulary, cum_weights=weights, k=1_000_000)
    divisions = [(id_, blocks[id_][1]) for name, id_ in city.divisions.items() for _ in range(DIVISIONS[name])]
    kinds = [kind for kind, percent in KINDS.items() for _ in range(percent)]
    states = [state for state, percent in STATES.items() for _ in range(int(percent * 10))]
    now = clock.rounded(clock.now())
    for number in range(city.posts):
        post_id, state = _id(chance), chance.choice(states)
        if state == PostState.WITHDRAWN:
            yield post_id, state, "", "", "", "", 0, 0, None, None, "ready", 0, 0, 0, ""
            continue
        division, its_blocks = chance.choice(divisions)
        start, rare = chance.randrange(len(said) - 40), f"nr{number // 3}"
        title, words = " ".join(said[start : start + 5]), " ".join((*said[start + 5 : start + 25], rare))
        at = clock.rounded(now - (city.posts - number) * DAYS * DAY // city.posts)
        yield (
            *(post_id, state, "video", chance.choice(kinds), title.capitalize(), words, at - 20 * MINUTE, at),
            *(chance.choice(its_blocks), division, "ready", 1, 30_000, (number + 1) * LINES_EACH - 2),
            words_of(f"{title} {words}"),
        )


def _renditions(connection: Connection, chance: random.Random, city: City) -> Iterator[Sequence[Any]]:
    for number, (post_id, division) in enumerate(
        _read(connection, "id, division_id", "posts where state <> 'withdrawn'")
    ):
        keys = [chance.randbytes(13).hex() for _ in range(3)]
        if chance.random() * city.posts < 2_000:
            city.some_posts.append((post_id, division))
            city.some_keys.append(keys[number % 3])
        yield post_id, "poster.jpg", keys[0], 1, 854, 480, 40_000
        yield post_id, "480p.mp4", keys[1], 1, 854, 480, 1_000_000
        yield post_id, "1080p.mp4", keys[2], 1, 1920, 1080, 4_000_000


def _log(connection: Connection, city: City) -> Iterator[Sequence[Any]]:
    kept = f"posts where order_key > {city.last - LOG_KEPT} and order_key > 0"
    for post_id, division, category, key in _read(connection, "id, division_id, category, order_key", kept):
        for line, kind in enumerate(("post.published", "post.updated", "post.updated")):
            yield key + line, kind, post_id, division, category


def _flags(connection: Connection, chance: random.Random, count: int) -> Iterator[Sequence[Any]]:
    waiting = min(WAITING, count // 100) / count
    for post_id, at in _read(connection, "id, published_at", "posts where state <> 'withdrawn'"):
        if (drawn := chance.random()) < 0.02:
            state = "open" if drawn < waiting else "decided"
            yield _id(chance), post_id, "neighbour", "privacy", "", None, at + 60 * MINUTE, state


def _audit(connection: Connection) -> Iterator[Sequence[Any]]:
    actions = ("post.publish", *["post.view"] * 3, "post.add_media", "post.hide")
    for seq, (post_id, at) in enumerate(_read(connection, "id, published_at", "posts"), 1):
        action = actions[seq % len(actions)]
        by = "airlock" if action in ("post.publish", "post.add_media") else f"staff:{seq % 211}"
        yield seq, at, by, action, post_id, "0" * 64, "f" * 64


def _read(connection: Connection, columns: str, where: str) -> Iterator[Any]:
    # By another connection: what is written meanwhile goes over this one.
    with connection.engine.connect() as other:
        if connection.dialect.name == "postgresql":
            other.execute(text("set statement_timeout = 0"))
            other.execute(text("set idle_in_transaction_session_timeout = 0"))
        cursor = other.execution_options(stream_results=True, max_row_buffer=AT_ONCE)
        yield from cursor.execute(text(f"select {columns} from {where}"))


def _write(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"copy {table.name} ({names}) from stdin") as copy:
            for row in rows:
                copy.write_row(row)
        driver.commit()
        return
    asked = ", ".join("?" * len(table.columns))
    waiting = iter(rows)
    while some := list(itertools.islice(waiting, AT_ONCE)):
        connection.exec_driver_sql(f"insert into {table.name} ({names}) values ({asked})", some)
        connection.commit()


def _lay_by_indexes(connection: Connection) -> list[str]:
    """Drops what slows bulk writing; answers the statements that make it again."""
    if connection.dialect.name == "postgresql":
        found = "select indexname, indexdef from pg_indexes where indexname like 'ix_%'"
        kind = "index"
    else:
        found = (
            "select name, sql, type from sqlite_master where (name like 'ix_%' or type = 'trigger') and sql is not null"
        )
        kind = ""
    rows = connection.execute(text(found)).all()
    for row in rows:
        connection.execute(text(f"drop {kind or row[2]} {row[0]}"))
    connection.commit()
    return [row[1] for row in rows]


def _bring_back(connection: Connection, statements: list[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
        connection.commit()
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("vacuum analyze"))
    else:
        connection.exec_driver_sql("insert into post_index (post_index) values ('rebuild')")
        connection.commit()


def _by_frequency(vocabulary: list[str], count: int) -> dict[str, list[str]]:
    return {
        "frequent": vocabulary[:10],
        "now and then": vocabulary[400:500],
        "seldom": vocabulary[15_000:15_100],
        "thrice": [f"nr{count * n // 400}" for n in range(1, 100)],
        "never": ["quetzalcoatl"],
    }
