"""What a program that stands on both sides must reach to be of use."""

from __future__ import annotations

import tempfile
from pathlib import Path

from storage import checks
from storage.identity.vault import LINEAGE as IDENTITY_LINEAGE
from storage.kit.ready import Check
from storage.kit.settings import IdentitySettings, RecordSettings
from storage.record import LINEAGE
from workers.airlock.both_sides import scratch_folder


def of_both_sides(record: RecordSettings, identity: IdentitySettings) -> list[Check]:
    """Both databases, both buckets, the queue, and room on the disk."""
    return [
        *checks.database(record.database, LINEAGE),
        *checks.database(identity.database, IDENTITY_LINEAGE, of="identity_"),
        checks.bucket("media", record.media),
        checks.bucket("originals", identity.originals),
        checks.redis("queue", identity.redis),
        checks.disk(scratch_folder(identity), Path(tempfile.gettempdir())),  # parts on their way land in the second
    ]
