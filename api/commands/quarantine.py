"""`porchlight quarantine`: clips that five attempts could not bring through, for the operator to judge."""

from __future__ import annotations

import argparse
import sys

from api.commands.opened import the_vault
from storage.db import OPERATOR
from storage.identity.clips import clips, findings, lists as clip_lists
from storage.identity.clips.clips import ClipState
from storage.identity.vault import ClipId, Vault
from storage.kit import clock, settings
from storage.kit.errors import NotThere
from workers.queue import doorbell


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `porchlight quarantine`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="list|retry|drop")
    verbs.add_parser("list", help="what is in quarantine: id, since when, attempts, reason, what was found")
    verbs.add_parser("retry", help="let one try again from the start").add_argument("clip", metavar="ID")
    verbs.add_parser("drop", help="give one up; its author is told").add_argument("clip", metavar="ID")


def run(args: argparse.Namespace) -> int:
    """0 when done; NotThere for a clip that is not in quarantine."""
    with the_vault() as vault:
        if args.verb == "list":
            _list(vault)
        else:
            _judge(vault, ClipId(args.clip), retry=args.verb == "retry")
    return 0


def _list(vault: Vault) -> None:
    with vault.read() as conn:
        found = clip_lists.in_state(conn, ClipState.QUARANTINED)
        told = {clip.id: findings.of(conn, clip.id) for clip in found}
    for clip in found:
        since = clock.as_text(clock.rounded(clip.ended_at or clip.accepted_at))
        print(f"{clip.id}  {since}  {clip.attempts} attempts  {clip.reason}")
        for finding in told[clip.id]:
            print(f"    {finding}")
    print(f"{len(found)} in quarantine", file=sys.stderr)


def _judge(vault: Vault, clip_id: ClipId, *, retry: bool) -> None:
    with vault.write(by=OPERATOR) as tx:
        if not (clips.retry if retry else clips.drop)(tx, clip_id):
            raise NotThere("That clip is not in quarantine.")
        if retry:
            clip = clips.one(tx.connection, clip_id)
            size = clip.bytes if clip else 0
            tx.after_commit(doorbell(settings.identity().redis).admit_clip, clip_id, size)
    print("will be tried again" if retry else "given up")
