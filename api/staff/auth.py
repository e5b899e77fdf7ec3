"""Who of the staff is asking: each route of this program names one of these."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.http import Program
from api.stores import Stores
from api.who import TokenCookie, Who
from storage import staff
from storage.kit.errors import NotAllowed, NotLoggedIn
from storage.staff import VIEWERS, LogIn, Role

PROGRAM: Program = "staff"


def cookie(stores: Stores) -> TokenCookie:
    """The cookie of this program."""
    return TokenCookie(PROGRAM, secure=stores.settings.secure_cookies)


class StaffWho(Who):
    """A member of the staff who holds one of the roles somewhere; where, the verb itself asks."""

    def __init__(self, name: str, *roles: Role) -> None:
        self.name = name
        self._roles = roles

    def __call__(self, request: Request) -> LogIn:
        """The log-in that asks; raises NotLoggedIn or NotAllowed."""
        stores: Stores = request.app.state.stores
        token = cookie(stores).token(request)
        if not token:
            raise NotLoggedIn("Please log in.")
        with stores.record.read() as conn:
            log_in = staff.who(conn, token)
        if log_in is None:
            raise NotLoggedIn("This log-in has ended. Please log in again.")
        if not log_in.member.holds(*self._roles):
            raise NotAllowed("This is not part of your duties.")
        return log_in


any_staff = StaffWho("any staff", *Role)
viewer = StaffWho("viewer", *VIEWERS)
moderator = StaffWho("moderator", Role.MODERATOR)
investigator = StaffWho("investigator", Role.ANALYST, Role.DETECTIVE, Role.LEAD)
opener = StaffWho("detective or lead", Role.DETECTIVE, Role.LEAD)
detective = StaffWho("detective", Role.DETECTIVE)
lead = StaffWho("lead", Role.LEAD)
admin = StaffWho("admin", Role.ADMIN)

AnyStaff = Annotated[LogIn, Depends(any_staff)]
Viewer = Annotated[LogIn, Depends(viewer)]
Moderator = Annotated[LogIn, Depends(moderator)]
Investigator = Annotated[LogIn, Depends(investigator)]
Opener = Annotated[LogIn, Depends(opener)]
Detective = Annotated[LogIn, Depends(detective)]
Lead = Annotated[LogIn, Depends(lead)]
Admin = Annotated[LogIn, Depends(admin)]
