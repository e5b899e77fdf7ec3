"""Requests for footage that everybody may read of, as a moderator finds one to flag: what became of each, not by whom.

Of one that is not told yet a moderator finds nothing here: that it was asked, and where, is its case's until then.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from storage.footage import log as footage_log
from storage.footage.log import Published
from storage.kit.ids import DivisionId, StaffId
from storage.moderation import request_decisions, request_flags
from storage.moderation.request_decisions import may_judge


@dataclass(frozen=True)
class Told:
    """What everybody reads of a request; whether a flag of it `waits` for a moderator, or it was `taken_back`."""

    said: Published
    waits: bool
    taken_back: bool


def page(
    conn: Connection,
    in_divisions: Collection[DivisionId],
    member: StaffId,
    *,
    before: tuple[str, str] | None,
    limit: int,
) -> list[Told]:
    """Those of these divisions that this member may judge, in the log's order; after the place (day, id) of another.

    Without what they asked, agreed to or work on: of that they are told of no flag.
    """
    found = footage_log.page(conn, before=before, limit=limit, divisions=in_divisions, which=may_judge(member))
    asked = [one.id for one in found]
    waiting, back = request_flags.of_requests(conn, asked), request_decisions.recalled(conn, asked)
    return [Told(one, waits=one.id in waiting, taken_back=one.id in back) for one in found]
