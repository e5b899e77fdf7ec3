"""What of the identity side a backup holds, sealed under the vault's key, and what it leaves out.

Who holds the folder without that key learns how many rows each table has, and when it was made; nothing else.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO, cast

from storage.backups import dump, rehearsal
from storage.backups.dump import Manifest, Row, Side, Wrap
from storage.db import Tx
from storage.identity.cameras.cameras import CameraState
from storage.identity.clips.originals import UploadState
from storage.identity.schema import metadata
from storage.identity.sealed_files import Sealing, unsealed
from storage.identity.vault import Vault

_SHREDDED = "a restore never brings back what was shredded: an original's key is in no backup"
IDENTITY = Side(
    name="identity",
    tables=metadata,
    kept={
        "residents": ("id", "mail_lookup", "mail_sealed", "home_block", "home_changes", "camera_moves"),
        "uploads": ("id", "resident_id", "state", "bytes", "part_bytes", "created_at"),
        "clips": (
            *("id", "post_id", "receipt_digest", "upload_id", "bytes", "state", "reason", "stage", "progress"),
            *("attempts", "tries", "retry_at", "block_id", "category", "happened_at", "sound", "accepted_at"),
            *(
                "blur",
                "boxes",
                "trim",
                "kept_for",
                "findings",
                "held_for",
                "begun_at",
                "ended_at",
                "stage_times",
                "media_keys",
                "original_salt",
                "original_hash",
            ),
        ),
        "authorship": ("clip_id", "resident_id", "handle"),
        "arrived_letters": (
            *("id", "clip_id", "kind", "thread", "text", "listed", "reason", "guidelines", "ends_at", "answered"),
            *("answer", "crosses_at"),
        ),
        "suspended": ("clip_id", "reason", "guidelines", "ends_at"),
        "idempotency": ("resident_id", "key", "request_digest", "clip_id", "salt"),
        "cameras": (
            *("id", "resident_id", "block_id", "facing", "indoor", "retention_days", "ask", "state"),
            *("confirmed_at", "retired_at", "name_sealed", "request_digest"),
        ),
        "camera_listings": ("id", "sealed"),
        "alerts": (
            *("id", "resident_id", "block_id", "mail_sealed", "language", "quiet_from", "quiet_until"),
            *("digest_minute", "since", "next_at"),
        ),
        "alert_wishes": ("alert_id", "category", "block_id", "reach"),
        "passkeys": ("id", "resident_id", "credential_lookup", "sealed"),
        "partings": ("id", "what", "due_at"),
        "asked": (
            *("id", "case_id", "division_id", "kind", "text", "window_from", "window_to", "sent_at", "ends_at"),
            *("public_key", "delivered_at", "over", "mailed"),
        ),
        "asked_blocks": ("request_id", "block_id"),
    },
    left_out={
        "log_in_codes": "they last ten minutes",
        "log_ins": "everybody logs in again: a log-in ended since must not come back",
        "listening": "all who listen come in again, by new log-ins",
        "tries": "tries of another day",
        "push_devices": "each browser is added again by its next log-in: one that was turned off must not come back",
        "push_retries": "messages to devices that are not there",
        "alert_place": "alerts begin at the end of the restored log: nothing of before is told anew",
        "alert_posts": "what was posted before a restore is no news",
        "tellings": "what was being told just then",
        "alerted": "corrections of what was posted before a restore are read at the post",
        "vault_canary": "written anew under the key of whoever starts next, which the restored rows must open under",
        "upload_parts": _SHREDDED,
        "uploads.key_sealed": _SHREDDED,
        "clips.words_sealed": _SHREDDED,
        "authorship.view_sealed": "it only spares its owner a surprise, and tells one camera's clips from another's",
        "inbox_answers": "an answer or a contact that was taken back since must not be given again",
        "inbox_flags": "as of answers: what was taken back since must not be said again",
        "camera_mail": "cameras come back asleep: an owner who wakes one is written to again",
        "clips.lease": "whoever held it is gone",
        "clips.lease_ends_at": "whoever held it is gone",
    },
)


def back_up(vault: Vault, folder: Path) -> Manifest:
    """Copies the identity side into `folder`, sealed; raises Conflict."""
    return dump.write(vault, IDENTITY, folder, wrap=_sealing(vault))


def rehearse(vault: Vault, folder: Path, manifest: Manifest) -> bool:
    """Whether the vault holds this checked copy already; raises SealBrokenError, Malformed, Conflict if it cannot."""
    rehearsal.read_all(IDENTITY, folder, manifest, wrap=_unsealing(vault))
    with vault.read() as conn:
        if rehearsal.holds(conn, IDENTITY, folder, manifest, wrap=_unsealing(vault)):
            return True
        dump.demand_room(conn, IDENTITY, manifest)
    return False


def restore(tx: Tx, vault: Vault, folder: Path, manifest: Manifest) -> None:
    """Puts a checked copy into the empty vault; raises SealBrokenError where its key is another one.

    Every original is shredded in it; `restored.settle` then brings each clip to an end that is true. Every camera
    sleeps until its owner confirms it: it may have been moved, paused or retired since.
    """

    def change(table: str, row: Row) -> Row:
        if table == "uploads":
            return row | {"state": UploadState.SHREDDED}
        if table == "alerts":
            return row | {"since": 0}  # posts are numbered anew
        if table == "cameras" and row["state"] == CameraState.ACTIVE:
            return row | {"state": CameraState.ASLEEP}
        return row

    dump.fill(tx, IDENTITY, folder, manifest, wrap=_unsealing(vault), change=change)


def _sealing(vault: Vault) -> Wrap:
    return lambda file: cast(BinaryIO, io.BufferedWriter(Sealing(file, vault.derive("backup"))))


def _unsealing(vault: Vault) -> Wrap:
    return lambda file: unsealed(file, vault.derive("backup"))
