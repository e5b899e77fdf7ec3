"""`porchlight restore`: puts a backup into empty databases. What was shredded or taken back since stays so."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from api.commands.opened import the_record, the_vault
from api.stack import Running
from feed import posting
from feed.bell import Bell
from storage import audit
from storage.alone import demand_alone
from storage.backups import backup, dump, media_copy
from storage.backups.backup import Moment
from storage.db import OPERATOR, Database, Tx
from storage.feed_log import Line
from storage.identity import backup as identity_backup, restored
from storage.identity.vault import SealBrokenError, Vault, take_empty
from storage.kit import settings
from storage.kit.errors import Conflict, Refused
from storage.kit.ids import PostId
from storage.moderation import takedowns
from storage.moderation.takedowns import Noted
from storage.objects import Bucket, open_bucket
from storage.posts import posts
from storage.posts.posts import POSTS_LIVE_MS, PostState, Verb

_SIDES = {"record": backup.RECORD, "identity": identity_backup.IDENTITY}
AT_ONCE = 200
NOTES_LAST_MS = POSTS_LIVE_MS  # workers/chores.forget_takedowns keeps them a day longer
_OPEN = (PostState.LIVE, PostState.HELD, PostState.HIDDEN)
_DOWN = {PostState.HELD: Verb.HOLD, PostState.HIDDEN: Verb.HIDE, PostState.REMOVED: Verb.REMOVE}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `porchlight restore`."""
    parser.add_argument("folder", metavar="DIR", type=Path, nargs="?", help="what `porchlight backup --out DIR` wrote")
    parser.add_argument("--takedowns", metavar="PLACE", help="where the notes of what was taken back are (the media)")
    parser.add_argument("--without-takedowns", action="store_true", help="they are lost: withdrawn posts may come back")
    parser.add_argument("--settle", action="store_true", help="only bring the identity side to agree with the record")


def run(args: argparse.Namespace) -> int:
    """0 when all stands again; Refused, Conflict or Malformed before anything was changed."""
    sides = [side for side in _SIDES if args.folder is not None and (args.folder / side).exists()]
    if not sides and not args.settle:
        raise Refused("Name the folder of a backup.")
    if Running.read(settings.data_folder()) is not None:
        raise Conflict("Stop every program first: a restore needs the databases for itself.")
    bucket = open_bucket(settings.record().media)
    with ExitStack() as opened:
        record = opened.enter_context(the_record())
        vault = _vault(opened) if args.settle or "identity" in sides else None
        for database in (record, vault):
            if database is not None:
                demand_alone(database)
        if not args.settle:
            _fill(args, sides, bucket, record, vault)
        if "record" in sides:
            media = media_copy.put_back(record, bucket, args.folder / "record/media")
            print(f"media: {media.count} objects are there, {media.missing} are missing")
        if vault is not None:
            _settle(record, vault)
        else:
            print("Next, where both sides can be reached: porchlight restore --settle")
    return 0


def _fill(
    args: argparse.Namespace, sides: Sequence[str], bucket: Bucket, record: Database, vault: Vault | None
) -> None:
    found = {side: dump.check(_SIDES[side], args.folder / side) for side in sides}
    media_copy.check(args.folder / "record/media")
    missing = _rehearse(args.folder, found, record, vault)  # both, before one of them is filled
    if "record" in missing:
        notes = None if args.without_takedowns else takedowns.noted(_notes_place(args, bucket))
        with record.write(by=OPERATOR) as tx:
            moment = backup.restore(tx, args.folder / "record", found["record"])
            _take_down(tx, bucket, _demand(notes, moment), moment)
        _tell(found["record"])
    if vault is not None and "identity" in missing:
        _demand_record(record)
        with vault.write(by=OPERATOR) as tx:
            identity_backup.restore(tx, vault, args.folder / "identity", found["identity"])
        _tell(found["identity"])


