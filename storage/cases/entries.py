"""A case's timeline: what was done in it, by whom and when. Each entry is one line of the audit and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, func, insert, select

from storage.db import Tx
from storage.kit.ids import CaseId, StaffId
from storage.schema import case_entries, staff_members


class Kind(StrEnum):
    """What can have been done."""

    ASK = "ask"
    CONSENT = "consent"
    REFUSE = "refuse"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    NOTE = "note"
    LINK = "link"
    UNLINK = "unlink"
    CAMERAS = "cameras"
    EXPORT = "export"
    DOWNLOAD = "download"
    FOOTAGE = "footage"  # asked for; at once or by a second person it is sent
    APPROVE = "approve"
    DENY = "deny"
    RESOLVE = "resolve"
    RECALL = "recall"  # moderators took back what was asked for
    CONTACT = "contact"  # an owner's, opened
    QUESTION = "question"
    HELPED = "helped"
    CLOSE = "close"
    REOPEN = "reopen"


@dataclass(frozen=True)
class Entry:
    """One entry; `by` is a name, `at` milliseconds since 1970, `about` an id of what `kind` says.

    `text` is what was said; of a look at cameras, at how many blocks.
    """

    seq: int
    kind: Kind
    text: str
    about: str | None
    reason: str | None
    by: str
    at: int


def enter(
    tx: Tx, case_id: CaseId, kind: Kind, *, by: StaffId, text: str = "", about: str = "", reason: str = ""
) -> int:
    """Adds an entry and its line in the audit, which repeats no words; answers its number.

    The caller holds the case's row.
    """
    newest = select(func.max(case_entries.c.seq)).where(case_entries.c.case_id == case_id)
    seq = (tx.connection.execute(newest).scalar() or 0) + 1
    said = {"kind": kind, "text": text, "about": about or None, "reason": reason or None}
    tx.execute(insert(case_entries).values(case_id=case_id, seq=seq, **said, by=by, at=tx.now()))
    told = {name: value for name, value in (("about", about), ("reason", reason)) if value}
    tx.audit(f"case.{kind}", case_id, told or None)
    return seq


def was_linked(conn: Connection, case_id: CaseId, about: str) -> bool:
    """Whether the timeline says that this was linked once."""
    here = (case_entries.c.case_id == case_id, case_entries.c.kind == Kind.LINK, case_entries.c.about == about)
    return conn.execute(select(case_entries.c.seq).where(*here).limit(1)).first() is not None


def of(conn: Connection, case_id: CaseId) -> list[Entry]:
    """A case's entries, oldest first; the caller knows that whoever asks may see the case."""
    query = select(case_entries, staff_members.c.name).join(staff_members, staff_members.c.id == case_entries.c.by)
    query = query.where(case_entries.c.case_id == case_id).order_by(case_entries.c.seq)
    return [Entry(r.seq, Kind(r.kind), r.text, r.about, r.reason, r.name, r.at) for r in conn.execute(query)]
