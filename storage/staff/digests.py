"""Division digests by mail: who of the staff wants one, from when to when it tells, and what waits to be sent.

A digest is claimed and put into the outbox in one transaction, under the condition that nobody claimed it before: two
workers make one, and one that is killed leaves it in the outbox. It tells of posts by their place in the list, from
where the last one ended: each is told once, whenever it was made.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Row, and_, delete, func, insert, select, true, update

from storage import feed_log
from storage.db import Tx
from storage.kit import ids
from storage.kit.ids import DivisionId, StaffId
from storage.posts.posts import PostState
from storage.schema import digest_mails, digests, posts
from storage.upserts import insert_new


@dataclass(frozen=True)
class Digest:
    """What a member asked for. `divisions` None: all of theirs; `minute` of the city's day; times in milliseconds.

    Until the mailbox is `confirmed` as theirs, nothing but a code goes there.
    """

    member: StaffId
    mailbox: str
    minute: int
    divisions: tuple[DivisionId, ...] | None
    next_at: int
    since: int  # when the last one was made
    place: int  # up to which the last one told
    confirmed: bool


@dataclass(frozen=True)
class Count:
    """How many posts of a category are live in a division."""

    division: DivisionId
    category: str
    count: int


class Kind(StrEnum):
    """What a mail is."""

    DIGEST = "digest"
    CODE = "code"


_TAKEN = {  # how the audit calls it, by whether it went
    (Kind.DIGEST, True): "digest.send",
    (Kind.DIGEST, False): "digest.drop",
    (Kind.CODE, True): "digest.send_code",
    (Kind.CODE, False): "digest.drop_code",
}


@dataclass(frozen=True)
class Mail:
    """A mail in the outbox, and where it goes; `told` is JSON."""

    id: str
    kind: Kind
    member: StaffId
    mailbox: str
    told: str
    made_at: int


def of(conn: Connection, member: StaffId) -> Digest | None:
    """What a member asked for; None where they did not."""
    row = conn.execute(select(digests).where(digests.c.staff_id == member)).one_or_none()
    return None if row is None else _digest(row)


def locked(tx: Tx, member: StaffId) -> Digest | None:
    """The same, its row held until the commit; whoever holds it too waited."""
    row = tx.connection.execute(select(digests).where(digests.c.staff_id == member).with_for_update()).one_or_none()
    return None if row is None else _digest(row)


def ask(
    tx: Tx, member: StaffId, *, mailbox: str, minute: int, divisions: Collection[DivisionId] | None, next_at: int
) -> None:
    """Begins a member's digest with what is posted from now on, or changes where, when and of what it tells.

    Another mailbox than before is to be confirmed anew.
    """
    wanted = None if divisions is None else json.dumps(sorted(divisions))
    said = {"mailbox": mailbox, "minute": minute, "divisions": wanted, "next_at": next_at}
    begin = {"since": tx.now(), "order_key": feed_log.head(tx.connection).seq}
    if not tx.execute(insert_new(digests).values(staff_id=member, **said, **begin, confirmed=False)).rowcount:
        stays = and_(digests.c.confirmed, digests.c.mailbox == mailbox)
        tx.execute(update(digests).where(digests.c.staff_id == member).values(**said, confirmed=stays))
    tx.audit("digest.ask", member)


def confirm(tx: Tx, member: StaffId, *, next_at: int) -> None:
    """The mailbox is the member's own; the first digest is made at `next_at`."""
    tx.execute(update(digests).where(digests.c.staff_id == member).values(confirmed=True, next_at=next_at))
    tx.audit("digest.confirm", member)


def stop(tx: Tx, member: StaffId) -> bool:
    """Ends a member's digest and forgets where it went, also what was not sent yet; answers whether there was one."""
    tx.execute(delete(digest_mails).where(digest_mails.c.staff_id == member))
    ended = tx.execute(delete(digests).where(digests.c.staff_id == member)).rowcount > 0
    if ended:
        tx.audit("digest.stop", member)
    return ended


def due(conn: Connection, now: int, *, limit: int) -> list[Digest]:
    """Digests whose time has come, and whose mailbox is known to be their owner's."""
    query = select(digests).where(digests.c.next_at <= now, digests.c.confirmed)
    query = query.order_by(digests.c.next_at).limit(limit)
    return [_digest(row) for row in conn.execute(query)]


def counts(conn: Connection, in_divisions: Collection[DivisionId], *, after: int, up_to: int) -> list[Count]:
    """How many posts of each division and category are live, of those whose place is in this part of the list."""
    # A way of its own for each division: alike on both engines, and never more than what was posted since.
    found = []
    for division in sorted(in_divisions):
        part = (posts.c.order_key > after, posts.c.order_key <= up_to)
        query = select(posts.c.category, func.count()).where(
            posts.c.division_id == division, posts.c.state == PostState.LIVE, *part
        )
        rows = conn.execute(query.group_by(posts.c.category).order_by(posts.c.category))
        found += [Count(division, category, count) for category, count in rows]
    return found


def claim(tx: Tx, digest: Digest, *, next_at: int, up_to: int) -> bool:
    """Takes this digest, if nobody did: the next is at `next_at` and tells from `up_to` on."""
    mine = (digests.c.staff_id == digest.member, digests.c.next_at == digest.next_at)
    taken = tx.execute(update(digests).where(*mine).values(next_at=next_at, since=tx.now(), order_key=up_to)).rowcount
    if taken:
        tx.audit("digest.claim", digest.member)
    return taken > 0


def put(tx: Tx, member: StaffId, told: str, kind: Kind = Kind.DIGEST) -> None:
    """Puts a mail into the outbox: a digest that was claimed in this transaction, or a code."""
    new = {"id": ids.new_id(), "staff_id": member, "told": told, "made_at": tx.now(), "kind": kind}
    tx.execute(insert(digest_mails).values(**new))


def waiting(conn: Connection, *, limit: int) -> Sequence[str]:
    """What is in the outbox, oldest first."""
    return conn.execute(select(digest_mails.c.id).order_by(digest_mails.c.made_at).limit(limit)).scalars().all()


def take(tx: Tx, mail_id: str) -> Mail | None:
    """Takes a mail out of the outbox; None where it is gone, or is a digest to a mailbox that nobody confirmed.

    Two takers: the second waits, and gets none.
    """
    row = tx.execute(
        delete(digest_mails)
        .where(digest_mails.c.id == mail_id)
        .returning(digest_mails.c.staff_id, digest_mails.c.told, digest_mails.c.made_at, digest_mails.c.kind)
    ).one_or_none()
    mailbox = None
    if row is not None:
        may_go = true() if row.kind == Kind.CODE else digests.c.confirmed
        asked = select(digests.c.mailbox).where(digests.c.staff_id == row.staff_id, may_go)
        mailbox = tx.connection.execute(asked).scalar_one_or_none()
        tx.audit(_TAKEN[Kind(row.kind), mailbox is not None], row.staff_id)
    if row is None or mailbox is None:
        return None
    return Mail(mail_id, Kind(row.kind), StaffId(row.staff_id), mailbox, row.told, row.made_at)


def _digest(row: Row[tuple[object, ...]]) -> Digest:
    named = row._mapping
    divisions = None if named["divisions"] is None else tuple(DivisionId(one) for one in json.loads(named["divisions"]))
    return Digest(
        StaffId(named["staff_id"]),
        named["mailbox"],
        named["minute"],
        divisions,
        named["next_at"],
        named["since"],
        named["order_key"],
        named["confirmed"],
    )
