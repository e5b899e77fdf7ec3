"""Cameras: what residents say of where they have one, and which way it looks. Nobody but the owner is told whose it is.

A camera stands in a block, never at an address, and its name is for its owner alone. Owners confirm it once a year: one
that nobody vouches for sleeps. Retired, it is nobody's to see at once, and its row is erased a day later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from storage.db import Tx
from storage.identity.clips.authorship import wait_turn
from storage.identity.residents.residents import count_camera_move
from storage.identity.schema import cameras
from storage.identity.vault import CameraId, ResidentId, Vault
from storage.kit import clock, ids
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import BlockId

MOST = 20  # of one account: a shop's worth, and few enough to be looked through by eye
CONFIRMED_FOR = 365 * clock.DAY
UNDO = clock.DAY  # how long a retired camera can be brought back


class Facing(StrEnum):
    """Which way a camera looks: one of eight, whatever its owner drew."""

    N = "n"
    NE = "ne"
    E = "e"
    SE = "se"
    S = "s"
    SW = "sw"
    W = "w"
    NW = "nw"


class Ask(StrEnum):
    """How its owner is to be asked: on the page alone, or by the mail that goes to everybody as well."""

    INBOX = "inbox"
    MAIL = "mail"


class CameraState(StrEnum):
    """Only an active camera can be asked about; an asleep one waits to be confirmed."""

    ACTIVE = "active"
    PAUSED = "paused"
    ASLEEP = "asleep"


@dataclass(frozen=True)
class Facts:
    """What an owner says of a camera; the name is for their own eyes."""

    block: BlockId
    facing: Facing
    indoor: bool
    retention_days: int
    ask: Ask
    name: str


@dataclass(frozen=True)
class Camera:
    """One camera as its owner sees it."""

    id: CameraId
    facts: Facts
    state: CameraState
    confirmed_at: int


@dataclass(frozen=True)
class Askable:
    """What can be told of a camera to whoever is not its owner, and when its owner last said that it is so."""

    block: BlockId
    facing: Facing
    retention_days: int
    confirmed_at: int


def register(tx: Tx, vault: Vault, resident_id: ResidentId, facts: Facts, *, key: str) -> CameraId:
    """Puts a camera on the books, once for each `key`; raises Conflict where there are too many, or in too many blocks.

    Its id is made of the key, as a receipt is: of a double click, the second finds what the first one made.
    """
    wait_turn(tx, resident_id)
    camera_id = CameraId(ids.base32(vault.keyed("camera", resident_id, key)[: ids.ID_BYTES]))
    request = vault.keyed("camera request", camera_id, *map(str, asdict(facts).values())).hex()
    known = select(cameras.c.request_digest).where(cameras.c.id == camera_id)
    before = tx.connection.execute(known).scalar_one_or_none()
    if before == request:
        return camera_id
    if before is not None:
        raise Conflict("This key was used for another camera.", code="idempotency_key_reused")
    _demand_room(tx, resident_id)
    _come(tx, resident_id, facts.block)
    begun = {"state": CameraState.ACTIVE, "confirmed_at": tx.now(), "request_digest": request}
    tx.execute(insert(cameras).values(id=camera_id, resident_id=resident_id, **_said(vault, camera_id, facts), **begun))
    return camera_id


def of_resident(conn: Connection, vault: Vault, resident_id: ResidentId) -> list[Camera]:
    """All of a resident's cameras that are not retired, by name."""
    rows = conn.execute(select(cameras).where(_mine(resident_id))).all()
    return sorted((_camera(vault, row) for row in rows), key=lambda one: (one.facts.name.casefold(), one.id))


def one(conn: Connection, vault: Vault, resident_id: ResidentId, camera_id: CameraId) -> Camera:
    """One of the resident's cameras; raises NotThere for a retired one and for anybody else's."""
    row = conn.execute(select(cameras).where(_mine(resident_id), cameras.c.id == camera_id)).one_or_none()
    if row is None:
        raise NotThere
    return _camera(vault, row)


def change(
    tx: Tx, vault: Vault, resident_id: ResidentId, camera_id: CameraId, said: Mapping[str, Any], *, paused: bool | None
) -> None:
    """Says some of a camera's facts anew, which confirms them all; `paused` None leaves that as it is.

    Raises NotThere, and Conflict for one block too many.
    """
    wait_turn(tx, resident_id)
    before = one(tx.connection, vault, resident_id, camera_id)
    facts = replace(before.facts, **said)
    _come(tx, resident_id, facts.block)
    pauses = before.state is CameraState.PAUSED if paused is None else paused
    now = {"state": CameraState.PAUSED if pauses else CameraState.ACTIVE, "confirmed_at": tx.now()}
    tx.execute(update(cameras).where(cameras.c.id == camera_id).values(**_said(vault, camera_id, facts), **now))


