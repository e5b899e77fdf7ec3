"""Log-in of residents: a code by mail, a token, and who I am."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.languages import Language, of_request
from api.resident.desk import Asking, AtDesk, Desk, block_now
from api.resident.sending import suspended
from api.resident.sending.suspended import SuspendedSeen
from api.who import anyone
from feed.events import BlockSeen, DivisionSeen
from storage.atlas import versions
from storage.db import RESIDENT
from storage.identity import limits
from storage.identity.alerts import alerts
from storage.identity.cameras import listings
from storage.identity.limits import Limit
from storage.identity.residents import listening, logins, residents
from storage.kit import clock, ids
from storage.kit.errors import NotLoggedIn, Refused
from storage.kit.ids import BlockId
from workers.airlock import mailroom
from workers.airlock.both_sides import mail_folder
from workers.airlock.hanging_up import hang_up

router = APIRouter(tags=["log-in"])

CODES = Limit("codes to one address", 5, 15 * clock.MINUTE)
GUESSES = Limit("guesses for one address", 20, 15 * clock.MINUTE)  # five for each code
WHOSE_BYTES = 16


class Home(BaseModel):
    """A block and its division."""

    id: str
    label: str
    homes: int
    division: DivisionSeen


class Me(BaseModel):
    """What the page needs to know of who is logged in; `mine_days` after it was sent, nothing says whose a post is.

    `suspended`: two moderators decided that nothing is sent from this account for a while.
    `listed`: a camera of this account is listed openly, so nothing is posted from it.
    `whose`: stands for the account towards its own browsers, so that they show a draft to nobody else.
    """

    email_hint: str
    whose: str
    home: Home | None
    mine_days: int
    listed: bool
    suspended: SuspendedSeen | None
    demo: bool


class AskCode(BaseModel):
    """Who wants to log in."""

    model_config = ConfigDict(extra="forbid")
    email: str = Field(max_length=254)


class CodeSent(BaseModel):
    """The same for every address; in demo data the code itself, which otherwise only the mail tells."""

    demo_code: str | None = None


class RedeemCode(BaseModel):
    """The code that came by mail; `same`: it is right for whoever is logged in here already, and for nobody else."""

    model_config = ConfigDict(extra="forbid")
    email: str = Field(max_length=254)
    code: str = Field(max_length=12)
    same: bool = False


class LoggedIn(BaseModel):
    """The token for programs; browsers get it as a cookie too."""

    token: str


class Move(BaseModel):
    """The block somebody calls home."""

    model_config = ConfigDict(extra="forbid")
    block_id: str = Field(max_length=40)


@router.post("/v1/log-ins", status_code=202, dependencies=[Depends(anyone)])
def ask_code(body: AskCode, desk: AtDesk, languages: Annotated[tuple[Language, ...], Depends(of_request)]) -> CodeSent:
    """Sends a single-use code to a mail address, in the language of this request, which nothing keeps; or in each.

    Asked too often, it answers the same and sends nothing: else anybody could ask how often it was asked for this
    address, and since when. That also takes as long, so a code is drawn, and a mail written, for nobody.
    """
    vault = desk.stores.vault
    residents.mail_lookup(vault, body.email)
    within = limits.is_within(vault, CODES, body.email.strip().lower())
    to, leave = (body.email, mailroom.send_code) if within else (logins.nobody(), mailroom.send_nothing)
    with vault.write(by=RESIDENT) as tx:
        code = logins.new_code(tx, vault, to)
        tx.after_commit(leave, mail_folder(desk.identity), to.strip(), code, languages)
    return CodeSent(demo_code=code if desk.settings.demo else None)


@router.post("/v1/log-ins/code", dependencies=[Depends(anyone)])
def redeem_code(body: RedeemCode, request: Request, desk: AtDesk, response: Response) -> LoggedIn:
    """Turns the code into a log-in; after too many guesses for one address, none is right.

    In a browser where its owner was logged in, the new log-in takes the place of that one.
    """
    vault = desk.stores.vault
    within = limits.is_within(vault, GUESSES, body.email.strip().lower())
    with vault.write(by=RESIDENT) as tx:
        found = logins.redeem(tx, vault, body.email if within else logins.nobody(), body.code)
        before = desk.cookie.token(request) if found else None
        is_right = found and not (body.same and found != logins.who(tx.connection, before or ""))
        token = logins.start(tx, found, instead_of=before) if found and is_right else None
        tx.after_commit(hang_up, desk.stores, RESIDENT)
    if token is None:
        raise Refused("That code is not right, or too old. Ask for a new one.", code="wrong_code")
    desk.cookie.put(response, token, seconds=logins.LOG_IN_LIFE // clock.SECOND)
    return LoggedIn(token=token)


@router.delete("/v1/log-ins/current", status_code=204)
def log_out(request: Request, _asking: Asking, desk: AtDesk, response: Response) -> None:
    """Ends the log-in this request came with, and with it whoever listens to the feed by it."""
    with desk.stores.vault.write(by=RESIDENT) as tx:
        logins.end(tx, desk.cookie.token(request) or "")
        tx.after_commit(hang_up, desk.stores, RESIDENT)
    desk.cookie.drop(response)


@router.get("/v1/me")
def me(asking: Asking, desk: AtDesk) -> Me:
    """Who I am here."""
    with desk.stores.vault.read() as conn:
        mine = residents.one(conn, desk.stores.vault, asking)
        listed, kept = listings.is_listed(conn, asking), suspended.seen(conn, asking)
    if mine is None:  # they left a moment ago
        raise NotLoggedIn("Log in to see this.")
    return Me(
        email_hint=hint_of(mine.mail),
        whose=ids.base32(desk.stores.vault.keyed("unfinished things of", asking)[:WHOSE_BYTES]),
        home=_home(desk, mine.home),
        mine_days=desk.identity.authorship_life // clock.DAY,
        listed=listed,
        suspended=kept,
        demo=desk.settings.demo,
    )


@router.put("/v1/me/home")
def move(body: Move, asking: Asking, desk: AtDesk) -> dict[str, Home | None]:
    """Chooses my home block: what my area is. Who listens to the feed by a log-in of mine gets a new ticket."""
    block = block_now(desk, body.block_id)
    with desk.stores.vault.write(by=RESIDENT) as tx:
        residents.move(tx, asking, block.id)
        listening.let_go(tx, asking)
        alerts.move(tx, asking, block.id)
        tx.after_commit(hang_up, desk.stores, RESIDENT)
    return {"home": _home(desk, block.id)}


def _home(desk: Desk, home: BlockId | None) -> Home | None:
    if home is None:
        return None
    with desk.stores.record.read() as conn:
        block = versions.known_block(conn, home)
    if block is None:
        return None
    seen = BlockSeen(id=block.id, label=block.label, homes=block.homes)
    division = DivisionSeen(id=block.division.id, name=block.division.name)
    return Home(**seen.model_dump(), division=division)


def hint_of(mail: str) -> str:
    """Enough of an address for its owner to know it by."""
    name, _, place = mail.partition("@")
    return f"{name[:1]}…@{place[:1]}…"
