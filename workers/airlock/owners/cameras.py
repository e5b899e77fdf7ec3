"""Looks after registered cameras: those nobody confirms for a year sleep, those retired a day ago are erased.

Under a role that cannot read whose a camera is.
"""

from __future__ import annotations

from storage.db import AIRLOCK
from storage.identity.cameras import cameras, listings
from storage.identity.vault import Vault
from storage.kit import log


def look_after(vault: Vault) -> None:
    """One round; twice is once."""
    with vault.write(by=AIRLOCK) as tx:
        asleep, over = cameras.fall_asleep(tx), cameras.over(tx)
        listings.erase(tx, over)
        cameras.erase(tx, over)
    if asleep or over:
        log.event("cameras_looked_after")
