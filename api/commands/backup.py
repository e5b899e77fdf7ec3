"""`porchlight backup`: a copy of the record, or of the identity side, that goes back into any engine."""

from __future__ import annotations

import argparse
from pathlib import Path

from api.commands.opened import the_record, the_vault
from api.stack import Running
from storage.backups import backup, media_copy
from storage.backups.dump import Manifest
from storage.db import OPERATOR, Database
from storage.identity import backup as identity_backup
from storage.kit import settings
from storage.kit.errors import Refused, Unavailable
from storage.moderation import takedowns
from storage.objects import Bucket, open_bucket

SIDES = {"record": ("record",), "identity": ("identity",), "both": ("record", "identity")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `porchlight backup`."""
    parser.add_argument(
        "--out", metavar="DIR", type=Path, required=True, help="where it goes: DIR/record, DIR/identity"
    )
    parser.add_argument("--side", choices=SIDES, default="record", help="(%(default)s); both only if you mean it")
    parser.add_argument("--media", action="store_true", help="copy the media of the record's posts as well")


def run(args: argparse.Namespace) -> int:
    """0 when the copy is whole and on disk; Refused where two sides would come to lie together."""
    sides = SIDES[args.side]
    _demand_apart(args.out, sides)
    if args.media and "record" not in sides:
        raise Refused("Media belong to the record: --media goes with --side record or both.")
    with the_record() as record:
        # The record first: so the identity side knows the author of every post that the copy holds.
        if "record" in sides:
            media = open_bucket(settings.record().media)
            _tell(backup.back_up(record, args.out / "record"))
            _note_takedowns(record, media)
            if args.media:
                copied = media_copy.copy_out(record, media, args.out / "record/media")
                print(f"media: {copied.count} objects, {copied.bytes} bytes, {copied.missing} gone meanwhile")
        if "identity" in sides:
            with the_vault() as vault:
                _tell(identity_backup.back_up(vault, args.out / "identity"))
        _audit(record, sides)
    return 0


def _demand_apart(out: Path, sides: tuple[str, ...]) -> None:
    there = {side for side in SIDES["both"] if (out / side).exists()}
    if there - set(sides):
        raise Refused(f"{out} holds the other side: keep record and identity apart, under different people.")


def _note_takedowns(record: Database, media: Bucket) -> None:
    """Brings the notes up to the copy, which a restore asks for, unless the chore that does is running here."""
    if Running.read(settings.data_folder()) is not None:
        return
    try:
        takedowns.note_decisions(record, media)
    except Unavailable:
        print("media: the bucket does not answer; decisions are noted there when it does")


def _tell(manifest: Manifest) -> None:
    rows = sum(part.rows for part in manifest.tables.values())
    print(f"{manifest.side}: {rows} rows of {len(manifest.tables)} tables, revision {manifest.revision}")


def _audit(record: Database, sides: tuple[str, ...]) -> None:
    with record.write(by=OPERATOR) as tx:
        for side in sides:
            tx.audit("backup", side)
