"""Posts of my divisions: the list, one (an audited viewing), its media, a flag, and a ticket to the live feed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, Field

from api.arrivals import NextPiece
from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, number, page
from api.staff.auth import Viewer
from api.staff.searches import Searches
from api.staff.viewings import Viewings
from api.stores import Media, Record, Settings
from feed import tickets
from feed.events import POSTER, Closed, PostAsSeen, as_seen
from feed.tickets import Grant
from storage.db import Database
from storage.kit import clock
from storage.kit.errors import NotThere
from storage.kit.ids import BlockId, DivisionId, PostId
from storage.posts import lists as post_lists, posts
from storage.posts.lists import Wanted
from storage.posts.posts import Post, PostState
from storage.staff.staff import VIEWERS, LogIn, Role, StaffMember

router = APIRouter(prefix="/v1", tags=["posts"])
SEARCHED = (
    "Words, each of which must begin a word of the title or the text. A word is a run of letters and digits; case and"
    " accents do not matter. What has no word in it finds nothing."
)
MODERATED = (PostState.HELD, PostState.HIDDEN, PostState.REMOVED)

Division = Annotated[str, Field(max_length=40)]
Category = Annotated[str, Field(max_length=16)]
Divisions = Annotated[list[Division] | None, Query(max_length=50)]
Categories = Annotated[list[Category] | None, Query(max_length=10)]
Kind = Literal["video", "photo"]
# As many as a request's line carries through a proxy that allows 8 kB; a larger area is a division.
MOST_BLOCKS = 200
Block = Annotated[BlockId, Field(max_length=40)]
Blocks = Annotated[list[Block] | None, Query(max_length=MOST_BLOCKS)]


async def _viewings(request: Request) -> Viewings:
    viewings: Viewings = request.app.state.viewings
    return viewings


async def _searches(request: Request) -> Searches:
    searches: Searches = request.app.state.searches
    return searches


Seen = Annotated[Viewings, Depends(_viewings)]
Sought = Annotated[Searches, Depends(_searches)]


class Wish(Closed):
    """What a listener wants to hear of; None is all I may."""

    divisions: Annotated[list[Division], Field(max_length=50)] | None = None
    categories: Annotated[list[Category], Field(max_length=10)] | None = None
    blocks: Annotated[list[Block], Field(max_length=MOST_BLOCKS)] | None = None


class TicketSeen(Closed):
    """A ticket, and where to show it."""

    ticket: str
    url: str


@router.get("/posts")
def posts_of_my_divisions(
    me: Viewer,
    record: Record,
    searches: Sought,
    division: Divisions = None,
    category: Categories = None,
    since: AwareDatetime | None = None,
    q: Annotated[str | None, Query(max_length=100, description=SEARCHED)] = None,
    kind: Kind | None = None,
    block: Blocks = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[PostAsSeen]:
    """Live posts of my divisions, newest first; a search by words is on the audit, the words are not."""
    where = among_mine(me, _given(division))
    if q and cursor is None:
        searches.enter(me, q, where)
    from_when = clock.from_datetime(since) if since else None
    wanted = Wanted(_given(category), from_when, q, kind=kind, blocks=block)
    with record.read() as conn:
        found = post_lists.page(conn, where, wanted, before=number(cursor), limit=limit + 1)
    return page(found, limit, place=lambda post: (post.order_key,), seen=as_seen)


@router.get("/posts/{post_id}")
def view(post_id: PostId, me: Viewer, record: Record, viewings: Seen) -> PostAsSeen:
    """One post: an audited viewing."""
    post = visible(record, me.member, post_id)
    viewings.enter(me, post.id)
    return as_seen(post)


async def _once_there(
    post_id: PostId, file: str, me: Viewer, record: Record, media: Media, number: NextPiece = None
) -> None:
    if number is not None:
        await media.arrivals.wait(await run_sync(visible, record, me.member, post_id), file, number)


@router.head("/media/{post_id}/{file}", include_in_schema=False)
@router.get("/media/{post_id}/{file}", dependencies=[Depends(_once_there)])
def play(
    post_id: PostId, file: str, request: Request, me: Viewer, record: Record, media: Media, viewings: Seen
) -> Response:
    """A file of a post's media, with range requests; part of a viewing, or one by itself."""
    post = visible(record, me.member, post_id)
    answer = media.answer(request, post, file)
    # A list shows posters; looking through it is not yet viewing each clip.
    if file != POSTER:
        viewings.go_on(me, post.id)
    return answer


@router.post("/feed/tickets")
def ticket(me: Viewer, record: Record, settings: Settings, wish: Wish | None = None) -> TicketSeen:
    """A ticket to the live feed: one use, half a minute."""
    wish = wish or Wish()
    grant = Grant(
        audience="staff",
        divisions=tuple(sorted(among_mine(me, wish.divisions))),
        categories=None if wish.categories is None else tuple(wish.categories),
        blocks=None if wish.blocks is None else tuple(sorted(wish.blocks)),
        handle=me.member.id,
        log_in=me.digest,
        ends_at=me.ends_at,
    )
    with record.write(by=me.member.actor) as tx:
        return TicketSeen(ticket=tickets.issue(tx, grant), url=settings.feed_address)


def among_mine(me: LogIn, asked: Sequence[str] | None) -> frozenset[DivisionId]:
    """The divisions asked for, or all of mine; raises NotThere if one is not mine, or not there."""
    mine = me.member.reach(*VIEWERS)
    if asked is None:
        return mine
    if not mine.issuperset(asked):
        raise NotThere
    return frozenset(DivisionId(one) for one in asked)


def visible(record: Database, member: StaffMember, post_id: PostId) -> Post:
    """The post if this member may see it: live ones in any of their divisions, others where they moderate."""
    with record.read() as conn:
        post = posts.one(conn, member.reach(*VIEWERS), post_id)
    if post is None:
        raise NotThere
    moderates = post.state in MODERATED and post.division in member.reach(Role.MODERATOR)
    if post.state is not PostState.LIVE and not moderates:
        raise NotThere
    return post


def _given(asked: list[str] | None) -> list[str] | None:
    """What a form sends without a choice, `division=`, was not asked."""
    return [one for one in asked or () if one] or None
