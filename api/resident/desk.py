"""What the resident program holds, and who is asking it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from api.who import TokenCookie, Who
from storage.atlas import versions
from storage.atlas.shapes import Block, LargerBlock
from storage.identity.residents import logins, residents
from storage.identity.vault import ResidentId
from storage.kit.errors import Conflict, NotAllowed, NotLoggedIn, Refused
from storage.kit.ids import BlockId
from storage.kit.settings import IdentitySettings, RecordSettings
from workers.airlock.both_sides import BothSides
from workers.queue import Doorbell

NO_BLOCK, CHOOSE = "That block is not on the map.", "Choose a block of the map."


@dataclass(frozen=True)
class Desk:
    """The program's stores, its doorbell, its settings and its cookie."""

    stores: BothSides
    doorbell: Doorbell
    settings: RecordSettings
    identity: IdentitySettings
    cookie: TokenCookie


def desk_of(request: Request) -> Desk:
    """The desk of the app that was asked."""
    return cast(Desk, request.app.state.desk)


class _Resident(Who):
    name = "resident"

    def __call__(self, request: Request) -> ResidentId:
        """The resident who asks; raises NotLoggedIn."""
        desk = desk_of(request)
        token = desk.cookie.token(request)
        with desk.stores.vault.read() as conn:
            found = logins.who(conn, token) if token else None
        if found is None:
            raise NotLoggedIn("Log in to see this.")
        return found


class _JustProved(Who):
    name = "resident, logged in anew"

    def __call__(self, request: Request) -> ResidentId:
        """The resident who asks, and proved within the last half hour who they are; raises NotLoggedIn, NotAllowed."""
        desk, asking = desk_of(request), resident(request)
        with desk.stores.vault.read() as conn:
            fresh = logins.is_fresh(conn, desk.cookie.token(request) or "")
        if not fresh:
            raise NotAllowed("Log in once more before you do this.", code="log_in_anew")
        return asking


resident = _Resident()
Asking = Annotated[ResidentId, Depends(resident)]
Proved = Annotated[ResidentId, Depends(_JustProved())]
AtDesk = Annotated[Desk, Depends(desk_of)]


def block_now(desk: Desk, block_id: str) -> Block:
    """The cell of the current atlas with this id, where a home or a camera may be; raises Refused."""
    with desk.stores.record.read() as conn:
        block = versions.current(conn).block(block_id)
    if block is None:
        raise Refused(NO_BLOCK, fields={"block_id": CHOOSE})
    return block


def place_now(desk: Desk, block_id: str) -> Block | LargerBlock:
    """What a post may carry: a cell or a larger block of the current atlas with this id; raises Refused."""
    with desk.stores.record.read() as conn:
        place = versions.current(conn).place(block_id)
    if place is None:
        raise Refused(NO_BLOCK, fields={"block_id": CHOOSE})
    return place


def home_of(desk: Desk, asking: ResidentId) -> BlockId:
    """The home block of who asks; raises Conflict where none was chosen yet."""
    with desk.stores.vault.read() as conn:
        home = residents.home_of(conn, asking)
    if home is None:
        raise Conflict("Choose your block first.", code="no_home")
    return home
