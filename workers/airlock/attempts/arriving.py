"""Carries a rung onto the record while it is made: bytes first, then the post, once what is there leads far enough."""

from __future__ import annotations

import math
import queue
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from feed import posting
from feed.posting import Arriving, Outcome
from storage.db import AIRLOCK
from storage.identity.clips.clips import Stage
from storage.kit import ids
from storage.kit.errors import Unavailable
from storage.posts import segments
from storage.posts.posts import Rendition
from storage.posts.segments import Piece
from workers.airlock.agree import FIRST
from workers.airlock.attempts.attempt import Attempt
from workers.airlock.attempts.lead import Lead
from workers.airlock.attempts.looking import Looking
from workers.airlock.attempts.putting import demand_done, put_all
from workers.airlock.attempts.saying import new_post, say_published
from workers.airlock.both_sides import Airlock
from workers.media import rework
from workers.media.fragments import Init, Segment
from workers.media.probe import LONGEST

SHARE = (0.05, 0.9)  # where between 0 and 1 of the whole way this part lies
# Pieces that wait for a slow bucket: half a minute of the clip, some 10 MB. Then the encoder waits as well.
MOST_WAITING = 16
MOST_HELD_UP = 120.0  # seconds that a slow bucket may hold the encoder up in all: its own time must not run out by that
LOOK_EVERY = 0.2  # seconds

_Came = tuple[Init | Segment, float]  # a piece, and when it came


