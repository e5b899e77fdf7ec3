"""Versions of the atlas on the record: the current one, and every block that was ever published."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Row, delete, func, insert, select

from storage.atlas.files import atlas_bytes, atlas_from
from storage.atlas.shapes import Atlas, Block, LargerBlock
from storage.atlas.uniting import unites
from storage.db import Tx
from storage.kit import metrics
from storage.kit.errors import NotThere, Refused, Unavailable
from storage.kit.ids import BlockId, DivisionId
from storage.schema import atlas_versions, blocks, divisions, incidents, posts


@dataclass(frozen=True)
class KnownDivision:
    """A division as the record names it."""

    id: DivisionId
    name: str


@dataclass(frozen=True)
class KnownBlock:
    """A block as it was first published, of the current version or an older one."""

    id: BlockId
    label: str
    homes: int
    division: KnownDivision


def load(tx: Tx, atlas: Atlas) -> int:
    """Makes `atlas` the current version and answers its number; the same one again changes nothing.

    Refused, with the reasons, unless it only unites cells of the current version. An invented city that
    nobody has posted in, and no incident was reported of, gives way to any atlas, and is forgotten.
    """
    number, digest = _head(tx.connection)
    if digest == atlas.digest:
        return number
    if tx.connection.execute(select(atlas_versions.c.number).where(atlas_versions.c.digest == atlas.digest)).first():
        raise Refused("This version was replaced by a newer one.", code="old_version")
    if digest:
        _must_follow(tx, current(tx.connection), atlas)
    version = {"number": number + 1, "digest": atlas.digest, "k": atlas.k, "invented": atlas.invented}
    file = {"loaded_at": tx.now(), "geojson": atlas_bytes(atlas).decode()}
    tx.execute(insert(atlas_versions).values(**version, **file))
    _add_divisions(tx, atlas)
    _add_blocks(tx, atlas, number + 1)
    tx.audit("atlas.load", str(number + 1), {"digest": atlas.digest, "cells": len(atlas.blocks), "k": atlas.k})
    return number + 1


def current(conn: Connection) -> Atlas:
    """The current version; Unavailable before the first was loaded. Read once per process and version."""
    with metrics.timed("atlas_seconds", lookup="cells"):
        return _current(conn)


def _current(conn: Connection) -> Atlas:
    number, digest = _head(conn)
    if not digest:
        raise Unavailable("No atlas is loaded yet: porchlight atlas load FILE.", code="no_atlas")
    read = _READ.get(digest)
    if read is None:
        file = conn.execute(select(atlas_versions.c.geojson).where(atlas_versions.c.number == number)).scalar_one()
        read = atlas_from(file.encode())
        _READ.clear()  # one city in memory is enough; another thread may be here too, and answers what it read itself
        _READ[digest] = read
    return read


def block(conn: Connection, block_id: str) -> KnownBlock | None:
    """The block with that id, of whatever version, or None."""
    query = select(blocks, divisions.c.name).join_from(blocks, divisions).where(blocks.c.id == block_id)
    with metrics.timed("atlas_seconds", lookup="block"):
        found = conn.execute(query).one_or_none()
    return None if found is None else _known(found)


def known_block(conn: Connection, block_id: str) -> KnownBlock | None:
    """The same out of memory, where all of a version are read at once: for homes, and for whose cameras stand where.

    Asked for by its id, whoever has the record's database write down what it is asked would read, in the same moment
    as what somebody says or looks at, in which block they live.
    """
    with metrics.timed("atlas_seconds", lookup="block"):
        _, digest = _head(conn)
        known = _KNOWN.get(digest)
        if known is None:
            rows = conn.execute(select(blocks, divisions.c.name).join_from(blocks, divisions)).all()
            known = {row.id: _known(row) for row in rows}
            _KNOWN.clear()  # as above
            _KNOWN[digest] = known
        return known.get(block_id)


def all_divisions(conn: Connection) -> list[KnownDivision]:
    """All divisions, by name."""
    rows = conn.execute(select(divisions).order_by(divisions.c.name))
    return [KnownDivision(DivisionId(row.id), row.name) for row in rows]


def division_named(conn: Connection, text: str) -> KnownDivision:
    """The division with that id, or that name in any case; NotThere if there is none."""
    wanted = text.strip().casefold()
    for division in all_divisions(conn):
        if wanted in (division.id, division.name.casefold()):
            return division
    raise NotThere("There is no such division.")


_READ: dict[str, Atlas] = {}  # by digest, so that a version loaded by another process is never missed
_KNOWN: dict[str, dict[str, KnownBlock]] = {}  # by digest too: a block's row never changes


def _known(row: Row[tuple[object, ...]]) -> KnownBlock:
    division = KnownDivision(DivisionId(row.division_id), row.name)
    return KnownBlock(BlockId(row.id), row.label, row.homes, division)


def _head(conn: Connection) -> tuple[int, str]:
    newest = select(func.max(atlas_versions.c.number)).scalar_subquery()
    query = select(atlas_versions.c.number, atlas_versions.c.digest).where(atlas_versions.c.number == newest)
    found = conn.execute(query).one_or_none()
    return (found.number, found.digest) if found else (0, "")


def _must_follow(tx: Tx, old: Atlas, new: Atlas) -> None:
    reasons = unites(old, new)
    if not reasons:
        return
    posted = select(posts.c.id).where(posts.c.block_id.is_not(None)).limit(1)
    reported = select(incidents.c.id).limit(1)
    if not old.invented or tx.connection.execute(posted).first() or tx.connection.execute(reported).first():
        raise Refused(f"A new version may only unite cells: {'; '.join(reasons)}.", code="not_a_union")
    tx.execute(delete(blocks))
    tx.execute(delete(divisions))


def _add_divisions(tx: Tx, atlas: Atlas) -> None:
    there = {division.id for division in all_divisions(tx.connection)}
    rows = [{"id": d.id, "name": d.name} for d in atlas.divisions if d.id not in there]
    if rows:
        tx.execute(insert(divisions), rows)


def _add_blocks(tx: Tx, atlas: Atlas, number: int) -> None:
    """Adds what is new; a block that was published before keeps its row, for old posts read it."""
    there = set(tx.connection.execute(select(blocks.c.id)).scalars())
    places: list[Block | LargerBlock] = [*atlas.blocks, *atlas.larger]
    rows = [
        {"id": b.id, "division_id": b.division, "label": b.label, "homes": b.homes, "since_version": number}
        for b in places
        if b.id not in there
    ]
    if rows:
        tx.execute(insert(blocks), rows)
