"""Incidents that were reported to the police, as their own books say: number, kind, time, and a division or block."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, Select, select, tuple_

from storage.db import Tx
from storage.kit import ids
from storage.kit.errors import Conflict
from storage.kit.ids import BlockId, DivisionId, IncidentId
from storage.posts.posts import BlockSeen
from storage.schema import blocks, divisions, incidents
from storage.upserts import insert_new


@dataclass(frozen=True)
class NewIncident:
    """What a line of the police's file says; `happened_at` in milliseconds since 1970."""

    number: str
    kind: str
    happened_at: int
    division: DivisionId
    block: BlockId | None


@dataclass(frozen=True)
class Incident:
    """One incident as the record holds it."""

    id: IncidentId
    number: str
    kind: str
    happened_at: int
    division: DivisionId
    division_name: str
    block: BlockSeen | None


class DiffersError(Conflict):
    """Incidents that are on the record already under this number of their division, and said otherwise there."""

    def __init__(self, told: Collection[NewIncident]) -> None:
        super().__init__("Some of these incidents are known, and said otherwise.", code="incidents_differ")
        self.told = frozenset(told)


def add(tx: Tx, new: Sequence[NewIncident]) -> int:
    """Puts on the record what is not there yet, each number of a division once; answers how many.

    Raises DiffersError. What stands in other divisions under the same number is neither looked at nor told.
    """
    told = {(one.division, one.number): one for one in new}
    before = _there(tx, told)
    fresh = [_row(told[key]) for key in sorted(told.keys() - before.keys())]
    if fresh:
        tx.execute(insert_new(incidents), fresh)
    # Looked at after the insert: whoever brought the same numbers in at this moment was waited for.
    there = _there(tx, told)
    differing = [one for key, one in told.items() if _said(there[key]) != one]
    if differing:
        raise DiffersError(differing)
    added = len({row.id for row in there.values()} & {row["id"] for row in fresh})
    if fresh:
        tx.audit("incident.import", "", {"count": added})
    return added


def page(
    conn: Connection,
    in_divisions: Collection[DivisionId],
    *,
    number: str,
    before: tuple[int, str] | None,
    limit: int,
) -> list[Incident]:
    """Incidents of these divisions, the newest first; `number` narrows to those that begin so.

    `before`: time and id of the last one of the page before.
    """
    query = _everywhere().where(incidents.c.division_id.in_(in_divisions))
    if number:
        query = query.where(incidents.c.number.startswith(number, autoescape=True))
    if before is not None:
        query = query.where(tuple_(incidents.c.happened_at, incidents.c.id) < before)
    query = query.order_by(incidents.c.happened_at.desc(), incidents.c.id.desc()).limit(limit)
    return [_incident(row) for row in conn.execute(query)]


def some(conn: Connection, wanted: Collection[IncidentId]) -> dict[IncidentId, Incident]:
    """Those of them that are there; the caller knows that whoever asks may see them."""
    query = _everywhere().where(incidents.c.id.in_(wanted))
    return {IncidentId(row.id): _incident(row) for row in conn.execute(query)} if wanted else {}


def one(conn: Connection, in_divisions: Collection[DivisionId], incident_id: IncidentId) -> Incident | None:
    """The incident, if it happened in one of these divisions."""
    found = some(conn, [incident_id]).get(incident_id)
    return found if found is not None and found.division in in_divisions else None


def blocks_called(conn: Connection, in_divisions: Collection[DivisionId]) -> dict[tuple[DivisionId, str], set[BlockId]]:
    """What blocks of these divisions are called, by id and by label in small letters: what a file may name them by."""
    found: dict[tuple[DivisionId, str], set[BlockId]] = {}
    for row in conn.execute(select(blocks).where(blocks.c.division_id.in_(in_divisions))):
        for name in (row.id, row.label.casefold()):
            found.setdefault((DivisionId(row.division_id), name), set()).add(BlockId(row.id))
    return found


def _there(tx: Tx, told: Collection[tuple[DivisionId, str]]) -> dict[tuple[DivisionId, str], Row[tuple[object, ...]]]:
    where = incidents.c.division_id.in_({division for division, _ in told})
    numbers = incidents.c.number.in_({number for _, number in told})
    rows = tx.connection.execute(select(incidents).where(where, numbers))
    return {(row.division_id, row.number): row for row in rows if (row.division_id, row.number) in told}


def _row(new: NewIncident) -> dict[str, object]:
    said = {"number": new.number, "kind": new.kind, "happened_at": new.happened_at}
    return {"id": ids.new_id(), **said, "division_id": new.division, "block_id": new.block}


def _said(row: Row[tuple[object, ...]]) -> NewIncident:
    return NewIncident(row.number, row.kind, row.happened_at, row.division_id, row.block_id)


def _everywhere() -> Select[tuple[object, ...]]:
    return (
        select(incidents, divisions.c.name.label("division_name"), blocks.c.label, blocks.c.homes)
        .join(divisions, divisions.c.id == incidents.c.division_id)
        .outerjoin(blocks, blocks.c.id == incidents.c.block_id)
    )


def _incident(row: Row[tuple[object, ...]]) -> Incident:
    block = None if row.block_id is None else BlockSeen(row.block_id, row.label, row.homes)
    return Incident(row.id, row.number, row.kind, row.happened_at, row.division_id, row.division_name, block)
