"""A record of as many posts as one likes, in bulk: a city's divisions, kinds, states and words over 90 days."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, text

from bench import bulk
from bench.bulk import DAYS, LINES_EACH
from storage import schema
from storage.db import Database
from storage.kit import clock
from storage.kit.clock import DAY
from storage.kit.ids import BlockId, DivisionId, PostId, base32
from storage.posts.posts import CATEGORIES
from storage.posts.words import words_of

CACHE_KB = 5 << 20  # SQLite's while it is filled; ten million posts' keys are about that
SEEDS = 100_000  # posts made here; the database makes the others of them
DIVISIONS = {"Central": 30, "East": 25, "Metro": 20, "North": 12, "South": 12, "Shoal Creek": 1}  # percent of the posts
KINDS = dict(zip(CATEGORIES, (22, 40, 14, 12, 2, 4, 6), strict=True))
STATES = {"live": 93.0, "hidden": 1.0, "held": 0.2, "removed": 0.8, "withdrawn": 5.0}
BLOCKS_EACH = 300
SEED = "state category title said block division words".split()
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
    vocabulary, last = _vocabulary(chance), count * LINES_EACH
    with record.engine.connect() as connection:
        _trust(connection)
        _places(connection, blocks)
        laid_by = _lay_by_indexes(connection)
        _seeds(connection, chance, min(count, SEEDS), count, blocks, vocabulary)
        driver: Any = connection.connection.driver_connection
        for statement in bulk.statements(connection.dialect.name, min(count, SEEDS), count):
            driver.cursor().execute(statement)
            driver.commit()
        _bring_back(connection, laid_by)
        keys = ", ".join(str(chance.randrange(count) * LINES_EACH + 1) for _ in range(1_000))
        some = connection.execute(
            text(f"select id, division_id from posts where state = 'live' and order_key in ({keys})")
        )
        some_posts = [(PostId(row.id), DivisionId(row.division_id)) for row in some]
        ids = ", ".join(f"'{post_id}'" for post_id, _ in some_posts)
        some_keys = connection.execute(text(f"select key from renditions where post_id in ({ids})")).scalars().all()
    divisions = {name: id_ for id_, (name, _) in blocks.items()}
    a_block = blocks[divisions["Central"]][1][0]
    return City(count, last, divisions, a_block, _by_frequency(vocabulary, count), some_posts, list(some_keys))


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
            "idle_in_transaction_session_timeout = 0",
            "maintenance_work_mem = '512MB'",
        ):
            connection.execute(text(f"set {setting}"))
        connection.commit()
    else:
        # No journal: whoever stops this throws the file away. With the usual 2 MB of cache every row would be a read.
        for pragma in ("foreign_keys=off", "synchronous=off", "journal_mode=off", f"cache_size=-{CACHE_KB}"):
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


def _seeds(
    connection: Connection,
    chance: random.Random,
    seeds: int,
    count: int,
    blocks: dict[DivisionId, tuple[str, list[BlockId]]],
    vocabulary: list[str],
) -> None:
    """A table of the newest of the posts, as they will be but for their ids and a word that hardly comes again."""
    # Zipf's law: the word of rank n comes 1/n as often as the first.
    weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(vocabulary))))
    said = chance.choices(vocabulary, cum_weights=weights, k=20 * SEEDS)
    divisions = [(id_, its_blocks) for id_, (name, its_blocks) in blocks.items() for _ in range(DIVISIONS[name])]
    kinds = [kind for kind, percent in KINDS.items() for _ in range(percent)]
    states = [state for state, percent in STATES.items() for _ in range(int(percent * 10))]
    now = clock.rounded(clock.now())

    def rows() -> Iterator[tuple[Any, ...]]:
        for number in range(seeds):
            state, (division, its_blocks) = chance.choice(states), chance.choice(divisions)
            start, at = chance.randrange(len(said) - 40), clock.rounded(now - (seeds - number) * DAYS * DAY // count)
            title, words = " ".join(said[start : start + 5]), " ".join(said[start + 5 : start + 25])
            found_by = words_of(f"{title} {words}")
            yield number, at, state, chance.choice(kinds), title, words, chance.choice(its_blocks), division, found_by

    columns = "number bigint, at bigint, " + ", ".join(f"{name} text" for name in SEED)
    connection.exec_driver_sql(f"create table seeds ({columns})")
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    driver: Any = connection.connection.driver_connection
    driver.cursor().executemany(f"insert into seeds values ({', '.join([mark] * 9)})", list(rows()))
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
        for pragma in ("journal_mode=wal", "synchronous=full", "cache_size=-2000"):
            connection.connection.driver_connection.execute(f"pragma {pragma}")  # type: ignore[union-attr]


def _by_frequency(vocabulary: list[str], count: int) -> dict[str, list[str]]:
    return {
        "frequent": vocabulary[:10],
        "now and then": vocabulary[400:500],
        "seldom": vocabulary[15_000:15_100],
        "thrice": [f"nr{count * n // 400}" for n in range(1, 100)],
        "never": ["quetzalcoatl"],
    }
