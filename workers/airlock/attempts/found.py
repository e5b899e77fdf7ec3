"""Tells the operator why a finished file was not shown: in the log, and on the clip's books for `quarantine list`."""

from __future__ import annotations

from storage.db import AIRLOCK
from storage.identity.clips import findings
from storage.identity.clips.clips import Clip
from storage.kit import log
from workers.airlock.both_sides import BothSides
from workers.redact.findings import NotClean


def tell(stores: BothSides, clip: Clip, found: NotClean) -> None:
    """One line for each place, whose words are all the proof's own; the clip itself is judged by who calls."""
    told = [f"{finding.place}: {finding.what}" for finding in found.findings]
    for finding in found.findings[: findings.MOST]:
        log.event("not_clean", where=finding.place.strip(), reason=finding.what.replace(" ", "_"))
    with stores.vault.write(by=AIRLOCK) as tx:
        findings.note(tx, clip.id, told)
