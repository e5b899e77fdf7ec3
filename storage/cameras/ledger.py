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
    now_in = month(now)
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
        (row.block_id, month(row.at), row.case_id, row.kind) for row in conn.execute(query) if month(row.at) < now_in
    )
    return [Looked(*what, count) for what, count in counted.items()]


def kinds(conn: Connection, case_ids: Collection[CaseId]) -> dict[CaseId, str]:
    """What kind of incident these cases are about."""
    query = select(cases.c.id, incidents.c.kind).join(incidents, incidents.c.id == cases.c.incident_id)
    return {CaseId(row.id): row.kind for row in conn.execute(query.where(cases.c.id.in_(case_ids)))}


def month(at: int) -> str:
    """The month of a moment: `2026-11`, UTC."""
    return clock.as_text(at)[:7]
