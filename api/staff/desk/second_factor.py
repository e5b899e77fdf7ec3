"""My second factor: another phone in place of the one I had, and codes for the day it is lost."""

from __future__ import annotations

from typing import Annotated

import pyotp
from fastapi import APIRouter
from pydantic import Field

from api.staff.auth import AnyStaff, demand_fresh
from api.stores import Record
from feed.events import Closed
from storage.kit.errors import Refused
from storage.staff import proof as staff_proof, recovery_codes

router = APIRouter(prefix="/v1/me", tags=["log-ins"])


class SecondFactorSeen(Closed):
    """Whether I have one, and how many recovery codes are good yet."""

    is_set: bool
    recovery_codes_left: int


class KeySeen(Closed):
    """A key for a phone, and the same as a link, which the page draws as a picture to be scanned."""

    key: str
    link: str


class Code(Closed):
    """What the phone shows now."""

    code: Annotated[str, Field(min_length=6, max_length=12)]


class RecoveryCodes(Closed):
    """Each opens the door once; shown once."""

    recovery_codes: list[str]


def key_seen(key: str, name: str) -> KeySeen:
    """A key as a phone takes it in."""
    return KeySeen(key=key, link=pyotp.TOTP(key).provisioning_uri(name=name, issuer_name="Porchlight"))


@router.get("/second-factor")
def mine(me: AnyStaff, record: Record) -> SecondFactorSeen:
    """How I am set up."""
    with record.read() as conn:
        account = staff_proof.account(conn, me.member.name)
        left = recovery_codes.left(conn, me.member.id)
    return SecondFactorSeen(is_set=bool(account and account.second_factor), recovery_codes_left=left)


@router.post("/second-factor")
def propose(me: AnyStaff, record: Record) -> KeySeen:
    """Draws a key for another phone; the one I have stays good until a code of the new one came."""
    demand_fresh(record, me)
    with record.write(by=me.member.actor) as tx:
        return key_seen(staff_proof.propose_second_factor(tx, me.member.id), me.member.name)


@router.post("/second-factor/code")
def take(said: Code, me: AnyStaff, record: Record) -> RecoveryCodes:
    """Shows that the key is on my phone: it is my second factor from now on, with recovery codes of its own."""
    demand_fresh(record, me)
    with record.write(by=me.member.actor) as tx:
        taken = staff_proof.take_second_factor(tx, me.member.id, said.code.strip())
        codes = recovery_codes.draw(tx, me.member.id) if taken else []
    if not taken:
        raise Refused("This code is not right. Is the clock of the phone?", code="wrong_code")
    return RecoveryCodes(recovery_codes=codes)


@router.post("/recovery-codes")
def draw(me: AnyStaff, record: Record) -> RecoveryCodes:
    """Draws recovery codes anew; those from before are worthless."""
    demand_fresh(record, me)
    with record.write(by=me.member.actor) as tx:
        return RecoveryCodes(recovery_codes=recovery_codes.draw(tx, me.member.id))
