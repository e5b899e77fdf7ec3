"""Taking back what one sent oneself."""

from __future__ import annotations

from api.resident.desk import Desk
from storage.db import RESIDENT
from storage.identity.clips import clips
from storage.identity.vault import ClipId
from storage.kit import log
from workers.airlock.withdraw import take_back


def withdraw_clip(desk: Desk, clip_id: ClipId) -> None:
    """Takes a clip back, at any moment; what a crash leaves of that is finished by itself."""
    with desk.stores.vault.write(by=RESIDENT) as tx:
        clips.withdraw(tx, clip_id)
    try:
        take_back(desk.stores, clip_id)
    except Exception as error:  # noqa: BLE001  the wish is on the books: whoever reconciles finishes it
        log.fault("withdrawal_waits", error)
