"""Browsers that alerts are pushed to. Where one is reached, and under which keys, is sealed under the vault's key.

A device is told for as long as the log-in lasts by which it was added: who ends a log-in on a lost phone ends its
alerts with it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from storage.db import Tx
from storage.identity.alerts.alerts import AlertId
from storage.identity.schema import push_devices, push_retries
from storage.identity.vault import Vault
from storage.kit import ids
from storage.kit.errors import Conflict
from storage.kit.ids import PostId
from storage.upserts import put

MOST = 10  # of one resident: a message to each of them is one of the city's
TRIES = 5


@dataclass(frozen=True)
class Subscription:
    """What a browser hands out: where it is reached, its public key (a point of P-256) and its secret of 16 bytes."""

    endpoint: str
    key: bytes
    secret: bytes


@dataclass(frozen=True)
class Device:
    """One browser of one recipient."""

    id: str
    alert_id: AlertId
    subscription: Subscription


@dataclass(frozen=True)
class Retry:
    """A message that a push service did not take yet."""

    device: Device
    post_id: PostId
    kind: str
    tries: int


def add(tx: Tx, vault: Vault, alert_id: AlertId, token: str, subscription: Subscription) -> str:
    """Adds a browser, or says it anew, and answers its id; raises Conflict beyond ten of one resident."""
    device_id = ids.base32(vault.keyed("push device", subscription.endpoint)[: ids.ID_BYTES])
    others = (push_devices.c.alert_id == alert_id, push_devices.c.id != device_id)
    if tx.connection.execute(select(func.count()).select_from(push_devices).where(*others)).scalar_one() >= MOST:
        raise Conflict("Alerts go to ten devices already: turn one of them off.", code="too_many_devices")
    told = {
        "endpoint": subscription.endpoint,
        "key": base64.b64encode(subscription.key).decode(),
        "secret": base64.b64encode(subscription.secret).decode(),
    }
    sealed = vault.seal(f"push_devices:{device_id}", json.dumps(told).encode())
    mine = {"alert_id": alert_id, "log_in": ids.digest(token), "sealed": sealed}
    # Not put over what is there: retries of it hang on the row.
    if not tx.execute(update(push_devices).where(push_devices.c.id == device_id).values(**mine)).rowcount:
        tx.execute(insert(push_devices).values(id=device_id, **mine))
    return device_id


def forget(tx: Tx, device_ids: Collection[str], alert_id: AlertId | None = None) -> None:
    """These are pushed to no more; with an `alert_id`, those of them that are that recipient's."""
    theirs = push_devices.c.id.in_(device_ids)
    tx.execute(
        delete(push_devices).where(theirs if alert_id is None else theirs & (push_devices.c.alert_id == alert_id))
    )


def forget_all(tx: Tx) -> None:
    """No browser is pushed to: under another key of the vault none would take it."""
    tx.execute(delete(push_devices))


def ids_of(conn: Connection, alert_id: AlertId) -> list[str]:
    """The devices of one recipient."""
    return list(conn.execute(select(push_devices.c.id).where(push_devices.c.alert_id == alert_id)).scalars())


def of_recipients(conn: Connection, vault: Vault, alert_ids: Collection[AlertId]) -> list[Device]:
    """All devices of these."""
    # Not by which log-in: the program that sends may not read it.
    columns = (push_devices.c.id, push_devices.c.alert_id, push_devices.c.sealed)
    rows = conn.execute(select(*columns).where(push_devices.c.alert_id.in_(alert_ids))).all()
    return [_device(vault, row.id, row.alert_id, row.sealed) for row in rows]


def retry_later(tx: Tx, device_id: str, post_id: PostId, kind: str, *, tries: int, at: int) -> None:
    """Another try at `at` (milliseconds since 1970); a newer message about the same post takes its place."""
    row = {"device_id": device_id, "post_id": post_id, "kind": kind, "tries": tries, "retry_at": at}
    tx.execute(put(push_retries).values(**row))


def retries(conn: Connection, vault: Vault, now: int, *, limit: int) -> list[Retry]:
    """What is to be tried again by now."""
    query = select(push_retries, push_devices.c.alert_id, push_devices.c.sealed).join(push_devices)
    rows = conn.execute(query.where(push_retries.c.retry_at <= now).order_by(push_retries.c.retry_at).limit(limit))
    return [
        Retry(_device(vault, row.device_id, row.alert_id, row.sealed), PostId(row.post_id), row.kind, row.tries)
        for row in rows
    ]


def forget_retry(tx: Tx, device_id: str, post_id: PostId) -> None:
    """It arrived, or is not tried again."""
    here = (push_retries.c.device_id == device_id) & (push_retries.c.post_id == post_id)
    tx.execute(delete(push_retries).where(here))


def forget_retries(tx: Tx, post_id: PostId) -> None:
    """Nothing of this post is tried again."""
    tx.execute(delete(push_retries).where(push_retries.c.post_id == post_id))


def _device(vault: Vault, device_id: str, alert_id: str, sealed: bytes) -> Device:
    told = json.loads(vault.unseal(f"push_devices:{device_id}", sealed))
    key, secret = base64.b64decode(told["key"]), base64.b64decode(told["secret"])
    return Device(device_id, AlertId(alert_id), Subscription(told["endpoint"], key, secret))
