"""My saved watches: what I look out for, under a name and with a sound, and what is new of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from sqlalchemy import Connection

from api.staff.auth import Viewer
from api.staff.posts import MOST_BLOCKS, Block, Division, Kind, among_mine
from api.stores import Record
from feed.events import Closed
from storage.kit.ids import PostId
from storage.posts import lists as post_lists
from storage.posts.lists import Wanted
from storage.posts.posts import CATEGORIES
from storage.staff import unread, watches
from storage.staff.staff import VIEWERS, LogIn
from storage.staff.watches import Watch

router = APIRouter(prefix="/v1/watches", tags=["watches"])

Known = Annotated[str, Field(pattern=f"^({'|'.join(CATEGORIES)})$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class Filter(Closed):
    """Which posts are meant; None is any. Words as in the list of posts."""

    divisions: Annotated[tuple[Division, ...], Field(min_length=1, max_length=50)] | None = None
    categories: Annotated[tuple[Known, ...], Field(min_length=1, max_length=len(CATEGORIES))] | None = None
    kind: Kind | None = None
    words: Annotated[str, Field(max_length=100)] = ""
    blocks: Annotated[tuple[Block, ...], Field(min_length=1, max_length=MOST_BLOCKS)] | None = None


class NewWatch(Closed):
    """A watch as its owner wants it; the page makes the sound."""

    name: Name
    sound: Literal["none", "bell", "chime", "knock", "drop"] = "none"
    filter: Filter


class WatchSeen(NewWatch):
    """A watch, and which posts it means that I have not viewed, as far as `GET /v1/unread` knows them."""

    id: str
    unread: list[str]


class Watches(Closed):
    """In the order of their places."""

    items: list[WatchSeen]


@router.get("")
def mine(me: Viewer, record: Record) -> Watches:
    """My watches, each with what is unread of it."""
    with record.read() as conn:
        return Watches(items=_seen(conn, me, watches.of(conn, me.member.id)))


@router.post("", status_code=201)
def make(new: NewWatch, me: Viewer, record: Record) -> WatchSeen:
    """Saves a watch."""
    among_mine(me, new.filter.divisions)
    with record.write(by=me.member.actor) as tx:
        watch = watches.add(tx, me.member.id, name=new.name, sound=new.sound, wanted=new.filter.model_dump_json())
    with record.read() as conn:
        return _seen(conn, me, [watch])[0]


@router.put("/{watch_id}")
def change(watch_id: str, new: NewWatch, me: Viewer, record: Record) -> WatchSeen:
    """Gives a watch another name, sound and filter."""
    among_mine(me, new.filter.divisions)
    said = {"name": new.name, "sound": new.sound, "wanted": new.filter.model_dump_json()}
    with record.write(by=me.member.actor) as tx:
        watch = watches.change(tx, me.member.id, watch_id, **said)
    with record.read() as conn:
        return _seen(conn, me, [watch])[0]


@router.delete("/{watch_id}", status_code=204)
def remove(watch_id: str, me: Viewer, record: Record) -> None:
    """Deletes a watch."""
    with record.write(by=me.member.actor) as tx:
        watches.remove(tx, me.member.id, watch_id)


def _seen(conn: Connection, me: LogIn, found: Collection[Watch]) -> list[WatchSeen]:
    place = unread.mark(conn, me.member.id)
    reach = me.member.reach(*VIEWERS)
    new = [] if place is None else [post_id for post_id, _ in unread.above(conn, me.member.id, reach, place)]
    seen = []
    for watch in found:
        meant = Filter.model_validate_json(watch.wanted)
        # A division that is mine no more shows nothing; the watch stays, for the day it is mine again.
        places = reach if meant.divisions is None else reach.intersection(meant.divisions)
        wanted = Wanted(meant.categories, words=meant.words, kind=meant.kind, blocks=meant.blocks)
        among = set(post_lists.among(conn, places, wanted, new)) if new else set[PostId]()
        unviewed = [post_id for post_id in new if post_id in among]
        told = {"name": watch.name, "sound": watch.sound, "filter": meant, "id": watch.id, "unread": unviewed}
        seen.append(WatchSeen.model_validate(told))
    return seen
