"""The engines of production, each with a fault proxy before it: PostgreSQL, two S3 servers, two Redis."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from storage.kit import redis_acl
from storage.kit.settings import LOOPBACK
from tests.servers.postgres import PostgresServer
from tests.servers.proxy import Proxy
from tests.servers.redis import RedisServer
from tests.servers.s3 import S3Server

RECORD_ROLES = ("operator", "resident", "airlock", "alerts", "staff", "feed", "public", "chores")
IDENTITY_ROLES = ("identity_operator", "resident", "airlock", "alerts")


class Server(Protocol):
    """What every engine can be made to do."""

    port: int

    def start(self) -> object:
        """Begins, or comes back."""

    def stop(self) -> None:
        """Ends in good order."""

    def kill(self) -> None:
        """Ends in the middle of whatever it does."""

    def freeze(self) -> None:
        """Stands still."""

    def thaw(self) -> None:
        """Goes on."""


class Engines:
    """The stores, and a fault proxy before each, by name."""

    def __init__(self, folder: Path) -> None:
        self.postgres = PostgresServer(folder / "postgres").start()
        for role in {*RECORD_ROLES, *IDENTITY_ROLES}:
            self.postgres.run("create role {} login password 'any'", f"porchlight_{role}")
        self.postgres.create("record", owner="porchlight_operator")
        self.postgres.create("identity", owner="porchlight_identity_operator")
        self.media_s3, self.originals_s3 = S3Server(folder / "media").start(), S3Server(folder / "originals").start()
        self.record_redis = RedisServer(folder / "record-redis", users=redis_acl.RECORD, aof=True).start()
        self.airlock_redis = RedisServer(folder / "airlock-redis", users=redis_acl.AIRLOCK, aof=True).start()
        self.servers: dict[str, Server] = {
            "postgres": self.postgres,
            "media": self.media_s3,
            "originals": self.originals_s3,
            "record-redis": self.record_redis,
            "airlock-redis": self.airlock_redis,
        }
        self.proxies = {name: Proxy(f"{LOOPBACK}:{server.port}") for name, server in self.servers.items()}

    def database(self, name: str, role: str, *, straight: bool = False) -> str:
        """The setting that names a database, through its proxy unless told otherwise."""
        port = None if straight else self.proxies["postgres"].port
        return self.postgres.url(name, f"porchlight_{role}", port=port)

    def media(self, *, straight: bool = False) -> str:
        """The setting that names the media bucket."""
        return self.media_s3.url("media", port=None if straight else self.proxies["media"].port)

    def originals(self, *, straight: bool = False) -> str:
        """The setting that names the bucket of originals."""
        return self.originals_s3.url("originals", port=None if straight else self.proxies["originals"].port)

    def stop(self) -> None:
        """Ends them all."""
        for proxy in self.proxies.values():
            proxy.stop()
        for server in self.servers.values():
            server.stop()
        self.postgres.remove()
