"""The original, in plain, for as long as an attempt lasts."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

from storage.db import AIRLOCK
from storage.identity.clips import leases, originals, sealed_parts
from storage.identity.clips.clips import Stage
from workers.airlock.attempts.attempt import Attempt
from workers.airlock.both_sides import BothSides


@dataclass(frozen=True)
class Original:
    """Where it lies in plain; and its digest, which is compared with lists and written down nowhere."""

    path: Path
    sha256: bytes


def bring_in(stores: BothSides, attempt: Attempt, stage: Stage, progress: float) -> Original:
    """The original in plain, in the scratch folder, and its salted hash on the books. Raises Stopped, NotThere."""
    source, salt = attempt.scratch / "source", secrets.token_bytes(32)
    told, plain = hashlib.sha256(salt), hashlib.sha256()
    with stores.vault.read() as conn:
        key = originals.key_of(conn, stores.vault, attempt.clip.upload_id)
        parts = originals.object_keys(conn, attempt.clip.upload_id)
    with source.open("wb") as file:
        for part in parts:
            for chunk in sealed_parts.unseal(key, stores.originals.chunks(part)):
                told.update(chunk)
                plain.update(chunk)
                file.write(chunk)
            attempt.along(stage, progress)
    with stores.vault.write(by=AIRLOCK) as tx:
        leases.set_original_hash(tx, attempt.clip, salt.hex(), told.hexdigest())
    return Original(source, plain.digest())
