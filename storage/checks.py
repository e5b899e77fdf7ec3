"""What a program must reach to be of use, as checks of its readiness. Each opens what it looks at for itself."""

from __future__ import annotations

import http.client
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, select

from storage.engines import open_engine
from storage.kit import metrics
from storage.kit.errors import Unavailable
from storage.kit.ready import Check
from storage.kit.redis import connect
from storage.objects import open_bucket

FREE_SHARE, FREE_BYTES = 0.05, 2_000_000_000  # of a disk: below both, the next large clip may not fit
ANSWER_SECONDS = 3.0


def database(url: str, lineage: Path, *, of: str = "") -> list[Check]:
    """That it answers, and that its tables are those of this version; `of` begins the reasons' codes."""
    engine, newest = open_engine(url), ScriptDirectory(str(lineage)).get_current_head()
    return [
        Check(f"{of}database", lambda: _answers(engine)),
        Check(f"{of}database_behind", lambda: _is_newest(engine, newest)),
    ]


def bucket(reason: str, url: str) -> Check:
    """That it answers, and is there."""
    return Check(reason, open_bucket(url).demand_there)


def redis(reason: str, url: str) -> Check:
    """That it answers."""
    return Check(reason, connect(url).ping)


def disk(*folders: Path) -> Check:
    """That none of those they are on is nearly full."""

    def look() -> None:
        for usage in map(shutil.disk_usage, folders):
            if usage.free < min(FREE_BYTES, usage.total * FREE_SHARE):
                raise Unavailable("The disk is nearly full.")

    return Check("disk_nearly_full", look)


def door(listen: str, port: int, host: str) -> Check:
    """That the program answers at its own door, where it says itself whether it is well: one that hangs does not."""

    def look() -> None:
        line = http.client.HTTPConnection(listen, port, timeout=ANSWER_SECONDS)
        try:
            line.request("GET", "/v1/health", headers={"Host": host})
            if line.getresponse().status != http.client.OK:
                raise Unavailable("The door says that it is not well.")
        finally:
            line.close()

    return Check("door", look)


def rounds(late: Callable[[], bool]) -> Check:
    """That what runs by itself does."""

    def look() -> None:
        if late():
            raise Unavailable("A round is late.")

    return Check("rounds_late", look)


def beats(name: str, seconds: float) -> Check:
    """That a counter of whoever works has risen within so many seconds: one that hangs or stopped counts no more."""
    last: list[tuple[float | None, float]] = [(None, time.monotonic())]

    def look() -> None:
        counted = metrics.value_of(name)
        if counted != last[0][0]:
            last[0] = counted, time.monotonic()
        if time.monotonic() - last[0][1] > seconds:
            raise Unavailable("Nothing was heard of it for too long.")

    return Check("stands_still", look)


def _answers(engine: Engine) -> None:
    with engine.connect() as conn:
        conn.execute(select(1))


def _is_newest(engine: Engine, newest: str | None) -> None:
    with engine.connect() as conn:
        if MigrationContext.configure(conn).get_current_revision() != newest:
            raise Unavailable("The database is of another version.")
