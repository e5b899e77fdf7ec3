"""Leaving: an account goes with all that was held about it; what it posted and said is taken back or left without it.

At once, and for good: a time to think it over would be a time in which all of it is still there, and who leaves may
have a reason not to wait. What stands in the way of a slip is that they prove once more who they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.resident.desk import AtDesk, Desk, Proved
from api.resident.neighborhood.names import nod_mark, signed
from storage.db import RESIDENT
from storage.identity.clips import authorship
from storage.identity.residents import leaving, residents
from storage.identity.residents.leaving import Wish
from storage.identity.vault import ClipId, ResidentId
from storage.kit.errors import NotLoggedIn, NotThere
from storage.kit.ids import PostId
from storage.posts import comments, nods
from workers.airlock import mailroom
from workers.airlock.both_sides import mail_folder
from workers.airlock.hanging_up import hang_up

router = APIRouter(tags=["my account"])

Handle = Annotated[str, StringConstraints(max_length=40)]
Fate = Literal["take_back", "leave"]


class Leaving(BaseModel):
    """What becomes of what I posted and said; of posts, `except_posts` (their handles) go the other way.

    Nods are taken back, whatever else is left.
    `one_by_one`: what is taken back goes at times drawn for each within two days, so that nobody who watches the feed
    sees that it was one person's; otherwise all of it goes in the next minute.
    """

    model_config = ConfigDict(extra="forbid")
    posts: Fate
    except_posts: Annotated[list[Handle], Field(max_length=1000)] = []
    comments: Fate
    one_by_one: bool


@router.post("/v1/me/leave", status_code=204)
def leave(body: Leaving, asking: Proved, desk: AtDesk, response: Response) -> None:
    """Erases my account. Receipts go on to open what is left behind."""
    vault = desk.stores.vault
    with vault.read() as conn:
        who, mine = residents.one(conn, vault, asking), authorship.standing(conn, asking)
    if who is None:
        raise NotLoggedIn("Log in to see this.")
    said = _comments(desk, asking) if body.comments == "take_back" else ()
    wish = Wish(_clips(body, mine), said, body.one_by_one, _nods(desk, asking))
    with vault.write(by=RESIDENT) as tx:
        leaving.leave(tx, vault, who, wish)
        # Whoever reconciles does these too, a little later.
        tx.after_commit(hang_up, desk.stores, RESIDENT)
        tx.after_commit(mailroom.drop_to, mail_folder(desk.identity), who.mail)
        tx.after_commit(vault.clear_log)
    desk.cookie.drop(response)


def _clips(body: Leaving, mine: Mapping[str, ClipId]) -> list[ClipId]:
    other = set(body.except_posts)
    if not other <= mine.keys():
        raise NotThere
    return [clip_id for handle, clip_id in mine.items() if (body.posts == "take_back") is (handle not in other)]


def _comments(desk: Desk, asking: ResidentId) -> list[str]:
    """Mine among all comments: nothing says whose one is, so each post's mark is made and compared."""
    found, last, name, mark = list[str](), "", "", ""
    with desk.stores.record.read() as conn:
        for one in comments.marks(conn):
            if one.post != last:
                last = one.post
                name, mark = signed(desk.stores.vault, PostId(last), asking)
            if one.mark == mark or (not one.mark and one.name == name):
                found.append(one.id)
    return found


def _nods(desk: Desk, asking: ResidentId) -> list[str]:
    """The marks of my nods, found as comments are: by making mine anew under each post that has any."""
    found, last, mine = list[str](), "", ""
    with desk.stores.record.read() as conn:
        for one in nods.marks(conn):
            if one.post != last:
                last, mine = one.post, nod_mark(desk.stores.vault, one.post, asking)
            if one.mark == mine:
                found.append(one.mark)
    return found
