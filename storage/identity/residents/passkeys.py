"""Passkeys: a key that a resident's own device holds, beside the code by mail. What is kept of one is sealed.

Nothing counts how often one was used, and no time is kept. A device's counter would show that one was copied, which
the passkeys of today are by design: they follow their owner from one device to the next.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, update

from storage.db import Tx
from storage.identity.clips.authorship import wait_turn
from storage.identity.schema import passkeys
from storage.identity.vault import ResidentId, Vault
from storage.kit import ids
from storage.kit.errors import Conflict, NotThere
from storage.upserts import insert_new

MOST = 10  # of one account: a phone, a laptop, a key in a drawer, and as many again


@dataclass(frozen=True)
class Passkey:
    """One passkey: `name` is its owner's, `credential` and `public_key` are the bytes that WebAuthn calls so."""

    id: str
    resident_id: ResidentId
    name: str
    credential: bytes
    public_key: bytes


def add(tx: Tx, vault: Vault, resident_id: ResidentId, *, name: str, credential: bytes, public_key: bytes) -> str:
    """Puts a passkey on the books and answers its id; raises Conflict where it is there, or there are too many."""
    wait_turn(tx, resident_id)
    mine = select(func.count()).where(passkeys.c.resident_id == resident_id)
    if tx.connection.execute(mine).scalar_one() >= MOST:
        raise Conflict(f"An account has at most {MOST} passkeys. Remove one first.", code="too_many_passkeys")
    new = Passkey(ids.new_id(), resident_id, name, credential, public_key)
    row = insert_new(passkeys).values(id=new.id, resident_id=resident_id, **_kept(vault, new))
    if not tx.execute(row).rowcount:
        raise Conflict("This passkey is there already.", code="passkey_known")
    return new.id


def of_resident(conn: Connection, vault: Vault, resident_id: ResidentId) -> list[Passkey]:
    """A resident's passkeys, by name."""
    rows = conn.execute(select(passkeys).where(passkeys.c.resident_id == resident_id)).all()
    return sorted((_passkey(vault, row.id, row.resident_id, row.sealed) for row in rows), key=lambda one: one.name)


def find(conn: Connection, vault: Vault, credential: bytes) -> Passkey | None:
    """The passkey that a device answers with, whoever's it is."""
    here = passkeys.c.credential_lookup == _lookup(vault, credential)
    row = conn.execute(select(passkeys).where(here)).one_or_none()
    return None if row is None else _passkey(vault, row.id, row.resident_id, row.sealed)


def remove(tx: Tx, resident_id: ResidentId, passkey_id: str) -> None:
    """Takes one of a resident's passkeys off the books: nobody gets in by it; raises NotThere."""
    mine = (passkeys.c.id == passkey_id) & (passkeys.c.resident_id == resident_id)
    if not tx.execute(delete(passkeys).where(mine)).rowcount:
        raise NotThere


def remove_all(tx: Tx, resident_id: ResidentId) -> None:
    """Takes all of a resident's passkeys off the books."""
    tx.execute(delete(passkeys).where(passkeys.c.resident_id == resident_id))


def everybodys(conn: Connection, vault: Vault) -> list[Passkey]:
    """All passkeys there are, for the operator who seals them anew."""
    rows = conn.execute(select(passkeys)).all()
    return [_passkey(vault, row.id, row.resident_id, row.sealed) for row in rows]


def reseal(tx: Tx, vault: Vault, one: Passkey) -> None:
    """Seals a passkey under this vault's key."""
    tx.execute(update(passkeys).where(passkeys.c.id == one.id).values(**_kept(vault, one)))


def account_name(vault: Vault, resident_id: ResidentId) -> bytes:
    """What a device knows the account by, 32 bytes: made, so that nobody who reads a device finds it in our tables."""
    return vault.keyed("passkey account", resident_id)


def _lookup(vault: Vault, credential: bytes) -> str:
    return vault.keyed("passkey", credential.hex()).hex()


def _passkey(vault: Vault, passkey_id: str, resident_id: str, sealed: bytes) -> Passkey:
    said = json.loads(vault.unseal(f"passkeys:{passkey_id}", sealed))
    credential, public_key = (base64.b64decode(said[each]) for each in ("credential", "public_key"))
    return Passkey(passkey_id, ResidentId(resident_id), said["name"], credential, public_key)


def _kept(vault: Vault, one: Passkey) -> dict[str, object]:
    said = {"name": one.name, "credential": _text(one.credential), "public_key": _text(one.public_key)}
    sealed = vault.seal(f"passkeys:{one.id}", json.dumps(said).encode())
    return {"credential_lookup": _lookup(vault, one.credential), "sealed": sealed}


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
