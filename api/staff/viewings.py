"""Which log-in viewed which post lately, so that a viewing is one audit entry and not one per playlist or piece.

Kept in this process alone: with several, or after a restart, a viewing may be entered once more, and never once less.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock

from storage.db import Database
from storage.kit.ids import PostId
from storage.staff import unread
from storage.staff.staff import LogIn

LASTS_SECONDS = 3600.0
KEPT = 50_000  # a few MB; the oldest is forgotten first
TURNS = 64  # locks: a player asks for several pieces at once, and only the first of these enters the viewing


class Viewings:
    """Remembers viewings; `record` takes their audit entries."""

    def __init__(self, record: Database) -> None:
        self._record = record
        self._seen: OrderedDict[tuple[str, PostId], float] = OrderedDict()
        self._lock = Lock()
        self._turns = [Lock() for _ in range(TURNS)]

    def enter(self, log_in: LogIn, post_id: PostId) -> None:
        """Enters a viewing, whatever went before it: somebody opens a post."""
        with self._record.write(by=log_in.member.actor) as tx:
            unread.viewed(tx, log_in.member.id, post_id)
            tx.audit("post.view", post_id)
        with self._lock:
            key = (log_in.digest, post_id)
            self._seen[key] = time.monotonic()
            self._seen.move_to_end(key)
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)

    def go_on(self, log_in: LogIn, post_id: PostId) -> None:
        """Enters a viewing unless this log-in's last one of the post still lasts: somebody plays it."""
        key = (log_in.digest, post_id)
        with self._turns[hash(key) % TURNS]:
            with self._lock:
                since = self._seen.get(key)
            if since is None or time.monotonic() - since > LASTS_SECONDS:
                self.enter(log_in, post_id)
