"""Seals everything anew under another vault key, in one transaction, while nobody else works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Row, Table, delete, select, text, update

from storage.db import OPERATOR, Tx
from storage.identity.alerts import alerted, push_devices
from storage.identity.clips import authorship
from storage.identity.residents import passkeys
from storage.identity.residents.residents import mail_lookup
from storage.identity.schema import (
    alerts,
    camera_listings,
    camera_mail,
    cameras,
    idempotency,
    log_in_codes,
    residents,
    tries,
    uploads,
    vault_canary,
)
from storage.identity.vault import Vault, canary
from storage.upserts import put

AT_ONCE = 500


@dataclass(frozen=True)
class Resealed:
    """How many mail addresses, keys of originals and cameras are under the new key now."""

    residents: int
    originals: int
    cameras: int = 0


def reseal(old: Vault, new: Vault) -> Resealed:
    """Opens all under `old`'s key and seals it under `new`'s (the same database); raises SealBrokenError."""
    with old.write(by=OPERATOR) as tx:
        _shut_out_writers(tx)
        mails = originals = named = 0
        for row in _rows(tx, residents, residents.c.mail_sealed):
            mail = old.unseal(f"residents:{row.id}", row.mail_sealed)
            found = {
                "mail_lookup": mail_lookup(new, mail.decode()),
                "mail_sealed": new.seal(f"residents:{row.id}", mail),
            }
            tx.execute(update(residents).where(residents.c.id == row.id).values(**found))
            mails += 1
        for row in _rows(tx, uploads, uploads.c.key_sealed):
            sealed = _anew(old, new, f"uploads:{row.id}", row.key_sealed)
            tx.execute(update(uploads).where(uploads.c.id == row.id).values(key_sealed=sealed))
            originals += 1
        for row in _rows(tx, cameras, cameras.c.name_sealed):
            sealed = _anew(old, new, f"cameras:{row.id}", row.name_sealed)
            tx.execute(update(cameras).where(cameras.c.id == row.id).values(name_sealed=sealed))
            named += 1
        for row in _rows(tx, camera_listings, camera_listings.c.sealed):
            sealed = _anew(old, new, f"camera_listings:{row.id}", row.sealed)
            tx.execute(update(camera_listings).where(camera_listings.c.id == row.id).values(sealed=sealed))
        for row in _rows(tx, alerts, alerts.c.mail_sealed):
            sealed = _anew(old, new, f"alerts:{row.id}", row.mail_sealed)
            tx.execute(update(alerts).where(alerts.c.id == row.id).values(mail_sealed=sealed))
        for key in passkeys.everybodys(tx.connection, old):
            passkeys.reseal(tx, new, key)
        for row in _rows(tx, camera_mail, camera_mail.c.mail_sealed):
            sealed = _anew(old, new, f"camera_mail:{row.id}", row.mail_sealed)
            tx.execute(update(camera_mail).where(camera_mail.c.id == row.id).values(mail_sealed=sealed))
        tx.execute(put(vault_canary).values(**canary(new)))
        _drop_worthless(tx)
    return Resealed(mails, originals, named)


def _anew(old: Vault, new: Vault, about: str, sealed: bytes) -> bytes:
    return new.seal(about, old.unseal(about, sealed))


def _shut_out_writers(tx: Tx) -> None:
    # A page already sealed anew would not see what a program, believed to be stopped, puts there under the old key.
    if tx.connection.dialect.name == "postgresql":
        tx.connection.execute(
            text(
                "lock table residents, uploads, cameras, camera_listings, alerts, camera_mail, passkeys,"
                " vault_canary in exclusive mode"
            )
        )


def _drop_worthless(tx: Tx) -> None:
    """What was made under the old key and means nothing under the new one.

    A request that is repeated across the change is refused (its upload was posted) and not answered with a receipt
    that opens nothing.
    """
    authorship.forget_views(tx)
    alerted.forget_all(tx)
    push_devices.forget_all(tx)  # the key that push services know us by is made of the vault's
    tx.execute(delete(idempotency))
    tx.execute(delete(log_in_codes))
    tx.execute(delete(tries))


def _rows(tx: Tx, table: Table, sealed: Column[bytes]) -> Iterator[Row[tuple[object, ...]]]:
    """All rows that hold something sealed, a page at a time."""
    last = ""
    while True:
        query = select(table.c.id, sealed).where(table.c.id > last, sealed.is_not(None)).order_by(table.c.id)
        page = tx.connection.execute(query.limit(AT_ONCE)).all()
        yield from page
        if len(page) < AT_ONCE:
            return
        last = page[-1].id