class Carrier:
    """Takes pieces from whoever encodes and carries them on in a thread of its own, which ends with the block."""

    def __init__(
        self,
        airlock: Airlock,
        attempt: Attempt,
        shape: tuple[int, int],
        length: float | None,
        looking: Looking,
        *,
        last: bool,
    ) -> None:
        """`shape` in pixels, `length` in seconds where the clip tells it, `last`: no larger renditions will follow."""
        self._looking = looking
        self._airlock, self._attempt, self._shape, self._length, self._last = airlock, attempt, shape, length, last
        self._lead = Lead(time.monotonic(), length or LONGEST)
        self._waiting: queue.Queue[_Came | None] = queue.Queue(MOST_WAITING)
        self._stop, self._failed = threading.Event(), list[BaseException]()
        self._init = b""
        self._poster: Rendition | None = None
        self._put: list[Piece] = []  # in the bucket, and not on the record yet
        self._carried = 0  # the number of the last segment that is in the bucket
        self._played, self._told = 0.0, 0  # seconds, and what was told of them: rounded for itself each would drift
        self._stage = Stage.ENCODING
        self._fenced = 0  # how many pieces it had when an attempt before it was further
        self._held_up = 0.0
        self._thread = threading.Thread(target=self._work, name="carrier", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def take(self, piece: Init | Segment) -> None:
        """Takes the next piece, and waits while too many do. Raises whatever stopped the carrying, and Stopped."""
        self._hand_over((piece, time.monotonic()))

    def whole(self) -> None:
        """Says that these were all, and waits until they are on the record. Raises as `take`."""
        self._hand_over(None)
        while self._thread.is_alive():
            self._thread.join(LOOK_EVERY)
            self.look()
        self.look()

    def look(self) -> bool:
        """Tells how far it is, and so keeps the lease. Raises as `take`; never wants the encoder stopped otherwise."""
        if self._failed:
            raise self._failed[0]
        done = min(1.0, self._lead.proved / self._lead.length)
        self._attempt.along(self._stage, SHARE[0] + done * (SHARE[1] - SHARE[0]))
        return False

    def _hand_over(self, item: _Came | None) -> None:
        while True:
            self.look()
            try:
                return self._waiting.put(item, timeout=LOOK_EVERY)
            except queue.Full:
                self._held_up += LOOK_EVERY
                if self._held_up > MOST_HELD_UP:
                    raise Unavailable("The media bucket is too slow.") from None

    def _work(self) -> None:
        try:
            fresh, whole = list[_Came](), False
            while not whole and not self._stop.is_set():
                more, whole = self._next()
                fresh += more
                if whole or any(isinstance(item, Segment) for item, _ in fresh):  # an init goes with the first of them
                    self._carry(fresh, whole=whole)
                    fresh = []
                elif not more:
                    self._publish_if_led()
        except BaseException as error:  # noqa: BLE001  raised again where the clip is worked on, which decides
            self._failed.append(error)

    def _next(self) -> tuple[list[_Came], bool]:
        """All that waits, and whether that was the last of it; nothing after a moment."""
        fresh: list[_Came] = []
        try:
            item = self._waiting.get(timeout=LOOK_EVERY)
            while item is not None:
                fresh.append(item)
                item = self._waiting.get_nowait()
        except queue.Empty:
            return fresh, False
        return fresh, True

    def _carry(self, fresh: list[_Came], *, whole: bool) -> None:
        items = [item for item, _ in fresh]
        pieces = [self._piece(item) for item in items]
        made = [(piece.key, item.data) for piece, item in zip(pieces, items, strict=True)]
        put_all(self._airlock.stores, self._attempt, [*made, *self._still(items)])
        further = self._looking.at_pieces(self._init, [item.data for item in items if isinstance(item, Segment)])
        self._put += pieces
        for item, at in fresh:
            if isinstance(item, Segment):
                self._lead.add(item.seconds, at)
                self._carried = item.number
        if self._stage is Stage.PUBLISHING:
            self._looking.hold(further)
            self._append(whole=whole)
        elif whole:
            self._publish(whole=True)
        else:
            self._publish_if_led()

    def _publish_if_led(self) -> None:
        # Where all that it says it lasts is there, its end comes in a moment, and it is told once, as whole; or else it
        # lasts longer than it says, and how much longer must be known first.
        more = len(self._put) > self._fenced and self._lead.proved < self._lead.length
        if self._stage is not Stage.PUBLISHING and more and self._lead.covers():
            self._publish(whole=False)

    def _piece(self, item: Init | Segment) -> Piece:
        if isinstance(item, Init):
            return Piece(0, ids.new_id(), 0, len(item.data), 0)
        self._played += item.seconds
        milliseconds, self._told = round(self._played * 1000) - self._told, round(self._played * 1000)
        return Piece(item.number, ids.new_id(), 0, len(item.data), milliseconds)

    def _still(self, items: list[Init | Segment]) -> list[tuple[str, Path]]:
        """The poster, to be put as well, when the first segment is there."""
        for item in items:
            if isinstance(item, Init):
                self._init = item.data
            elif item.number == 1:
                tools, folder, (width, height) = self._airlock.tools, self._attempt.scratch / "out", self._shape
                made = rework.poster_from(tools, self._init, item.data, folder, width=width, height=height)
                self._poster = Rendition(made.name, ids.new_id(), width, height, made.bytes)
                return [(self._poster.key, made.path)]
        return []

    def _publish(self, *, whole: bool) -> None:
        stores, clip, (width, height) = self._airlock.stores, self._attempt.clip, self._shape
        # Until we know what we made of it in whole seconds: the source's own length, to the millisecond, is a mark.
        seconds = self._played if whole or self._length is None else math.ceil(self._length)
        new = new_post(stores, clip, "video", seconds, self._looking.found)
        first = Arriving(FIRST, width, height, tuple(self._put), whole)
        files = [self._poster] if self._poster else []
        with stores.record.write(by=AIRLOCK) as tx:
            outcome = posting.publish(
                tx, stores.bell, new, files, generation=clip.attempts, last=whole and self._last, first=first
            )
        if outcome is Outcome.FENCED and not whole and self._is_behind():
            self._fenced = len(self._put)
            return  # an attempt before this one got further: taken over when this one is as far, for who plays it
        demand_done(stores, [piece.key for piece in self._put] + [file.key for file in files], outcome)
        say_published(stores, clip)
        self._stage, self._put = Stage.PUBLISHING, []

    def _is_behind(self) -> bool:
        with self._airlock.stores.record.read() as conn:
            return segments.count(conn, self._attempt.clip.post_id, FIRST) >= len(self._put)

    def _append(self, *, whole: bool) -> None:
        stores, clip, last = self._airlock.stores, self._attempt.clip, whole and self._last
        with stores.record.write(by=AIRLOCK) as tx:
            outcome = posting.arrive(
                tx, stores.bell, clip.post_id, FIRST, self._put, generation=clip.attempts, whole=whole, last=last
            )
        demand_done(stores, [piece.key for piece in self._put], outcome)
        self._put = []
