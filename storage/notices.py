"""Verified notices of the agency to a division: one lead writes, another consents, neighbours read it until it ends.

The same for everybody who lives there: nobody's page shows more or less of it, and nothing tells who read it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, Select, cast, insert, select, update

from storage.db import Tx, database_now
from storage.kit import ids
from storage.kit.clock import DAY
from storage.kit.errors import Conflict, NotAllowed, NotThere
from storage.kit.ids import DivisionId, StaffId
from storage.schema import divisions, notices, staff_members, staff_roles
from storage.staff.staff import Role

MOST_SHOWN = 3  # of one division at once: more would be a feed of the police's own
MOST_DAYS = 14
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
    """What neighbours of a division read now, the newest first; whoever shows it looks at the words again.

    No row is believed that says that it is shown: two leads stand behind it, who both lead there at this moment, and
    its days are no more than they may be. Of more than may be shown at once, those that were there first.
    """
    now = database_now(conn)
    query = select(notices.c.id, divisions.c.name, notices.c.text, notices.c.shown_at, notices.c.ends_at)
    query = query.join(divisions, divisions.c.id == notices.c.division_id)
    query = query.where(
        notices.c.division_id == division, notices.c.state == NoticeState.SHOWN, notices.c.ends_at > now
    )
    query = query.where(*_is_timely(now), *_is_of_two_leads())
    rows = conn.execute(query.order_by(notices.c.shown_at, notices.c.id).limit(MOST_SHOWN)).all()
    return [Shown(row.id, row.name, row.text, row.shown_at, row.ends_at) for row in reversed(rows)]


def _is_timely(now: int) -> tuple[ColumnElement[bool], ...]:
    days = cast(notices.c.days, BigInteger)
    begun = (notices.c.shown_at >= notices.c.written_at, notices.c.shown_at <= now)
    return (*begun, days.between(1, MOST_DAYS), notices.c.ends_at <= notices.c.shown_at + days * DAY)


def _is_of_two_leads() -> tuple[ColumnElement[bool], ...]:
    writer, second = notices.c.written_by, notices.c.consented_by
    return (writer != second, _leads(writer), _leads(second))


def _leads(member: ColumnElement[str]) -> ColumnElement[bool]:
    duty = (staff_roles.c.staff_id == staff_members.c.id, staff_roles.c.role == Role.LEAD)
    here = staff_roles.c.division_id.in_(("", notices.c.division_id))
    query = select(staff_members.c.id).where(staff_members.c.id == member, ~staff_members.c.ended, *duty, here)
    return query.exists()


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
