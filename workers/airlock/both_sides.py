"""What the airlock holds in its hands: both sides' stores, the bell, and the tools that touch a stranger's bytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from feed.bell import Bell
from storage import measured
from storage.db import Database
from storage.identity.vault import Vault, open_vault
from storage.kit import keys
from storage.kit.clock import DAY
from storage.kit.redis import connect
from storage.kit.settings import AUTHORSHIP_DAYS, IdentitySettings, RecordSettings
from storage.objects import Bucket, demand_apart
from storage.record import open_record
from workers.media.programs import Programs
from workers.queue import Doorbell


@dataclass(frozen=True)
class BothSides:
    """Both sides of the wall."""

    vault: Vault
    originals: Bucket
    record: Database
    media: Bucket
    bell: Bell


@dataclass(frozen=True)
class Airlock:
    """What an attempt needs, and what a round tidies."""

    stores: BothSides
    tools: Programs
    work: Path
    mail: Path
    doorbell: Doorbell
    authorship_life: int = AUTHORSHIP_DAYS * DAY


def open_both_sides(record: RecordSettings, identity: IdentitySettings) -> BothSides:
    """Opens what these settings name; only the resident program, the airlock and the operator may.

    Raises MisconfiguredError where media and originals are not apart.
    """
    demand_apart(record.media, identity.originals)
    return BothSides(
        vault=open_vault(identity),
        originals=measured.bucket(identity.originals, "originals"),
        record=open_record(record.database),
        media=measured.bucket(record.media, "media"),
        bell=Bell(connect(record.redis), keys.read_or_make(record.bell_key_file)),
    )


def scratch_folder(identity: IdentitySettings) -> Path:
    """Where an attempt keeps a clip while it works on it: on the identity side, outside of every backup."""
    folder = identity.folder / "work"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def mail_folder(identity: IdentitySettings) -> Path:
    """Where mail to residents is left; it need not be there yet."""
    return identity.folder / "mail"
