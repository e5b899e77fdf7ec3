"""What lies on the machines of a city on PostgreSQL, S3 and several of each program, for who has them all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from sqlalchemy import func, select

from storage.db import Database
from storage.kit.settings import LOOPBACK
from storage.objects import Bucket, open_bucket
from tests.attacks.stores import Found, files_under, rows
from tests.journeys.production import City
from tests.servers.postgres import PostgresServer

RECORD_SIDE = ("staff", "feed", "public", "chores")


class OfCity:
    """Of its engines. PostgreSQL leaves what is deleted in its pages and in a log that both databases share here."""

    overwrites = False

    def __init__(self, city: City) -> None:
        self._city, self._engines = city, city.topology.engines

    @contextmanager
    def record(self) -> Iterator[Database]:
        """As its operator."""
        with self._city.record() as record:
            yield record

    @contextmanager
    def vault(self) -> Iterator[Database]:
        """As its operator."""
        with self._city.vault() as vault:
            yield vault

    def dumps(self) -> Found:
        """By each role of the record side: all columns that PostgreSQL lets it read."""
        for role in RECORD_SIDE:
            record = Database(self._engines.database("record", role, straight=True))
            with record.read() as conn:

                def may(table: str, column: str, conn: object = conn) -> bool:
                    return bool(conn.execute(select(func.has_column_privilege(table, column, "select"))).scalar_one())

                for where, value in rows(conn, may=may):
                    yield f"{role}: {where}", value
            record.engine.dispose()

    def record_files(self) -> Found:
        """All pages of its database. Not the write-ahead log: on this one server it is the identity side's as well."""
        yield from _pages(self._engines.postgres, "record")

    def identity_files(self) -> Found:
        """All pages of its database, the originals, and what its programs keep on disk."""
        yield from _pages(self._engines.postgres, "identity")
        yield from files_under(self._engines.originals_s3.folder / "data")
        yield from files_under(self._programs)

    def media_files(self) -> Found:
        """As the S3 server keeps them."""
        yield from files_under(self._engines.media_s3.folder / "data/media")

    def lines(self) -> Found:
        """Of all programs, and of PostgreSQL."""
        for file in (self._city.topology.folder / "programs.log", *self._city.topology.folder.rglob("postgres.log")):
            yield f"the lines of {file.name}", file.read_bytes()

    def record_redis(self) -> redis.Redis:
        """As no program reaches it: with every right."""
        return redis.Redis.from_url(self._engines.record_redis.url("tester"))

    def airlock_redis(self) -> redis.Redis:
        """As no program reaches it: with every right."""
        return redis.Redis.from_url(self._engines.airlock_redis.url("tester"))

    def airlock_redis_files(self) -> Found:
        """See Stores."""
        yield from files_under(self._engines.airlock_redis.folder / "appendonlydir")

    def stranger(self) -> redis.Redis:
        """See Stores."""
        return redis.Redis(host=LOOPBACK, port=self._engines.airlock_redis.port)

    def media(self) -> Bucket:
        """Past the proxy."""
        return open_bucket(self._city.bucket)

    def mails(self) -> list[Path]:
        """Of both resident programs."""
        return sorted(self._programs.glob("resident-*/data/identity/mail/*.eml"))

    @property
    def _programs(self) -> Path:
        return self._city.topology.folder / "programs"


def _pages(server: PostgresServer, database: str) -> Found:
    server.run("checkpoint")
    [(number,)] = server.run(f"select oid from pg_database where datname = '{database}'")
    yield from files_under(server.folder / "base" / str(number))
