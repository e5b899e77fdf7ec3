"""Makes clips nobody's, when the time is over in which their authors could appeal: receipts alone open them then."""

from __future__ import annotations

from storage.db import AIRLOCK
from storage.identity.clips import authorship, originals
from storage.identity.vault import Vault
from storage.kit import log


def end_authorship(vault: Vault, *, life: int) -> int:
    """Ends authorship of clips accepted more than `life` milliseconds ago; answers how many. Twice is once.

    The time runs from acceptance, in whatever state a clip is by now. One put back by a restore is past its time at
    once; one still in the airlock goes on, which asks for nobody's name.
    """
    count = 0
    while True:
        with vault.write(by=AIRLOCK) as tx:
            found = authorship.over(tx.connection, accepted_before=tx.now() - life)
            if not found:
                break
            originals.disown(tx, [upload_id for _, upload_id in found])
            authorship.end(tx, [clip_id for clip_id, _ in found])
        count += len(found)
    if count:
        log.event("authorship_ended")
    return count
