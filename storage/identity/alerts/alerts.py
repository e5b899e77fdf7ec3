"""What a resident wants to be alerted of: categories, how far round the home block, how, and when not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, delete, insert, select, update

from storage.db import Tx
from storage.identity.schema import alert_place, alert_wishes, alerts
from storage.identity.vault import ResidentId, Vault
from storage.kit import clock, ids
from storage.kit.ids import BlockId
from storage.upserts import insert_new

AlertId = NewType("AlertId", str)


class Reach(StrEnum):
    """The home block alone, or the ring of blocks around it too."""

    BLOCK = "block"
    AROUND = "around"


class Language(StrEnum):
    """In which alerts are written."""

    EN = "en"
    ES = "es"


@dataclass(frozen=True)
class Quiet:
    """Minutes of the city's day between which nothing is told; `until` may be on the next day."""

    begins: int
    until: int

    def ends(self, now: int, zone: ZoneInfo) -> int | None:
        """When the quiet that it is now is over, in milliseconds; None where it is not quiet."""
        local = clock.local(now, zone)
        minute = local.hour * 60 + local.minute
        if self.begins < self.until:
            quiet = self.begins <= minute < self.until
        else:
            quiet = minute >= self.begins or minute < self.until
        return clock.next_time_of_day(now, self.until, zone) if quiet else None


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for. `digest` is a minute of the city's day; None: at once, but in quiet hours."""

    wishes: Mapping[str, Reach]
    mail: bool = False
    language: Language = Language.EN
    quiet: Quiet | None = None
    digest: int | None = None


@dataclass(frozen=True)
class Recipient:
    """One who is alerted, as the program that sends alerts knows them: not by who they are."""

    id: AlertId
    block: BlockId
    mail_sealed: bytes | None
    language: Language
    quiet: Quiet | None
    digest: int | None
    since: int
    next_at: int | None


NOTHING = Wanted({})
# Everything but whose it is, which the program that sends alerts may not read.
COLUMNS = [column for column in alerts.columns if column is not alerts.c.resident_id]


def of(conn: Connection, resident_id: ResidentId) -> Wanted:
    """What this resident asked for; nothing, where they never did."""
    row = conn.execute(select(alerts).where(alerts.c.resident_id == resident_id)).one_or_none()
    if row is None:
        return NOTHING
    wished = conn.execute(select(alert_wishes).where(alert_wishes.c.alert_id == row.id))
    found = recipient(row)
    wishes = {one.category: Reach(one.reach) for one in wished}
    return Wanted(wishes, found.mail_sealed is not None, found.language, found.quiet, found.digest)


def id_of(conn: Connection, resident_id: ResidentId) -> AlertId | None:
    """By what the program that sends alerts knows this resident."""
    found = conn.execute(select(alerts.c.id).where(alerts.c.resident_id == resident_id)).scalar_one_or_none()
    return None if found is None else AlertId(found)


def find_or_make(tx: Tx, resident_id: ResidentId, home: BlockId) -> AlertId:
    """The same, made where they never asked for anything; nothing that was posted before is told."""
    new = {"id": ids.new_id(), "resident_id": resident_id, "block_id": home, "language": Language.EN}
    tx.execute(insert_new(alerts).values(**new, since=newest(tx.connection)))
    found = id_of(tx.connection, resident_id)
    assert found is not None, "it was just made"
    return found


def ask(
    tx: Tx, vault: Vault, resident_id: ResidentId, wanted: Wanted, *, home: BlockId, mail: str, zone: ZoneInfo
) -> AlertId:
    """Says anew what this resident wants; what waits for a summary is told, by the new rules."""
    alert_id = find_or_make(tx, resident_id, home)
    mine = alerts.c.id == alert_id
    before = tx.connection.execute(select(alerts).where(mine).with_for_update()).one()
    if wanted.digest is not None:
        next_at: int | None = clock.next_time_of_day(tx.now(), wanted.digest, zone)
    else:
        next_at = None if before.next_at is None else tx.now()
    said = {
        "block_id": home,
        "mail_sealed": vault.seal(f"alerts:{alert_id}", mail.encode()) if wanted.mail else None,
        "language": wanted.language,
        "quiet_from": wanted.quiet and wanted.quiet.begins,
        "quiet_until": wanted.quiet and wanted.quiet.until,
        "digest_minute": wanted.digest,
        "since": newest(tx.connection) if before.next_at is None else before.since,
        "next_at": next_at,
    }
    tx.execute(update(alerts).where(mine).values(**said))
    tx.execute(delete(alert_wishes).where(alert_wishes.c.alert_id == alert_id))
    rows = [
        {"alert_id": alert_id, "category": category, "block_id": home, "reach": reach}
        for category, reach in wanted.wishes.items()
    ]
    if rows:
        tx.execute(insert(alert_wishes), rows)
    return alert_id


def move(tx: Tx, resident_id: ResidentId, home: BlockId) -> None:
    """From here on they are alerted of what is posted round another block."""
    alert_id = id_of(tx.connection, resident_id)
    if alert_id is None:
        return
    here = {"block_id": home}
    tx.execute(update(alerts).where(alerts.c.id == alert_id).values(**here, since=newest(tx.connection)))
    tx.execute(update(alert_wishes).where(alert_wishes.c.alert_id == alert_id).values(**here))


def hold_back(tx: Tx, until: Mapping[AlertId, int]) -> None:
    """For these it is quiet until then: a summary tells them, as soon as it is not."""
    for alert_id, at in until.items():
        mine = (alerts.c.id == alert_id) & alerts.c.next_at.is_(None)
        tx.execute(update(alerts).where(mine).values(next_at=at))


def due(conn: Connection, now: int, *, limit: int) -> list[Recipient]:
    """Whose summary is due."""
    query = select(*COLUMNS).where(alerts.c.next_at <= now).order_by(alerts.c.next_at, alerts.c.id).limit(limit)
    return [recipient(row) for row in conn.execute(query)]


def summed_up(tx: Tx, one: Recipient, *, since: int, next_at: int | None) -> None:
    """What came up to number `since` was told, unless somebody said something anew meanwhile."""
    mine = (alerts.c.id == one.id) & (alerts.c.next_at == one.next_at)
    tx.execute(update(alerts).where(mine).values(since=since, next_at=next_at))


def newest(conn: Connection) -> int:
    """The number of the newest post that alerts know."""
    return int(conn.execute(select(alert_place.c.n)).scalar_one_or_none() or 0)


def recipient(row: Row[tuple[object, ...]]) -> Recipient:
    """A row of `alerts`, without whose it is."""
    said = row._mapping
    quiet = None if said["quiet_from"] is None else Quiet(said["quiet_from"], said["quiet_until"])
    return Recipient(
        AlertId(said["id"]),
        BlockId(said["block_id"]),
        said["mail_sealed"],
        Language(said["language"]),
        quiet,
        said["digest_minute"],
        said["since"],
        said["next_at"],
    )
