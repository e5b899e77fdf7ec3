"""Who may still listen: duties and log-ins of staff as the record has them now, and residents' listeners that ended."""

from __future__ import annotations

from collections.abc import Sequence

from feed.tickets import Grant
from storage import endings
from storage.db import Database
from storage.kit.ids import DivisionId, StaffId
from storage.staff import staff
from storage.staff.staff import VIEWERS


class Rights:
    """Looked up for many at once. All of it blocks: call it in a thread."""

    def __init__(self, record: Database) -> None:
        self._record = record

    def standing(self, grants: Sequence[Grant]) -> tuple[dict[StaffId, frozenset[DivisionId]], set[str]]:
        """The divisions each member may look at, and those of the log-ins that hold; the grants are the staff's."""
        if not grants:
            return {}, set()
        members = {StaffId(grant.handle) for grant in grants}
        log_ins = {grant.log_in for grant in grants if grant.log_in}
        with self._record.read() as conn:
            return staff.reach_now(conn, members, *VIEWERS), staff.still_in(conn, log_ins)

    def ended_since(self, seq: int) -> tuple[int, frozenset[str]]:
        """The handles of residents' listeners that ended beside lines of the log above `seq`, and up to which line."""
        with self._record.read() as conn:
            return endings.after(conn, seq)

    def those_that_may(self, grants: Sequence[Grant | None]) -> list[Grant | None]:
        """The same, but None for who could not get it any more: a ticket may be half a minute old."""
        reach, still_in = self.standing([grant for grant in grants if grant and grant.is_staff])
        with self._record.read() as conn:
            over = endings.among(conn, {grant.handle for grant in grants if grant and not grant.is_staff})

        def may(grant: Grant) -> bool:
            if not grant.is_staff:
                return grant.handle not in over
            stays = grant.log_in is None or grant.log_in in still_in
            return stays and reach.get(StaffId(grant.handle), frozenset()).issuperset(grant.divisions)

        return [grant if grant and may(grant) else None for grant in grants]
