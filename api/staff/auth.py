"""Who of the staff is asking: each route of this program names one of these."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.http import Program
from api.stores import Stores
from api.who import TokenCookie, Who
from storage.db import Database
from storage.kit import clock
from storage.kit.errors import NotAllowed, NotLoggedIn
from storage.staff import desks, staff
from storage.staff.staff import VIEWERS, LogIn, Role

PROGRAM: Program = "staff"


def cookie(stores: Stores) -> TokenCookie:
    """The cookie of this program."""
    return TokenCookie(PROGRAM, secure=stores.settings.secure_cookies)


class StaffWho(Who):
    """A member of the staff who holds one of the roles somewhere; where, the verb itself asks."""

    def __init__(self, name: str, *roles: Role, locked_too: bool = False) -> None:
        """`locked_too`: also at a desk that is locked, to open it or to leave."""
        self.name = name
        self._roles = roles
        self._locked_too = locked_too

    def __call__(self, request: Request) -> LogIn:
        """The log-in that asks; raises NotLoggedIn or NotAllowed."""
        stores: Stores = request.app.state.stores
        token = cookie(stores).token(request)
        if not token:
            raise NotLoggedIn("Please log in.")
        with stores.record.read() as conn:
            log_in = staff.who(conn, token)
            desk = None if log_in is None else desks.of(conn, log_in)
        if log_in is None or desk is None:
            raise NotLoggedIn("This log-in has ended. Please log in again.")
        if not self._locked_too and desk.is_locked(clock.now(), stores.settings.desk_lock):
            raise NotLoggedIn("This desk is locked. Its owner opens it.", code="locked")
        if not log_in.member.holds(*self._roles):
            raise NotAllowed("This is not part of your duties.")
        return log_in


def demand_fresh(record: Database, me: LogIn) -> None:
    """Raises NotAllowed unless who asks has shown a second factor in the last half hour, here or at the door."""
    with record.read() as conn:
        desk = desks.of(conn, me)
    if not desk.is_fresh(clock.now()):
        raise NotAllowed("Please show your second factor again.", code="prove_again")


any_staff = StaffWho("any staff", *Role)
at_a_locked_desk = StaffWho("any staff, at a locked desk too", *Role, locked_too=True)
viewer = StaffWho("viewer", *VIEWERS)
moderator = StaffWho("moderator", Role.MODERATOR)
moderator_or_lead = StaffWho("moderator or lead", Role.MODERATOR, Role.LEAD)
investigator = StaffWho("investigator", Role.ANALYST, Role.DETECTIVE, Role.LEAD)
opener = StaffWho("detective or lead", Role.DETECTIVE, Role.LEAD)
detective = StaffWho("detective", Role.DETECTIVE)
lead = StaffWho("lead", Role.LEAD)
admin = StaffWho("admin", Role.ADMIN)

AtALockedDesk = Annotated[LogIn, Depends(at_a_locked_desk)]
AnyStaff = Annotated[LogIn, Depends(any_staff)]
Viewer = Annotated[LogIn, Depends(viewer)]
Moderator = Annotated[LogIn, Depends(moderator)]
ModeratorOrLead = Annotated[LogIn, Depends(moderator_or_lead)]
Investigator = Annotated[LogIn, Depends(investigator)]
Opener = Annotated[LogIn, Depends(opener)]
Detective = Annotated[LogIn, Depends(detective)]
Lead = Annotated[LogIn, Depends(lead)]
Admin = Annotated[LogIn, Depends(admin)]