def confirm(tx: Tx, resident_id: ResidentId, camera_id: CameraId) -> None:
    """Says that all of it is still so: one that slept is awake, a paused one stays paused; raises NotThere."""
    mine = (cameras.c.id == camera_id) & _mine(resident_id)
    if not tx.execute(update(cameras).where(mine).values(confirmed_at=tx.now())).rowcount:
        raise NotThere
    slept = update(cameras).where(mine, cameras.c.state == CameraState.ASLEEP)
    tx.execute(slept.values(state=CameraState.ACTIVE))


def retire(tx: Tx, resident_id: ResidentId, camera_id: CameraId) -> None:
    """Takes a camera off the books: from here on nobody is told of it; raises NotThere."""
    mine = (cameras.c.id == camera_id) & _mine(resident_id)
    if not tx.execute(update(cameras).where(mine).values(retired_at=tx.now())).rowcount:
        raise NotThere


def bring_back(tx: Tx, resident_id: ResidentId, camera_id: CameraId) -> None:
    """Undoes a retirement within a day, which confirms it; raises NotThere, and Conflict where there is no room."""
    wait_turn(tx, resident_id)
    here = (cameras.c.id == camera_id) & (cameras.c.resident_id == resident_id)
    row = tx.connection.execute(select(cameras.c.retired_at).where(here)).one_or_none()
    if row is None or (row.retired_at is not None and row.retired_at <= tx.now() - UNDO):
        raise NotThere
    if row.retired_at is not None:
        _demand_room(tx, resident_id)
        # Said anew: else its pin would be back at the next round, and tell who looks at which minute its owner acted.
        tx.execute(update(cameras).where(here).values(retired_at=None, confirmed_at=tx.now()))


def active_in(conn: Connection, resident_id: ResidentId, block: BlockId) -> int:
    """How many of the resident's cameras that could be asked about stand in a block."""
    here = (cameras.c.block_id == block) & (cameras.c.state == CameraState.ACTIVE)
    return int(conn.execute(select(func.count()).where(_mine(resident_id), here)).scalar_one())


def askable(conn: Connection) -> list[Askable]:
    """All cameras that could be asked about, in no order; a hundred thousand are read in a second."""
    stands = (cameras.c.state == CameraState.ACTIVE) & cameras.c.retired_at.is_(None)
    query = select(cameras.c.block_id, cameras.c.facing, cameras.c.retention_days, cameras.c.confirmed_at)
    return [Askable(BlockId(b), Facing(facing), days, at) for b, facing, days, at in conn.execute(query.where(stands))]


def fall_asleep(tx: Tx) -> int:
    """Lets those sleep that nobody has confirmed for a year; answers how many."""
    old = (cameras.c.state == CameraState.ACTIVE) & (cameras.c.confirmed_at <= tx.now() - CONFIRMED_FOR)
    return tx.execute(update(cameras).where(old).values(state=CameraState.ASLEEP)).rowcount


def over(tx: Tx) -> list[CameraId]:
    """Those that were retired more than a day ago."""
    past = cameras.c.retired_at <= tx.now() - UNDO
    return [CameraId(found) for found in tx.connection.execute(select(cameras.c.id).where(past)).scalars()]


def all_of(conn: Connection, resident_id: ResidentId) -> list[CameraId]:
    """All of a resident's cameras, with those that were retired today."""
    mine = select(cameras.c.id).where(cameras.c.resident_id == resident_id)
    return [CameraId(found) for found in conn.execute(mine).scalars()]


def erase(tx: Tx, camera_ids: Sequence[CameraId]) -> None:
    """Erases these for good; what is said of them elsewhere goes first (`listings.erase`)."""
    tx.execute(delete(cameras).where(cameras.c.id.in_(camera_ids)))


def _demand_room(tx: Tx, resident_id: ResidentId) -> None:
    count = tx.connection.execute(select(func.count()).where(_mine(resident_id))).scalar_one()
    if count >= MOST:
        raise Conflict(f"An account has at most {MOST} cameras. Retire one first.", code="too_many_cameras")


def _come(tx: Tx, resident_id: ResidentId, block: BlockId) -> None:
    # A camera that was retired today still counts as standing there: else its return would be a move.
    there = select(cameras.c.id).where(cameras.c.resident_id == resident_id, cameras.c.block_id == block).limit(1)
    if tx.connection.execute(there).first() is None:
        count_camera_move(tx, resident_id)


def _mine(resident_id: ResidentId) -> ColumnElement[bool]:
    return (cameras.c.resident_id == resident_id) & cameras.c.retired_at.is_(None)


def _said(vault: Vault, camera_id: CameraId, facts: Facts) -> dict[str, object]:
    said = asdict(facts)
    name, block = said.pop("name"), said.pop("block")
    return {**said, "block_id": block, "name_sealed": vault.seal(f"cameras:{camera_id}", name.encode())}


def _camera(vault: Vault, row: Row[tuple[object, ...]]) -> Camera:
    facts = Facts(
        block=BlockId(row.block_id),
        facing=Facing(row.facing),
        indoor=row.indoor,
        retention_days=row.retention_days,
        ask=Ask(row.ask),
        name=vault.unseal(f"cameras:{row.id}", row.name_sealed).decode(),
    )
    return Camera(CameraId(row.id), facts, CameraState(row.state), row.confirmed_at)
