"""A record with as many divisions as asked for, told by lines on a port what happens there: for `bench.feed_peers`.

A line is an event whose title says when and which: `ts=NANOSECONDS seq=NUMBER g=GROUP`. Lines of one read are one
commit, and each event says the moment of that commit: what is measured is commit to received.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import insert, update

from bench.city import City, a_city
from bench.processes import free_port
from feed.events import build
from feed.tickets import Grant
from storage import feed_log, tickets
from storage.db import OPERATOR
from storage.feed_log import Kind, Line
from storage.kit.clock import MINUTE
from storage.kit.ids import DivisionId, digest
from storage.schema import divisions, posts

MARKS = ("--ts-needle", "ts=", "--ts-unit", "ns", "--seq-needle", "seq=")
TITLE = "ts={ts} seq={seq} g={g}"
_SAID = re.compile(rb"seq=(\d+) g=(\d+)")
POSTS = 256  # more than one read of the bell holds: no event is told anew before it was told
_VALID_MS = 20 * MINUTE  # all tickets are made before the first connection is


class Stage:
    """The divisions, tickets to them, and the port where lines are heard."""

    def __init__(self, city: City, groups: int) -> None:
        self._city = city
        self._groups = [DivisionId(f"{number:026}") for number in range(groups)]
        with city.record.write(by=OPERATOR) as tx:
            tx.execute(insert(divisions), [{"id": id_, "name": f"Division {id_}"} for id_ in self._groups])
            tx.audit("bench", str(groups))
        self.node = city.node
        self.told_at = free_port()
        self._door = socket.create_server(("127.0.0.1", self.told_at))
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def template(self) -> str:
        """An event as others are to send it, with `{ts}`, `{seq}` and `{g}` where ours has them."""
        told = build(self._line(1, 0), replace(self._city.posts[0], title=TITLE))
        assert told is not None
        return told.model_dump_json()

    def hellos(self, count: int) -> str:
        """Issues that many tickets, each to one division in turn; answers the hello, with `{i}` for its number."""
        with self._city.record.write(by=OPERATOR) as tx:
            for number in range(count):
                division = self._groups[number % len(self._groups)]
                grant = Grant(audience="resident", divisions=(division,), handle="x").model_dump_json()
                tickets.add(tx, digest(f"ticket-{number}"), ends_at=tx.now() + _VALID_MS, grant=grant)
        return '{"type":"hello","ticket":"ticket-{i}","cursor":null}'

    def close(self) -> None:
        """Hears no more."""
        self._door.close()

    def _listen(self) -> None:
        try:
            teller, _ = self._door.accept()
        except OSError:
            return
        rest = b""
        with teller:
            while said := teller.recv(1 << 20):
                *lines, rest = (rest + said).split(b"\n")
                if lines:
                    self._happen([tuple(map(int, found.groups())) for line in lines if (found := _SAID.search(line))])

    def _happen(self, events: list[tuple[int, ...]]) -> None:
        with self._city.record.write(by=OPERATOR) as tx:
            head = feed_log.lock(tx)
            for seq, (number, group) in enumerate(events, head.seq + 1):
                line = self._line(seq, group)
                feed_log.append(tx, line.kind, line.post_id, line.division, line.category)
                # A node that looks at the log between this commit and its ring tells what is on the record.
                so_now = {"title": _title(number, group), "division_id": line.division}
                tx.execute(update(posts).where(posts.c.id == line.post_id).values(**so_now))
                tx.after_commit(self._ring, head.epoch, line, number, group)
            tx.audit("bench", str(head.seq))

    def _ring(self, epoch: str, line: Line, number: int, group: int) -> None:
        post = self._city.posts[line.seq % len(self._city.posts)]
        told = build(line, replace(post, title=_title(number, group)))
        assert told is not None
        self._city.bell.ring(epoch, line, told.model_dump_json().encode())

    def _line(self, seq: int, group: int) -> Line:
        post = self._city.posts[seq % len(self._city.posts)]
        return Line(seq, Kind.UPDATED, post.id, self._groups[group], post.category)


@contextmanager
def a_stage(data: Path, groups: int) -> Iterator[Stage]:
    """A city of its own with that many divisions."""
    with a_city(data, posts=POSTS) as city:
        stage = Stage(city, groups)
        try:
            yield stage
        finally:
            stage.close()


def _title(number: int, group: int) -> str:
    return TITLE.format(ts=time.time_ns(), seq=number, g=group)
