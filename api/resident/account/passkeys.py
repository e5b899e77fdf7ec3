"""Passkeys beside the code by mail: adding one, naming it, taking it away, and logging in by it without an address."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.resident.account.webauthn import Answer, Site
from api.resident.auth import LoggedIn, hint_of
from api.resident.desk import Asking, AtDesk, Proved
from api.who import anyone
from storage.db import RESIDENT
from storage.identity.residents import challenges, logins, passkeys, residents
from storage.identity.residents.passkeys import Passkey
from storage.kit import clock
from storage.kit.errors import NotLoggedIn, Refused
from storage.kit.settings import RecordSettings
from workers.airlock.hanging_up import hang_up

router = APIRouter(tags=["log-in"])

LOG_IN = "log in"
Encoded = Annotated[str, StringConstraints(max_length=16_000, pattern=r"^[A-Za-z0-9_-]*$")]


class PasskeySeen(BaseModel):
    """One of my passkeys, as I named it."""

    id: str
    name: str


class PasskeysSeen(BaseModel):
    """All of mine, by name."""

    items: list[PasskeySeen]


class ForBrowser(BaseModel):
    """What to hand to the browser (WebAuthn's options in JSON, bytes as base64url)."""

    options: dict[str, Any]


class NewPasskey(BaseModel):
    """What the browser made, bytes as base64url."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
    credential: Annotated[Encoded, Field(max_length=1400)]
    client_data: Encoded
    attestation: Encoded


class Proof(BaseModel):
    """What the browser signed, bytes as base64url; `same` as with a code."""

    model_config = ConfigDict(extra="forbid")
    credential: Annotated[Encoded, Field(max_length=1400)]
    client_data: Encoded
    authenticator_data: Encoded
    signature: Encoded
    same: bool = False


@router.post("/v1/log-ins/passkey/options", dependencies=[Depends(anyone)])
def to_prove(desk: AtDesk) -> ForBrowser:
    """What the browser is to sign. Nobody's address is asked for, so the answer can tell of none."""
    return ForBrowser(options=_site(desk.settings).to_prove(challenges.new(desk.stores.vault, LOG_IN)))


@router.post("/v1/log-ins/passkey", dependencies=[Depends(anyone)])
def log_in(body: Proof, request: Request, desk: AtDesk, response: Response) -> LoggedIn:
    """Logs in by a passkey. One that is not known, was removed, or signed something else: the same answer, as late."""
    vault = desk.stores.vault
    answer = Answer(body.credential, body.client_data, body.authenticator_data, body.signature)
    before = desk.cookie.token(request)
    with vault.read() as conn:
        found, here = passkeys.find(conn, vault, answer.credential_id), logins.who(conn, before or "")
    challenge = answer.challenge
    proved = _site(desk.settings).proves(answer, challenge, found.public_key if found else None)
    proved = proved and challenges.is_ours(vault, LOG_IN, challenge) and challenges.use_up(vault, challenge)
    if found is None or not proved or (body.same and found.resident_id != here):
        raise Refused("That passkey does not open anything here. Use a code by mail.", code="wrong_passkey")
    with vault.write(by=RESIDENT) as tx:
        token = logins.start(tx, found.resident_id, instead_of=before)
        tx.after_commit(hang_up, desk.stores, RESIDENT)
    desk.cookie.put(response, token, seconds=logins.LOG_IN_LIFE // clock.SECOND)
    return LoggedIn(token=token)


@router.get("/v1/passkeys")
def mine(asking: Asking, desk: AtDesk) -> PasskeysSeen:
    """My passkeys."""
    with desk.stores.vault.read() as conn:
        found = passkeys.of_resident(conn, desk.stores.vault, asking)
    return PasskeysSeen(items=[_seen(one) for one in found])


@router.post("/v1/passkeys/options")
def to_make(asking: Proved, desk: AtDesk) -> ForBrowser:
    """What the browser is to make; asked for by whoever has just logged in alone."""
    vault = desk.stores.vault
    with vault.read() as conn:
        who, known = residents.one(conn, vault, asking), passkeys.of_resident(conn, vault, asking)
    if who is None:
        raise NotLoggedIn("Log in to see this.")
    options = _site(desk.settings).to_make(
        account=passkeys.account_name(vault, asking),
        name=hint_of(who.mail),
        known=[one.credential for one in known],
        challenge=challenges.new(vault, asking),
    )
    return ForBrowser(options=options)


@router.post("/v1/passkeys", status_code=201)
def add(body: NewPasskey, asking: Proved, desk: AtDesk) -> PasskeySeen:
    """Adds what the browser made."""
    vault = desk.stores.vault
    answer = Answer(body.credential, body.client_data, body.attestation)
    challenge = answer.challenge
    made = _site(desk.settings).made(answer, challenge)
    if not challenges.is_ours(vault, asking, challenge) or made is None or not challenges.use_up(vault, challenge):
        raise Refused("Your browser did not make a passkey that can be used here. Try again.", code="wrong_passkey")
    with vault.write(by=RESIDENT) as tx:
        passkey_id = passkeys.add(tx, vault, asking, name=body.name, credential=made[0], public_key=made[1])
    return PasskeySeen(id=passkey_id, name=body.name)


@router.delete("/v1/passkeys/{passkey_id}", status_code=204)
def remove(passkey_id: str, asking: Asking, desk: AtDesk) -> None:
    """Takes one of my passkeys away: it opens nothing any more."""
    with desk.stores.vault.write(by=RESIDENT) as tx:
        passkeys.remove(tx, asking, passkey_id)


def _seen(one: Passkey) -> PasskeySeen:
    return PasskeySeen(id=one.id, name=one.name)


@lru_cache(maxsize=1)
def _site(settings: RecordSettings) -> Site:
    return Site(settings)
