"""Searches by words, on the audit: who searched in which division and when, never for what.

A page asks anew with each letter that is typed. What goes on from the question before it is the same search; that one
is remembered for a minute, in this process alone.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Collection
from threading import Lock

from storage.db import Database
from storage.kit.ids import DivisionId
from storage.staff.staff import LogIn

TYPED_ON_SECONDS = 60.0
KEPT = 10_000  # log-ins; the oldest is forgotten first


class Searches:
    """Remembers what is being typed; `record` takes the audit's entries."""

    def __init__(self, record: Database) -> None:
        self._record = record
        self._last: OrderedDict[str, tuple[str, frozenset[DivisionId], float]] = OrderedDict()
        self._lock = Lock()

    def enter(self, log_in: LogIn, words: str, divisions: Collection[DivisionId]) -> None:
        """Enters a search, a line for each division, unless it only goes on with the one before."""
        said, where = " ".join(words.split()).casefold(), frozenset(divisions)
        if not said or not where or self._goes_on(log_in.digest, said, where):
            return
        with self._record.write(by=log_in.member.actor) as tx:
            for division in sorted(where):
                tx.audit("post.search", division)

    def _goes_on(self, who: str, said: str, where: frozenset[DivisionId]) -> bool:
        now = time.monotonic()
        with self._lock:
            before = self._last.pop(who, None)
            self._last[who] = (said, where, now)
            while len(self._last) > KEPT:
                self._last.popitem(last=False)
        if before is None or now - before[2] > TYPED_ON_SECONDS or not where <= before[1]:
            return False
        return said.startswith(before[0]) or before[0].startswith(said)
