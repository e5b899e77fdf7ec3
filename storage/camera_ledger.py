"""How often pins of some blocks were looked at, month by month: what owners of cameras there are told, never live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from storage.kit import clock
from storage.kit.ids import BlockId, CaseId
from storage.schema import camera_looks, case_entries, cases, incidents


@dataclass(frozen=True)
class Looked:
    """How many looks a case had at a block in a month (`2026-11`, UTC), and what kind of incident it is about."""

    block: BlockId
    month: str
    case: CaseId
    kind: str
    count: int


def looks(conn: Connection, blocks: Collection[BlockId], *, now: int) -> list[Looked]:
    """Looks at these blocks in all months that are over, in no order."""
    this_month = _month(now)
    query = (
        select(camera_looks.c.block_id, camera_looks.c.case_id, case_entries.c.at, incidents.c.kind)
        .join(
            case_entries,
            (case_entries.c.case_id == camera_looks.c.case_id) & (case_entries.c.seq == camera_looks.c.seq),
        )
        .join(cases, cases.c.id == camera_looks.c.case_id)
        .join(incidents, incidents.c.id == cases.c.incident_id)
        .where(camera_looks.c.block_id.in_(blocks))
    )
    counted = Counter(
        (row.block_id, _month(row.at), row.case_id, row.kind)
        for row in conn.execute(query)
        if _month(row.at) < this_month
    )
    return [Looked(*what, count) for what, count in counted.items()]


def _month(at: int) -> str:
    return clock.as_text(at)[:7]
