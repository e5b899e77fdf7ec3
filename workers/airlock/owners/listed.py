"""Says on the record which cameras businesses list openly, where they stand and whom to ask. Of no other an address."""

from __future__ import annotations

from storage.cameras import listed as listed_cameras, pins as camera_pins
from storage.cameras.listed import Listed
from storage.db import AIRLOCK, Database
from storage.identity.cameras import listings
from storage.identity.vault import CameraId, Vault
from storage.kit import ids, log
from workers.airlock.owners.pins import QUADRANTS


def bring_listed(vault: Vault, record: Database) -> None:
    """One round; twice is once. What is listed no longer, paused, asleep or retired is gone after it."""
    with vault.read() as conn:
        found = listings.openly(conn, vault)
    there = {
        _key(vault, camera): Listed(
            where.block,
            QUADRANTS[where.facing],
            camera_pins.retention(where.retention_days),
            listing.address,
            listing.contact,
        )
        for camera, (where, listing) in found.items()
    }
    with record.read() as conn:
        shown = listed_cameras.all_of(conn)
    new = {key: one for key, one in there.items() if shown.get(key) != one}
    if new or shown.keys() - there.keys():  # else nobody waits for a lock of ours
        with record.write(by=AIRLOCK) as tx:
            listed_cameras.bring(tx, there=new, gone=shown.keys() - there.keys())
        record.clear_log()
        log.event("listed_cameras_brought")


def _key(vault: Vault, camera: CameraId) -> str:
    return ids.base32(vault.keyed("listed camera", camera)[: ids.ID_BYTES])