def _rehearse(
    folder: Path, found: Mapping[str, dump.Manifest], record: Database, vault: Vault | None
) -> Collection[str]:
    """The sides that are still to be filled; whatever would keep one of them from it is raised."""
    there = {}
    if "record" in found:
        there["record"] = backup.rehearse(record, folder / "record", found["record"])
    if vault is not None:
        try:
            there["identity"] = identity_backup.rehearse(vault, folder / "identity", found["identity"])
        except SealBrokenError:
            raise Refused("This backup was sealed under another vault key: put that key back first.") from None
    for side in (side for side, done in there.items() if done):
        print(f"{side}: this backup is there already")
    return [side for side, done in there.items() if not done]


def _settle(record: Database, vault: Vault) -> None:
    def standings(asked: Sequence[PostId]) -> dict[PostId, backup.Standing]:
        with record.read() as conn:
            return backup.standing_of(conn, asked)

    with vault.write(by=OPERATOR) as tx:
        changed = restored.settle(tx, standings)
    with record.write(by=OPERATOR) as tx:
        tx.audit("restore.settle", "identity")
    told = ", ".join(f"{count} {became}" for became, count in sorted(changed.items())) or "nothing to change"
    print(f"settled: {told}")


def _take_down(tx: Tx, bucket: Bucket, notes: Noted, moment: Moment) -> None:
    """The author's word, and what moderators decided, since the backup was made."""
    for post_id in notes.gone:
        for key in posting.end(tx, _Silent(), post_id, Verb.WITHDRAW):
            tx.after_commit(bucket.delete, key)
    for post_id, state in notes.down.items():
        now = posts.state_of(tx.connection, post_id)
        if now in _OPEN and now is not state and not (now is PostState.HIDDEN and state is PostState.HELD):
            posting.decide(tx, _Silent(), post_id, _DOWN[state], reason="restore")
    for post_id, (epoch, seq) in notes.cut.items():
        # What was taken out since stands in the backup: nobody sees it until a moderator has taken it out again.
        is_in_it = epoch == moment.epoch and seq <= moment.audited
        if not is_in_it and posts.state_of(tx.connection, post_id) is PostState.LIVE:
            posting.decide(tx, _Silent(), post_id, Verb.HOLD, reason="restore")
    if moment.made_at < tx.now() - NOTES_LAST_MS:
        _end_all(tx, bucket)
    print(f"taken back or down: {len(notes.gone)} and {len(notes.down)} notes looked at")


def _end_all(tx: Tx, bucket: Bucket) -> None:
    """Ends what a case alone would keep: the notes that say what of it was taken back since are forgotten by now."""
    conn, before = tx.connection, tx.now() - POSTS_LIVE_MS
    while found := [*posts.past(conn, before, limit=AT_ONCE), *posts.kept(conn, after="", limit=AT_ONCE)]:
        for key in (key for post_id in found for key in posting.end(tx, _Silent(), post_id, Verb.EXPIRE)):
            tx.after_commit(bucket.delete, key)


def _notes_place(args: argparse.Namespace, bucket: Bucket) -> Bucket:
    return open_bucket(args.takedowns) if args.takedowns else bucket


def _demand(notes: Noted | None, moment: Moment) -> Noted:
    if notes is None:
        return Noted(frozenset(), {}, {})
    # One that is behind was put back from somewhere, older than the backup: what was noted since is not there.
    if notes.marks.get(moment.epoch, -1) < moment.audited:
        told = "name their place with --takedowns, or say --without-takedowns and what was withdrawn may come back"
        raise Refused(f"The notes of what was taken back since this backup are not in the media bucket: {told}.")
    return notes


def _demand_record(record: Database) -> None:
    with record.read() as conn:
        if not audit.page(conn, before=None, limit=1):
            raise Conflict("Restore the record first: the identity side is settled by what it holds.")


def _vault(opened: ExitStack) -> Vault:
    key = settings.identity().vault_key_file
    if not key.is_file():  # opening would draw a new one, which opens nothing
        raise Refused(f"Put the vault's key back first: {key}.")
    take_empty(settings.identity())
    return opened.enter_context(the_vault())


def _tell(manifest: dump.Manifest) -> None:
    print(f"{manifest.side}: {sum(part.rows for part in manifest.tables.values())} rows are back")


class _Silent(Bell):
    """Nobody listens yet, and whoever comes begins at the new epoch's head."""

    def __init__(self) -> None:
        pass

    def ring(self, epoch: str, line: Line, event: bytes) -> None:
        """Does nothing."""
