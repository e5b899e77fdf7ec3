"""Oversight: what was done and by whom, for admins."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, number, page
from api.staff.auth import Admin
from api.stores import Record
from feed.events import Closed
from storage import audit
from storage.audit import AuditEntry, Sought
from storage.kit.clock import as_text

router = APIRouter(prefix="/v1", tags=["oversight"])
Word = Annotated[str | None, Query(max_length=120)]


class AuditSeen(Closed):
    """One line of the audit; `payload` is None where there was none or it was erased."""

    seq: int
    at: str
    by: str
    action: str
    subject: str
    payload: dict[str, Any] | None


@router.get("/audit")
def entries(
    me: Admin,
    record: Record,
    by: Word = None,
    action: Word = None,
    subject: Word = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[AuditSeen]:
    """The audit, newest first: all of it, or what was done by one, of one kind, or to one subject."""
    sought = Sought(by or None, action or None, subject or None)
    with record.read() as conn:
        found = audit.page(conn, before=number(cursor), limit=limit + 1, sought=sought)
    return page(found, limit, place=lambda entry: (entry.seq,), seen=_seen)


def _seen(entry: AuditEntry) -> AuditSeen:
    return AuditSeen(
        seq=entry.seq,
        at=as_text(entry.at),
        by=entry.by,
        action=entry.action,
        subject=entry.subject,
        payload=entry.payload,
    )
