"""Division digests by mail: claimed at the start of a shift, left in a folder for the city's own mail server.

None goes to a mailbox before a code that went there came back from the desk.

A mail leaves the place where every viewing is recorded, and lies in mailboxes for years. So it holds counts and a link,
and no word of a post, nor a block. Who posted is known to nothing that this program can reach.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from storage import feed_log
from storage.atlas.versions import all_divisions
from storage.db import CHORES, Database, database_now
from storage.kit import clock
from storage.kit.mail import plain
from storage.staff import digests, language as staff_language, staff
from storage.staff.digests import Digest, Kind, Mail
from storage.staff.staff import VIEWERS
from workers import digest_words as words
from workers.digest_words import Counted

AT_ONCE = 100  # digests, or mails, that are looked up in one go


@dataclass(frozen=True)
class Office:
    """Where mails are left, by whose clock shifts begin, and where the desk is."""

    folder: Path
    zone: ZoneInfo
    desk: str


def send(record: Database, office: Office) -> int:
    """Makes the digests that are due, then leaves all that wait in the folder; answers how many it left there.

    May run twice, or twice at once. Killed after a mail was left and before that was noted, it leaves the same file
    again, under the same name and with the same Message-ID.
    """
    with record.read() as conn:
        found = digests.due(conn, database_now(conn), limit=AT_ONCE)
    for digest in found:
        _make(record, digest, office.zone)
    with record.read() as conn:
        waiting = digests.waiting(conn, limit=AT_ONCE)
    return sum(_leave(record, office, mail_id) for mail_id in waiting)


def _make(record: Database, digest: Digest, zone: ZoneInfo) -> None:
    with record.write(by=CHORES) as tx:
        may_see = staff.reach_now(tx.connection, [digest.member], *VIEWERS).get(digest.member)
        if may_see is None:  # whose account or last duty ended gets no more, and the mailbox is forgotten
            digests.stop(tx, digest.member)
            return
        up_to = feed_log.head(tx.connection).seq
        next_at = clock.next_time_of_day(tx.now(), digest.minute, zone)
        if not digests.claim(tx, digest, next_at=next_at, up_to=up_to):
            return
        wanted = may_see if digest.divisions is None else may_see.intersection(digest.divisions)
        counted = digests.counts(tx.connection, wanted, after=digest.place, up_to=up_to)
        names = {division.id: division.name for division in all_divisions(tx.connection)}
        told = {
            "since": digest.since,
            "divisions": {one: names[one] for one in sorted(wanted)},
            "counts": [asdict(one) for one in counted],
        }
        digests.put(tx, digest.member, json.dumps(told))


def _leave(record: Database, office: Office, mail_id: str) -> int:
    with record.write(by=CHORES) as tx:
        mail = digests.take(tx, mail_id)
        if mail is None:  # another worker left it, or its reader wants no more
            return 0
        languages = staff_language.spoken(tx.connection, mail.member)
        # In the transaction: who is killed here has sent nothing, as far as the record knows.
        _write(office.folder, f"{mail.id}.eml", letter(mail, office, languages).as_bytes())
        return 1


def letter(mail: Mail, office: Office, languages: Sequence[str]) -> EmailMessage:
    """The mail itself, in these of the words' languages; the same whenever it is made."""
    told = json.loads(mail.told)
    said = (
        words.of_code(told["code"], office.desk, languages)
        if mail.kind is Kind.CODE
        else words.of_digest(_counted(told, office.zone), office.desk, languages)
    )
    letter = plain(said)
    letter["To"], letter["From"] = mail.mailbox, "Porchlight <no-reply@porchlight.invalid>"
    letter["Date"] = clock.local(mail.made_at, office.zone)
    letter["Message-ID"] = f"<{mail.id}@porchlight.invalid>"
    return letter


def _counted(told: dict[str, Any], zone: ZoneInfo) -> Counted:
    since = clock.local(told["since"], zone).strftime("%Y-%m-%d %H:%M")
    by_division: dict[str, dict[str, int]] = {key: {} for key in told["divisions"]}
    for one in told["counts"]:
        by_division[one["division"]][one["category"]] = one["count"]
    return Counted(since, [(name, by_division[key]) for key, name in told["divisions"].items()])


def _write(folder: Path, name: str, data: bytes) -> None:
    """Whole or not at all: a mail server that looks into the folder never takes half a mail."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    begun = folder / f".{name}.{os.getpid()}"
    begun.unlink(missing_ok=True)
    with os.fdopen(os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    begun.replace(folder / name)
