"""What the proof could not vouch for, kept for the operator."""

from __future__ import annotations

from storage.db import AIRLOCK
from storage.identity.clips import findings
from storage.identity.vault import ResidentId, Vault
from tests.storage.identity.making import an_accepted_clip


def test_the_last_attempts_findings_are_kept_in_order(vault: Vault, ada: ResidentId) -> None:
    """Ten at most; of a clip that was never judged there are none."""
    clip_id, _ = an_accepted_clip(vault, ada)
    other, _ = an_accepted_clip(vault, ada)

    with vault.write(by=AIRLOCK) as tx:
        findings.note(tx, clip_id, ["moov: an old one"])
        findings.note(tx, clip_id, [f"moov: number {number}" for number in range(20)])

    with vault.read() as conn:
        assert findings.of(conn, clip_id) == [f"moov: number {number}" for number in range(findings.MOST)]
        assert findings.of(conn, other) == []
