"""A resident's alerts: of what, how far round the home block, how, and when not; and the devices they come to.

Who is alerted of what stands on the identity side alone. Nothing here is told to the record.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.resident.desk import Asking, AtDesk, Desk, home_of
from feed.events import BlockSeen
from storage.atlas import versions
from storage.atlas.around import around
from storage.db import RESIDENT
from storage.identity import limits
from storage.identity.alerts import alerts, push_devices, tellings
from storage.identity.alerts.alerts import Language, Quiet, Reach, Wanted
from storage.identity.alerts.push_devices import Subscription
from storage.identity.limits import Limit
from storage.identity.residents import residents
from storage.kit import clock
from storage.kit.errors import Conflict, Refused
from storage.posts.posts import CATEGORIES
from workers.airlock.alerting.push_hosts import is_known
from workers.airlock.alerting.web_push import Signer, demand_usable, from_b64

router = APIRouter(tags=["alerts"])

CHANGED = Limit("changes of one resident's alerts", 120, clock.HOUR)
TESTS = Limit("test alerts of one resident", 10, clock.HOUR)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")

TimeOfDay = Annotated[str, StringConstraints(pattern=_TIME.pattern, max_length=5)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=120)]


class QuietHours(BaseModel):
    """Between these times of the city's day nothing is told; `until` may be on the next day."""

    model_config = ConfigDict(extra="forbid")
    begins: TimeOfDay
    until: TimeOfDay


class Alerts(BaseModel):
    """What to be alerted of: for each category how far, `block` or `around`. `digest_at`: once a day, not at once."""

    model_config = ConfigDict(extra="forbid")
    wishes: dict[str, Reach] = Field(max_length=len(CATEGORIES))
    mail: bool
    language: Language
    quiet: QuietHours | None = None
    digest_at: TimeOfDay | None = None


class AlertsSeen(Alerts):
    """The same, and what it stands on: the block, how many are around it, whose clock it goes by, and the devices.

    `block` None: no home was chosen, or the map changed since. `push_key` None: this city pushes nothing.
    """

    block: BlockSeen | None
    around: int
    time_zone: str
    push_key: str | None
    devices: list[str]


class NewDevice(BaseModel):
    """A browser's subscription, as it hands it out."""

    model_config = ConfigDict(extra="forbid")
    endpoint: str = Field(max_length=1024)
    p256dh: Key
    auth: Key


class DeviceSeen(BaseModel):
    """What the page calls this browser by, to take it away again."""

    id: str


@router.get("/v1/alerts")
def mine(asking: Asking, desk: AtDesk) -> AlertsSeen:
    """What I am alerted of."""
    vault = desk.stores.vault
    with vault.read() as conn:
        wanted, home = alerts.of(conn, asking), residents.home_of(conn, asking)
        alert_id = alerts.id_of(conn, asking)
        devices = push_devices.ids_of(conn, alert_id) if alert_id else []
    with desk.stores.record.read() as conn:
        atlas = versions.current(conn)
    block = atlas.block(home) if home else None
    pushes = desk.identity.push_hosts
    return AlertsSeen(
        wishes=dict(wanted.wishes),
        mail=wanted.mail,
        language=wanted.language,
        quiet=QuietHours(begins=_text(wanted.quiet.begins), until=_text(wanted.quiet.until)) if wanted.quiet else None,
        digest_at=None if wanted.digest is None else _text(wanted.digest),
        block=BlockSeen(id=block.id, label=block.label, homes=block.homes) if block else None,
        around=len(around(atlas, block.id)) if block else 0,
        time_zone=desk.settings.time_zone.key,
        push_key=Signer.of(vault).public if pushes else None,
        devices=devices,
    )


@router.put("/v1/alerts")
def ask(body: Alerts, asking: Asking, desk: AtDesk) -> AlertsSeen:
    """Says anew what I want to be alerted of, round the home block that I have now."""
    limits.count(desk.stores.vault, CHANGED, asking)
    if set(body.wishes) - set(CATEGORIES):
        raise Refused("There is no such category.", fields={"wishes": "There is no such category."})
    if body.quiet and body.quiet.begins == body.quiet.until:
        raise Refused("Quiet hours must end at another time.", fields={"quiet": "This cannot be used as it is."})
    wanted = Wanted(
        body.wishes,
        body.mail,
        body.language,
        Quiet(_minute(body.quiet.begins), _minute(body.quiet.until)) if body.quiet else None,
        None if body.digest_at is None else _minute(body.digest_at),
    )
    vault, home = desk.stores.vault, home_of(desk, asking)
    with vault.write(by=RESIDENT) as tx:
        found = residents.one(tx.connection, vault, asking)
        assert found is not None, "a log-in stands for a resident"
        alerts.ask(tx, vault, asking, wanted, home=home, mail=found.mail, zone=desk.settings.time_zone)
    return mine(asking, desk)


@router.put("/v1/alerts/devices")
def add(body: NewDevice, request: Request, asking: Asking, desk: AtDesk) -> DeviceSeen:
    """Has alerts pushed to this browser too, for as long as the log-in lasts that this was asked with."""
    limits.count(desk.stores.vault, CHANGED, asking)
    subscription = _subscription(body, desk)
    home = home_of(desk, asking)
    with desk.stores.vault.write(by=RESIDENT) as tx:
        alert_id = alerts.find_or_make(tx, asking, home)
        token = desk.cookie.token(request) or ""
        return DeviceSeen(id=push_devices.add(tx, desk.stores.vault, alert_id, token, subscription))


@router.delete("/v1/alerts/devices/{device_id}", status_code=204)
def take_away(device_id: str, asking: Asking, desk: AtDesk) -> None:
    """Pushes to this browser no more; one that is not there, or not mine, is not either way."""
    with desk.stores.vault.write(by=RESIDENT) as tx:
        alert_id = alerts.id_of(tx.connection, asking)
        if alert_id is not None:
            push_devices.forget(tx, [device_id], alert_id)


@router.post("/v1/alerts/test", status_code=202)
def test(asking: Asking, desk: AtDesk) -> dict[str, bool]:
    """Sends me a test, by every way that alerts come; raises Conflict where there is none."""
    limits.count(desk.stores.vault, TESTS, asking)
    with desk.stores.vault.write(by=RESIDENT) as tx:
        alert_id = alerts.id_of(tx.connection, asking)
        ways = alert_id and (alerts.of(tx.connection, asking).mail or push_devices.ids_of(tx.connection, alert_id))
        if not alert_id or not ways:
            raise Conflict("Turn on mail, or this device, first.", code="no_way")
        tellings.begin_test(tx, alert_id)
    return {"sent": True}


def _subscription(body: NewDevice, desk: Desk) -> Subscription:
    if not is_known(body.endpoint, desk.identity.push_hosts):
        raise Refused(
            "This browser's push service is not one that this city sends to.",
            code="unknown_push_service",
            fields={"endpoint": "This cannot be used as it is."},
        )
    try:
        subscription = Subscription(body.endpoint, from_b64(body.p256dh), from_b64(body.auth))
    except ValueError:
        raise Refused(
            "That is no browser's subscription.", fields={"p256dh": "This cannot be used as it is."}
        ) from None
    demand_usable(subscription)
    return subscription


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
