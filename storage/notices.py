"""Verified notices of the agency to a division: one lead writes, another consents, neighbours read it until it ends.

The same for everybody who lives there: nobody's page shows more or less of it, and nothing tells who read it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Row, Select, insert, select, update

from storage.db import Tx, database_now
from storage.kit import ids
from storage.kit.clock import DAY
from storage.kit.errors import Conflict, NotAllowed, NotThere
from storage.kit.ids import DivisionId, StaffId
from storage.schema import divisions, notices, staff_members

MOST_SHOWN = 3  # of one division at once: more would be a feed of the police's own
LISTED = 50


class NoticeState(StrEnum):
    """Where a notice stands; one that is shown is over when its time is."""

    WAITING = "waiting"
    SHOWN = "shown"
    REFUSED = "refused"
    ENDED = "ended"


@dataclass(frozen=True)
class Notice:
    """One notice; `by` is a name; `shown_at` and `ends_at` are there once another lead consented."""

    id: str
    division: DivisionId
    division_name: str
    text: str
    state: NoticeState
    written_by: StaffId
    by: str
    written_at: int
    days: int
    shown_at: int | None
    ends_at: int | None


@dataclass(frozen=True)
class Shown:
    """One notice as neighbours read it: whoever wrote it and consented, it is the police's."""

    id: str
    division_name: str
    text: str
    shown_at: int
    ends_at: int


def write(tx: Tx, division: DivisionId, text: str, *, days: int, by: StaffId) -> str:
    """A notice (its words checked) that waits for another lead; answers its id."""
    notice_id = ids.new_id()
    said = {"division_id": division, "text": text, "days": days, "written_by": by, "written_at": tx.now()}
    tx.execute(insert(notices).values(id=notice_id, **said, state=NoticeState.WAITING))
    tx.audit("notice.write", notice_id, {"division": division})
    return notice_id


def consent(tx: Tx, leads: Collection[DivisionId], notice_id: str, *, by: StaffId) -> None:
    """Shows a notice from now on; raises NotThere, NotAllowed for who wrote it, and Conflict."""
    notice = _waiting(tx, leads, notice_id, by=by)
    now = tx.now()
    if len(shown(tx.connection, notice.division)) >= MOST_SHOWN:
        raise Conflict(f"At most {MOST_SHOWN} notices are shown at once.", code="too_many_notices")
    times = {"consented_by": by, "shown_at": now, "ends_at": now + notice.days * DAY}
    tx.execute(update(notices).where(notices.c.id == notice_id).values(state=NoticeState.SHOWN, **times))
    tx.audit("notice.consent", notice_id)


def refuse(tx: Tx, leads: Collection[DivisionId], notice_id: str, *, by: StaffId) -> None:
    """It is not shown, for good; raises as `consent` does."""
    _waiting(tx, leads, notice_id, by=by)
    tx.execute(update(notices).where(notices.c.id == notice_id).values(state=NoticeState.REFUSED))
    tx.audit("notice.refuse", notice_id)


def end(tx: Tx, leads: Collection[DivisionId], notice_id: str) -> None:
    """Takes a notice away before its time, also one that waits: any lead there may. Raises NotThere or Conflict."""
    notice = _locked(tx, leads, notice_id)
    if notice.state not in (NoticeState.WAITING, NoticeState.SHOWN):
        raise Conflict("This notice is over.", code="notice_state")
    tx.execute(update(notices).where(notices.c.id == notice_id).values(state=NoticeState.ENDED))
    tx.audit("notice.end", notice_id)


def of_divisions(conn: Connection, leads: Collection[DivisionId]) -> list[Notice]:
    """The newest notices of these divisions, for those who lead there."""
    query = _all().where(notices.c.division_id.in_(leads)).order_by(notices.c.written_at.desc(), notices.c.id)
    return [_notice(row) for row in conn.execute(query.limit(LISTED))]


def shown(conn: Connection, division: DivisionId) -> list[Shown]:
    """What neighbours of a division read now, the newest first."""
    here = (notices.c.division_id == division, notices.c.state == NoticeState.SHOWN)
    query = select(notices.c.id, divisions.c.name, notices.c.text, notices.c.shown_at, notices.c.ends_at)
    query = query.join(divisions, divisions.c.id == notices.c.division_id)
    query = query.where(*here, notices.c.ends_at > database_now(conn))
    rows = conn.execute(query.order_by(notices.c.shown_at.desc(), notices.c.id))
    return [Shown(row.id, row.name, row.text, row.shown_at or 0, row.ends_at or 0) for row in rows]


def _waiting(tx: Tx, leads: Collection[DivisionId], notice_id: str, *, by: StaffId) -> Notice:
    notice = _locked(tx, leads, notice_id)
    if notice.written_by == by:
        raise NotAllowed("You wrote this notice: this takes another lead.", code="second_person")
    if notice.state is not NoticeState.WAITING:
        raise Conflict("This notice was decided already.", code="notice_state")
    return notice


def _locked(tx: Tx, leads: Collection[DivisionId], notice_id: str) -> Notice:
    here = (notices.c.id == notice_id, notices.c.division_id.in_(leads))
    tx.connection.execute(select(notices.c.id).where(*here).with_for_update())
    row = tx.connection.execute(_all().where(*here)).one_or_none()
    if row is None:
        raise NotThere
    return _notice(row)


def _all() -> Select[tuple[object, ...]]:
    query = select(notices, divisions.c.name.label("division_name"), staff_members.c.name.label("by_name"))
    query = query.join(divisions, divisions.c.id == notices.c.division_id)
    return query.join(staff_members, staff_members.c.id == notices.c.written_by)


def _notice(row: Row[tuple[object, ...]]) -> Notice:
    return Notice(
        id=row.id,
        division=row.division_id,
        division_name=row.division_name,
        text=row.text,
        state=NoticeState(row.state),
        written_by=row.written_by,
        by=row.by_name,
        written_at=row.written_at,
        days=row.days,
        shown_at=row.shown_at,
        ends_at=row.ends_at,
    )
