"""What is new to me, at whichever desk I sit."""

from __future__ import annotations

from fastapi import APIRouter

from api.staff.auth import Viewer
from api.staff.posts import visible
from api.stores import Record
from feed.events import Closed
from storage.kit.ids import PostId
from storage.staff import unread
from storage.staff.staff import VIEWERS

router = APIRouter(prefix="/v1", tags=["posts"])


class UnreadPost(Closed):
    """A post that I have not viewed, and where it is."""

    id: str
    division_id: str


class Unread(Closed):
    """Newest first; among the newest thousand posts of my divisions."""

    items: list[UnreadPost]


@router.get("/unread")
def unread_posts(me: Viewer, record: Record) -> Unread:
    """Posts that came since I began to work here, were not marked as read, and that I have not viewed."""
    with record.read() as conn:
        place = unread.mark(conn, me.member.id)
    if place is None:
        with record.write(by=me.member.actor) as tx:
            unread.begin(tx, me.member.id)
        return Unread(items=[])
    with record.read() as conn:
        found = unread.above(conn, me.member.id, me.member.reach(*VIEWERS), place)
    return Unread(items=[UnreadPost(id=post_id, division_id=division) for post_id, division in found])


@router.delete("/unread/{post_id}", status_code=204)
def mark_as_read(post_id: PostId, me: Viewer, record: Record) -> None:
    """Marks a post and all that came before it as read. What came after it stays new: I may not have seen it come."""
    post = visible(record, me.member, post_id)
    with record.write(by=me.member.actor) as tx:
        unread.read_up_to(tx, me.member.id, post)
