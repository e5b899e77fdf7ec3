"""Cameras that a business lists openly: where they stand and whom to ask. The airlock brings them; of no other camera
does the record know an address.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Row, delete, select

from storage.cameras.pins import Quadrant, Retention
from storage.db import Tx
from storage.kit.ids import BlockId
from storage.schema import listed_cameras
from storage.upserts import put


@dataclass(frozen=True)
class Listed:
    """One of them, as its owner says openly."""

    block: BlockId
    quadrant: Quadrant
    retention: Retention
    address: str
    contact: str


def all_of(conn: Connection) -> dict[str, Listed]:
    """Every one of the city: for the airlock alone, which brought them."""
    return {row.id: _listed(row) for row in conn.execute(select(listed_cameras))}


def in_blocks(conn: Connection, blocks: Collection[BlockId]) -> list[Listed]:
    """Those of these blocks, by address; the caller knows that whoever asks may look there for a case."""
    query = select(listed_cameras).where(listed_cameras.c.block_id.in_(blocks))
    rows = conn.execute(query.order_by(listed_cameras.c.address, listed_cameras.c.id))
    return [_listed(row) for row in rows]


def bring(tx: Tx, *, there: Mapping[str, Listed], gone: Collection[str]) -> None:
    """These are listed, those no longer. Twice is once."""
    if not there and not gone:
        return
    tx.execute(delete(listed_cameras).where(listed_cameras.c.id.in_(gone)))
    rows = [{"id": key, "block_id": said.pop("block"), **said} for key, said in _rows(there)]
    if rows:
        tx.execute(put(listed_cameras), rows)
    tx.audit("listed_cameras.bring", "")


def _rows(there: Mapping[str, Listed]) -> list[tuple[str, dict[str, object]]]:
    return [(key, asdict(one)) for key, one in there.items()]


def _listed(row: Row[tuple[object, ...]]) -> Listed:
    return Listed(BlockId(row.block_id), Quadrant(row.quadrant), Retention(row.retention), row.address, row.contact)
