"""Reads pages of the log and tells each line of the post as it is now."""

from __future__ import annotations

from dataclasses import dataclass

from feed.events import build
from feed.memory import Happening, happening
from storage import feed_log
from storage.db import Database
from storage.feed_log import Head
from storage.posts import posts

PAGE = 500  # lines: a few milliseconds of the database


@dataclass(frozen=True)
class Page:
    """Where the log stood, and the lines after the place that was asked for."""

    head: Head
    happenings: list[Happening]


def page(record: Database, after: int, *, limit: int = PAGE) -> Page:
    """Up to `limit` lines after number `after`, oldest first. Blocks: call it in a thread."""
    with record.read() as conn:
        lines = feed_log.after(conn, after, limit=limit)
        # The node serves all divisions; who may see what is decided where it is sent.
        found = posts.some(conn, {line.division for line in lines}, {line.post_id for line in lines})
        # Last: lines of a restored log must never pass under the old epoch's name.
        head = feed_log.head(conn)
    return Page(head, [happening(line, build(line, found.get(line.post_id))) for line in lines])
