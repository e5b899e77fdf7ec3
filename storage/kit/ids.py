"""Ids and secrets: 128 random bits to name a thing, 256 to hold one."""

from __future__ import annotations

import base64
import hashlib
import secrets
from random import SystemRandom
from typing import NewType

PostId = NewType("PostId", str)
BlockId = NewType("BlockId", str)
DivisionId = NewType("DivisionId", str)
StaffId = NewType("StaffId", str)
CaseId = NewType("CaseId", str)
IncidentId = NewType("IncidentId", str)
RequestId = NewType("RequestId", str)

ID_BYTES = 16
SECRET_BYTES = 32


def new_id() -> str:
    """A name nobody can guess or count: 26 characters of lower-case base32."""
    return base32(secrets.token_bytes(ID_BYTES))


def new_secret() -> str:
    """A bearer secret: 52 characters of lower-case base32, shown once and stored only as its digest."""
    return base32(secrets.token_bytes(SECRET_BYTES))


def new_digits(count: int) -> str:
    """A code a person types, `count` decimal digits."""
    return "".join(secrets.choice("0123456789") for _ in range(count))


def digest(secret: str) -> str:
    """The form in which a secret is stored (hex SHA-256). Right for 256 random bits, wrong for passwords."""
    return hashlib.sha256(secret.encode()).hexdigest()


def base32(raw: bytes) -> str:
    """Lower-case base32 without padding."""
    return base64.b32encode(raw).decode().rstrip("=").lower()


def spread(seconds: float) -> float:
    """A wait drawn evenly from 0 to `seconds`, so that many who wait do not come back together."""
    return SystemRandom().uniform(0, seconds)
