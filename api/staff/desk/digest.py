"""My digest by mail: counts of what was posted in my divisions, at the start of my shift, if I ask for it."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.staff.auth import Viewer
from api.staff.posts import Division, among_mine
from api.stores import Record, Settings
from feed.events import Closed
from storage.kit import clock
from storage.kit.errors import Conflict, Refused
from storage.kit.settings import RecordSettings
from storage.staff import digest_codes, digests
from storage.staff.digests import Digest, Kind

router = APIRouter(prefix="/v1/digest", tags=["digest"])
# An address of plain letters at one of the city's own domains: nothing that a header could read as more than one.
Mailbox = Annotated[str, Field(max_length=254, pattern=r"^[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,189}$")]
TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class NewDigest(Closed):
    """Where to, when (of the city's day), and of which of my divisions; None is all there are when it is made."""

    mailbox: Mailbox
    time: TimeOfDay
    divisions: Annotated[tuple[Division, ...], Field(min_length=1, max_length=50)] | None = None


class Asked(NewDigest):
    """What I asked for, and when the next one is made; none is, before the mailbox is `confirmed` as mine."""

    next_at: str
    confirmed: bool


class Code(Closed):
    """What was mailed to my mailbox."""

    code: Annotated[str, Field(max_length=12)]


class DigestSeen(Closed):
    """My digest, if I asked for one; at which domains a mailbox may be (none: this city sends no mail), and whose
    clock counts. In demo data, right after a code was mailed, the code itself, which otherwise only the mail tells.
    """

    asked: Asked | None
    domains: tuple[str, ...]
    time_zone: str
    demo_code: str | None = None


@router.get("")
def mine(me: Viewer, record: Record, settings: Settings) -> DigestSeen:
    """My digest."""
    with record.read() as conn:
        return _seen(digests.of(conn, me.member.id), settings)


@router.put("")
def ask(new: NewDigest, me: Viewer, record: Record, settings: Settings) -> DigestSeen:
    """Begins my digest, or changes it. To a mailbox that I did not confirm yet it mails a code, and nothing else."""
    if not settings.staff_mail_domains:
        raise Conflict("This city sends its staff no mail.", code="no_staff_mail")
    if new.mailbox.partition("@")[2].lower() not in settings.staff_mail_domains:
        raise Refused("Mail goes to the city's own mailboxes alone.", fields={"mailbox": "Not one of the city's."})
    divisions = None if new.divisions is None else among_mine(me, new.divisions)
    hours, minutes = map(int, new.time.split(":"))
    minute = hours * 60 + minutes
    with record.write(by=me.member.actor) as tx:
        next_at = clock.next_time_of_day(tx.now(), minute, settings.time_zone)
        digests.ask(tx, me.member.id, mailbox=new.mailbox, minute=minute, divisions=divisions, next_at=next_at)
        asked, code = digests.of(tx.connection, me.member.id), None
        if asked is not None and not asked.confirmed:
            code = digest_codes.draw(tx, me.member.id, new.mailbox)
            digests.put(tx, me.member.id, json.dumps({"code": code}), Kind.CODE)
    return _seen(asked, settings).model_copy(update={"demo_code": code if settings.demo else None})


@router.post("/code")
def confirm(said: Code, me: Viewer, record: Record, settings: Settings) -> DigestSeen:
    """Shows that I read what was mailed to my mailbox: digests go there from now on."""
    with record.write(by=me.member.actor) as tx:
        asked = digests.locked(tx, me.member.id)  # as asking does, first: no two wait for each other's row
        right = asked is not None and digest_codes.redeem(tx, me.member.id, asked.mailbox, said.code.strip())
        if asked is not None and right:
            next_at = clock.next_time_of_day(tx.now(), asked.minute, settings.time_zone)
            digests.confirm(tx, me.member.id, next_at=next_at)
    if not right:  # told after the try was counted
        raise Refused("That code is not right, or too old. Have another one sent.", code="wrong_code")
    return mine(me, record, settings)


@router.delete("", status_code=204)
def stop(me: Viewer, record: Record) -> None:
    """Ends my digest; what waits to be sent is not sent, and the mailbox is forgotten. Twice is as once."""
    with record.write(by=me.member.actor) as tx:
        digests.stop(tx, me.member.id)


def _seen(digest: Digest | None, settings: RecordSettings) -> DigestSeen:
    asked = None
    if digest is not None:
        time = f"{digest.minute // 60:02}:{digest.minute % 60:02}"
        next_at = clock.as_text(digest.next_at)
        asked = Asked(
            mailbox=digest.mailbox,
            time=time,
            divisions=digest.divisions,
            next_at=next_at,
            confirmed=digest.confirmed,
        )
    return DigestSeen(asked=asked, domains=settings.staff_mail_domains, time_zone=settings.time_zone.key)
