"""My area: the posts of my home's division, their media and comments, and a ticket to the live feed."""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from api.arrivals import NextPiece
from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, number, page
from api.readable import READABLE
from api.resident.desk import Asking, AtDesk, Desk, home_of
from api.resident.neighborhood.names import signed
from api.stores import Media
from feed import tickets
from feed.events import PostAsSeen, as_seen
from feed.tickets import Grant
from storage.atlas import versions
from storage.db import RESIDENT, Tx
from storage.identity import limits
from storage.identity.clips import authorship
from storage.identity.limits import Limit as TryLimit
from storage.identity.residents import listening
from storage.identity.vault import ResidentId
from storage.kit import clock, ids
from storage.kit.errors import NotThere
from storage.kit.ids import DivisionId, PostId
from storage.posts import comments, lists as post_lists, posts
from storage.posts.comments import Comment
from storage.posts.lists import Wanted
from storage.posts.posts import CATEGORIES, Post, PostState
from workers.redact.text import scrub

router = APIRouter(tags=["my area"])

WORDS_A_DAY = TryLimit("comments and flags of one resident", 60, clock.DAY)


class CategorySeen(BaseModel):
    """One category and the key of its name in the page's words."""

    id: str
    label_key: str


class CommentSeen(BaseModel):
    """One comment."""

    id: str
    name: str
    text: str
    at: str


class NewComment(BaseModel):
    """What somebody says under a post."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), READABLE]


class TicketSeen(BaseModel):
    """A ticket and where to use it."""

    ticket: str
    url: str


@router.get("/v1/categories")
def categories(_asking: Asking) -> Page[CategorySeen]:
    """What a post can be about."""
    return Page(items=[CategorySeen(id=name, label_key=f"category.{name}") for name in CATEGORIES], cursor=None)


@router.get("/v1/neighborhood/posts")
def area(
    asking: Asking,
    desk: AtDesk,
    category: Annotated[list[str] | None, Query(max_length=10)] = None,
    since: AwareDatetime | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[PostAsSeen]:
    """Live posts of my area, newest first; which of them are near my block, the page tells by itself.

    Asked for by blocks, the record would be told where I live.
    """
    division = division_of_home(desk, asking)
    wanted = Wanted(category, clock.from_datetime(since) if since else None)
    with desk.stores.record.read() as conn:
        found = post_lists.page(conn, [division], wanted, before=number(cursor), limit=limit + 1)
    return page(found, limit, place=lambda post: (post.order_key,), seen=as_seen)


@router.get("/v1/posts/{post_id}")
def one(post_id: PostId, asking: Asking, desk: AtDesk) -> PostAsSeen:
    """A post of my area, or one of my own."""
    return as_seen(visible(desk, asking, post_id))


@router.get("/v1/posts/{post_id}/as-police-see-it")
def as_police_see_it(post_id: PostId, asking: Asking, desk: AtDesk) -> PostAsSeen:
    """The same bytes an analyst gets for this post."""
    return as_seen(visible(desk, asking, post_id))


async def _once_there(
    post_id: PostId, file: str, asking: Asking, desk: AtDesk, media: Media, number: NextPiece = None
) -> None:
    if number is not None:
        await media.arrivals.wait(await run_sync(visible, desk, asking, post_id), file, number)


@router.head("/v1/media/{post_id}/{file}", include_in_schema=False)
@router.get("/v1/media/{post_id}/{file}", dependencies=[Depends(_once_there)])
def play(post_id: PostId, file: str, request: Request, asking: Asking, desk: AtDesk, media: Media) -> Response:
    """A file of a post's media: a playlist, a piece, or a whole file with range requests."""
    return media.answer(request, visible(desk, asking, post_id), file)


@router.get("/v1/posts/{post_id}/comments")
def said(post_id: PostId, asking: Asking, desk: AtDesk) -> Page[CommentSeen]:
    """What neighbours say under a post, oldest first."""
    visible(desk, asking, post_id)
    with desk.stores.record.read() as conn:
        return Page(items=[_seen(comment) for comment in comments.of_post(conn, post_id)], cursor=None)


@router.post("/v1/posts/{post_id}/comments", status_code=201)
def say(post_id: PostId, body: NewComment, asking: Asking, desk: AtDesk) -> CommentSeen:
    """Says something under a post, by a name that stands for me there and nowhere else."""
    visible(desk, asking, post_id)
    limits.count(desk.stores.vault, WORDS_A_DAY, asking)
    name, mark = signed(desk.stores.vault, post_id, asking)
    with desk.stores.record.write(by=RESIDENT) as tx:
        still_live(tx, post_id)
        at = clock.rounded(tx.now())
        return _seen(comments.add(tx, post_id, name=name, mark=mark, text=scrub(body.text), at=at))


@router.post("/v1/feed/tickets")
def ticket(request: Request, asking: Asking, desk: AtDesk) -> TicketSeen:
    """A ticket to the live feed of my area: one use, half a minute."""
    # Drawn for this ticket: the feed knows the listener by it, and only the identity side whose log-in ends it.
    grant = Grant(
        audience="resident",
        divisions=(division_of_home(desk, asking),),
        handle=ids.new_id(),
        ends_at=clock.now() + listening.LISTENS_AT_MOST,
    )
    with desk.stores.vault.write(by=RESIDENT) as tx:
        listening.note(tx, desk.cookie.token(request) or "", grant.handle)
    with desk.stores.record.write(by=RESIDENT) as tx:
        return TicketSeen(ticket=tickets.issue(tx, grant), url=desk.settings.feed_address)


def division_of_home(desk: Desk, asking: ResidentId) -> DivisionId:
    """The division that the home of who asks is in; raises Conflict where none was chosen, and NotThere."""
    home = home_of(desk, asking)
    with desk.stores.record.read() as conn:
        block = versions.known_block(conn, home)
    if block is None:
        raise NotThere
    return block.division.id


def visible(desk: Desk, asking: ResidentId, post_id: PostId) -> Post:
    """The post, live and of my area, or my own; raises NotThere."""
    with desk.stores.vault.read() as conn:
        mine = authorship.own_block(conn, asking, post_id)
    # One's own is asked for in the very words of anybody's: else whoever has the record write down what it is asked
    # would read which of those who look, and say something, is its author.
    place = mine or home_of(desk, asking)
    with desk.stores.record.read() as conn:
        block = versions.known_block(conn, place)
        post = posts.one(conn, [block.division.id], post_id, kept=True) if block else None
    if post is None or (post.state is not PostState.LIVE and mine is None):
        raise NotThere
    return post


def still_live(tx: Tx, post_id: PostId) -> None:
    """Asked again under the lock: nothing is added under a post that was taken back a moment ago."""
    post = posts.locked(tx, post_id)
    if post is None or post.state is not PostState.LIVE:
        raise NotThere


def _seen(comment: Comment) -> CommentSeen:
    return CommentSeen(id=comment.id, name=comment.name, text=comment.text, at=clock.as_text(comment.at))
