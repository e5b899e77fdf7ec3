"""Listings: address and contact of a camera, said openly by a business, on a form that says so.

An account either lists cameras or posts without a name: whoever knows whose camera it is would know whose posts show
the same view.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, select

from storage.db import Tx
from storage.identity.cameras import cameras
from storage.identity.cameras.cameras import Askable, CameraState, Facing
from storage.identity.clips import authorship
from storage.identity.schema import camera_listings, cameras as camera_rows
from storage.identity.vault import CameraId, ResidentId, Vault
from storage.kit.errors import Conflict
from storage.kit.ids import BlockId
from storage.upserts import put


@dataclass(frozen=True)
class Listing:
    """What a business says openly of a camera."""

    address: str
    contact: str


def give(tx: Tx, vault: Vault, resident_id: ResidentId, camera_id: CameraId, listing: Listing) -> None:
    """Lists a camera of theirs, or says its listing anew; raises NotThere, Conflict where posts are theirs."""
    authorship.wait_turn(tx, resident_id)
    cameras.one(tx.connection, vault, resident_id, camera_id)
    if authorship.has_posts(tx.connection, resident_id):
        told = "Posts without a name were sent from this account. List the camera from another account."
        raise Conflict(told, code="account_posts")
    sealed = vault.seal(f"camera_listings:{camera_id}", json.dumps(asdict(listing)).encode())
    tx.execute(put(camera_listings).values(id=camera_id, sealed=sealed))


def take_back(tx: Tx, vault: Vault, resident_id: ResidentId, camera_id: CameraId) -> None:
    """Lists a camera of theirs no longer; raises NotThere."""
    cameras.one(tx.connection, vault, resident_id, camera_id)
    erase(tx, [camera_id])


def of_cameras(conn: Connection, vault: Vault, camera_ids: Sequence[CameraId]) -> dict[CameraId, Listing]:
    """What is said openly of those of them that are listed."""
    rows = conn.execute(select(camera_listings).where(camera_listings.c.id.in_(camera_ids))).all()
    told = {CameraId(row.id): vault.unseal(f"camera_listings:{row.id}", row.sealed) for row in rows}
    return {camera_id: Listing(**json.loads(said)) for camera_id, said in told.items()}


def openly(conn: Connection, vault: Vault) -> dict[CameraId, tuple[Askable, Listing]]:
    """Every listed camera that stands: what its owner says of it to everybody. Raises SealBrokenError."""
    stands = (camera_rows.c.state == CameraState.ACTIVE) & camera_rows.c.retired_at.is_(None)
    said = (camera_rows.c.block_id, camera_rows.c.facing, camera_rows.c.retention_days, camera_rows.c.confirmed_at)
    query = select(camera_listings, *said).join(camera_rows, camera_rows.c.id == camera_listings.c.id)
    found = {}
    for row in conn.execute(query.where(stands)).all():
        listing = Listing(**json.loads(vault.unseal(f"camera_listings:{row.id}", row.sealed)))
        where = Askable(BlockId(row.block_id), Facing(row.facing), row.retention_days, row.confirmed_at)
        found[CameraId(row.id)] = (where, listing)
    return found


def is_listed(conn: Connection, resident_id: ResidentId) -> bool:
    """Whether a camera of this account is listed; one that was retired counts until it is erased."""
    query = select(camera_listings.c.id).join(camera_rows, camera_rows.c.id == camera_listings.c.id)
    return conn.execute(query.where(camera_rows.c.resident_id == resident_id).limit(1)).first() is not None


def demand_unlisted(conn: Connection, resident_id: ResidentId) -> None:
    """Refuses what is done without a name to an account that lists a camera; raises Conflict."""
    if is_listed(conn, resident_id):
        told = "This account lists a camera openly, so nothing is posted from it. Log in with another address to post."
        raise Conflict(told, code="account_listed")


def erase(tx: Tx, camera_ids: Sequence[CameraId]) -> None:
    """Takes back what was said of these cameras. Twice is once."""
    tx.execute(delete(camera_listings).where(camera_listings.c.id.in_(camera_ids)))
