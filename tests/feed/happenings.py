"""Happenings to test with, without a record."""

from __future__ import annotations

import json
from typing import Any, Literal

from feed.events import BlockSeen, DivisionSeen, PostAsSeen, TakenBack, Told
from feed.memory import Happening, happening
from storage.feed_log import Kind, Line
from storage.kit.ids import DivisionId, PostId
from storage.posts.posts import PostState

Gone = Literal[Kind.HIDDEN, Kind.WITHDRAWN, Kind.REMOVED, Kind.EXPIRED]
Seen = Literal[Kind.PUBLISHED, Kind.UPDATED]


def told(
    seq: int,
    post: str,
    text: str = "words",
    kind: Seen = Kind.PUBLISHED,
    *,
    division: str = "d",
    category: str = "crime",
) -> Happening:
    """A post that was published or changed."""
    seen = PostAsSeen(
        id=post,
        kind="video",
        category=category,
        title="A title",
        text=text,
        happened_at="2025-11-22T12:00:00Z",
        published_at="2025-11-22T12:00:00Z",
        division=DivisionSeen(id=division, name=division),
        block=BlockSeen(id="b", label="b", homes=14),
        media=None,
        state=PostState.LIVE,
    )
    return happening(_line(seq, kind, post, division, category), Told(seq=seq, kind=kind, post=seen))


def taken_back(
    seq: int, post: str, kind: Kind = Kind.HIDDEN, *, division: str = "d", category: str = "crime"
) -> Happening:
    """A post that may not be seen any more."""
    event = TakenBack.model_validate({"seq": seq, "kind": kind, "post_id": post})
    return happening(_line(seq, kind, post, division, category), event)


def silent(seq: int, post: str = "gone", *, division: str = "d") -> Happening:
    """A line of the log that tells nobody anything now."""
    return happening(_line(seq, Kind.PUBLISHED, post, division, "crime"), None)


def said(one: Happening) -> str:
    """What a listener is told by it."""
    return one.frame.decode("utf-8", "replace")


def messages(data: bytes) -> list[dict[str, Any]]:
    """The messages in the bytes a server writes."""
    found = []
    while data:
        size, head = data[1], 2
        if size == 126:
            size, head = int.from_bytes(data[2:4], "big"), 4
        found.append(json.loads(data[head : head + size]))
        data = data[head + size :]
    return found


def _line(seq: int, kind: Kind, post: str, division: str, category: str) -> Line:
    return Line(seq, kind, PostId(post), DivisionId(division), category)
