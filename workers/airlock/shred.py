"""Shreds originals: the key first, so that a crash in between leaves bytes nobody can read, then the bytes."""

from __future__ import annotations

from storage.db import AIRLOCK
from storage.identity.clips import originals
from workers.airlock.both_sides import BothSides


def shred(stores: BothSides, upload_id: str) -> None:
    """Makes an original, and the words that came with it, unreadable for good. Twice is once."""
    with stores.vault.write(by=AIRLOCK) as tx:
        originals.forget_key(tx, upload_id)
    with stores.vault.read() as conn:
        keys = originals.object_keys(conn, upload_id)
    for key in keys:
        stores.originals.delete(key)
    with stores.vault.write(by=AIRLOCK) as tx:
        originals.drop_parts(tx, upload_id)
