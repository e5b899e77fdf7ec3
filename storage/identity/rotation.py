"""Seals everything anew under another vault key, in one transaction, while nobody else works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Row, Update, delete, select, text, update

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
# What is sealed and nothing else; mail addresses of residents are looked up too, and passkeys by what is in them.
SEALED = (
    (update(uploads), uploads.c.key_sealed),
    (update(cameras), cameras.c.name_sealed),
    (update(camera_listings), camera_listings.c.sealed),
    (update(alerts), alerts.c.mail_sealed),
    (update(camera_mail), camera_mail.c.mail_sealed),
)


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
        mails = 0
        for row in _rows(tx, residents.c.mail_sealed):
            mail = old.unseal(f"residents:{row.id}", row.sealed)
            found = {
                "mail_lookup": mail_lookup(new, mail.decode()),
                "mail_sealed": new.seal(f"residents:{row.id}", mail),
            }
            tx.execute(update(residents).where(residents.c.id == row.id).values(**found))
            mails += 1
        changed = {column: _anew(tx, old, new, change, column) for change, column in SEALED}
        for key in passkeys.everybodys(tx.connection, old):
            passkeys.reseal(tx, new, key)
        tx.execute(put(vault_canary).values(**canary(new)))
        _drop_worthless(tx)
    return Resealed(mails, changed[uploads.c.key_sealed], changed[cameras.c.name_sealed])


def _anew(tx: Tx, old: Vault, new: Vault, change: Update, column: Column[bytes]) -> int:
    """One column, each value of which is bound to its table and row; answers of how many rows."""
    table, number = column.table, 0
    for row in _rows(tx, column):
        about = f"{table.name}:{row.id}"
        sealed = new.seal(about, old.unseal(about, row.sealed))
        tx.execute(change.where(table.c.id == row.id).values({column: sealed}))
        number += 1
    return number


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


def _rows(tx: Tx, column: Column[bytes]) -> Iterator[Row[tuple[str, bytes]]]:
    """All rows that hold something sealed there, as `id` and `sealed`, a page at a time."""
    key, last = column.table.c.id, ""
    while True:
        query = select(key, column.label("sealed")).where(key > last, column.is_not(None)).order_by(key)
        page = tx.connection.execute(query.limit(AT_ONCE)).all()
        yield from page
        if len(page) < AT_ONCE:
            return
        last = page[-1].id
