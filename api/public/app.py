"""The public program: how much happens, in round numbers. It knows the record alone, and nobody logs in."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from fastapi import Depends, FastAPI

from api.http import Program, new_app
from api.who import anyone
from feed.events import Closed
from storage import counts
from storage.db import Database

PROGRAM: Program = "public"
LEAST = 12  # a smaller count may be about one household: it is not told (the k of the blocks)
ROUND = 10  # so that one more or one less does not show
KEPT_SECONDS = 300.0  # counting reads whole tables, and anybody may ask
VERBS = ("hold", "hide", "restore", "remove", "dismiss")


class Transparency(Closed):
    """Rounded counts; None stands for fewer than can be told."""

    posts: dict[str, int | None]
    decisions: dict[str, int | None]
    least: int = LEAST
    rounded_to: int = ROUND


class Counted:
    """The counts, made anew when they are old."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._last: tuple[float, Transparency] | None = None

    def get(self, record: Database) -> Transparency:
        """The counts as they were at most KEPT_SECONDS ago."""
        with self._lock:
            if self._last is None or self._clock() - self._last[0] > KEPT_SECONDS:
                self._last = (self._clock(), _count(record))
            return self._last[1]


def create_app(record: Database) -> FastAPI:
    """The app over the record."""
    app = new_app(PROGRAM)
    counted = Counted()

    @app.get("/v1/transparency", dependencies=[Depends(anyone)], tags=["transparency"])
    def transparency() -> Transparency:
        """How many posts are live and how often moderators decided what, since the beginning."""
        return counted.get(record)

    return app


def told(count: int) -> int | None:
    """The count as it may be told."""
    return None if count < LEAST else count - count % ROUND


def _count(record: Database) -> Transparency:
    with record.read() as conn:
        live, decided = counts.live_posts(conn), counts.decisions_by_verb(conn)
    return Transparency(posts={"live": told(live)}, decisions={verb: told(decided.get(verb, 0)) for verb in VERBS})
