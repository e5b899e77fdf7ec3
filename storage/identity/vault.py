"""The vault: the identity database, and the one key under which what could tell a person is sealed."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Column, Connection, func, select

from storage.db import OPERATOR, Database
from storage.identity.schema import residents, uploads, vault_canary
from storage.kit import keys
from storage.kit.settings import IdentitySettings, MisconfiguredError
from storage.record import demand_newest
from storage.upserts import insert_new, put

LINEAGE = Path(__file__).parent / "migrations"
NONCE_BYTES = 12
KEY_BYTES = 32

ResidentId = NewType("ResidentId", str)
ClipId = NewType("ClipId", str)
CameraId = NewType("CameraId", str)
Receipt = NewType("Receipt", str)


class SealBrokenError(Exception):
    """Sealed bytes do not open: another key, another owner, or changed."""


class Vault(Database):
    """The identity side's database and its key."""

    def __init__(self, url: str, key: bytes) -> None:
        super().__init__(url, audited=False)
        self._key = key

    def seal(self, about: str, plain: bytes) -> bytes:
        """`plain` as only this vault can read it, bound to `about` (table and row), so that rows cannot be swapped."""
        return seal_with(self.derive("seal"), about, plain)

    def unseal(self, about: str, sealed: bytes) -> bytes:
        """What was sealed; raises SealBrokenError."""
        return unseal_with(self.derive("seal"), about, sealed)

    def keyed(self, purpose: str, *words: str) -> bytes:
        """32 bytes that stand for `words` and that nobody without the key can make or check."""
        return hmac.digest(self.derive(purpose), "\x1f".join(words).encode(), hashlib.sha256)

    def derive(self, purpose: str) -> bytes:
        """A key for one purpose."""
        return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(self._key)


def open_vault(settings: IdentitySettings) -> Vault:
    """The vault of these settings (as `open_record`); its key is drawn at the first start of a SQLite one.

    Raises MisconfiguredError where what lies there is sealed under another key, or its tables are of another version.
    """
    vault = Vault(settings.database, keys.read_or_make(settings.vault_key_file))
    demand_newest(vault, LINEAGE)
    if not (is_under(vault) and _leave_canary(vault)):  # or each resident would be given a second account, under a key
        vault.engine.dispose()
        raise MisconfiguredError("The vault's key is not the one that the identity side is sealed under: put it back.")
    return vault


def is_under(vault: Vault) -> bool:
    """Whether what the vault holds opens under its key; one that nobody ever opened does under any.

    The canary tells; without one (of before there were any) what lies there does, as far as this program may read it.
    """
    with vault.read() as conn:
        for sealed in (vault_canary.c.sealed, residents.c.mail_sealed, uploads.c.key_sealed):
            if _may_read(conn, sealed) and (opens := _opens(vault, conn, sealed)) is not None:
                return opens
    return True


def canary(vault: Vault) -> dict[str, object]:
    """The one row that opens under this vault's key and no other, whoever is in it and whatever was shredded."""
    return {"id": 1, "sealed": vault.seal("vault_canary:1", b"canary")}


def take_empty(settings: IdentitySettings) -> None:
    """Puts a vault that nobody is in under the key of these settings, for the operator who fills it from a backup."""
    vault = Vault(settings.database, keys.read_or_make(settings.vault_key_file))
    demand_newest(vault, LINEAGE)
    with vault.write(by=OPERATOR) as tx:
        if not any(tx.connection.execute(select(table.c.id).limit(1)).first() for table in (residents, uploads)):
            tx.execute(put(vault_canary).values(**canary(vault)))
    vault.engine.dispose()


def _leave_canary(vault: Vault) -> bool:
    """Sees to it that there is one; False where somebody with another key was first."""
    with vault.read() as conn:
        if _opens(vault, conn, vault_canary.c.sealed):
            return True
    with vault.write(by=OPERATOR) as tx:
        tx.execute(insert_new(vault_canary).values(**canary(vault)))
        return bool(_opens(vault, tx.connection, vault_canary.c.sealed))


def new_key() -> bytes:
    """A key of its own for one original."""
    return secrets.token_bytes(KEY_BYTES)


def seal_with(key: bytes, about: str, plain: bytes) -> bytes:
    """`plain` under `key`, bound to `about`."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, about.encode())


def unseal_with(key: bytes, about: str, sealed: bytes) -> bytes:
    """What was sealed under `key`; raises SealBrokenError."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode())
    except (InvalidTag, ValueError):  # ValueError: too short to be sealed bytes at all
        raise SealBrokenError(about.split(":")[0]) from None


def _may_read(conn: Connection, column: Column[bytes]) -> bool:
    if conn.dialect.name == "sqlite":
        return True
    asked = func.has_column_privilege(column.table.name, column.name, "select")
    return bool(conn.execute(select(asked)).scalar_one())


def _opens(vault: Vault, conn: Connection, sealed: Column[bytes]) -> bool | None:
    """Whether something sealed there opens; None where there is nothing."""
    one = conn.execute(select(sealed.table.c.id, sealed).where(sealed.is_not(None)).limit(1)).first()
    try:
        return None if one is None else bool(vault.unseal(f"{sealed.table.name}:{one[0]}", one[1]))
    except SealBrokenError:
        return False
