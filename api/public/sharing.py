"""A post as somebody chose to show it outside, to whoever holds the link: no more than was allowed, while it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, FastAPI, Path, Request, Response

from api.arrivals import NextPiece
from api.media import MediaDoor
from api.who import anyone
from feed.events import POSTER, Closed, MediaSeen, as_seen
from storage.db import Database
from storage.kit.errors import NotThere
from storage.objects import Bucket
from storage.public import shared_links
from storage.public.shared_links import Shared, Shows, Where

router = APIRouter(tags=["shared"], dependencies=[Depends(anyone)])

Link = Annotated[str, Path(max_length=60)]


@dataclass(frozen=True)
class Window:
    """What shared posts are looked at through."""

    record: Database
    media: MediaDoor


def give(app: FastAPI, record: Database, bucket: Bucket) -> None:
    """Lets the app's endpoints ask."""
    app.state.window = Window(record, MediaDoor(record, bucket, shared_links.states))
    app.include_router(router)


async def _window(request: Request) -> Window:
    window: Window = request.app.state.window
    return window


Through = Annotated[Window, Depends(_window)]


class SharedSeen(Closed):
    """A post seen outside; `block` is None where only the division is told, `media` where only words are.

    It has no id and no time of publication: nothing by which somebody could find the same post elsewhere.
    """

    kind: Literal["video", "photo"]
    category: str
    title: str
    text: str
    happened_at: str
    division: str
    block: str | None
    homes: int | None
    media: MediaSeen | None


@router.get("/v1/shared/{link}")
def shown(link: Link, through: Through, response: Response) -> SharedSeen:
    """What this link shows. Revoked, taken back, or never made: the same answer."""
    found = _find(through, link)
    seen, near = as_seen(found.post), found.place is Where.BLOCK
    response.headers["x-robots-tag"] = "noindex, nofollow, noarchive"
    return SharedSeen(
        kind=seen.kind,
        category=seen.category,
        title=seen.title,
        text=seen.text,
        happened_at=seen.happened_at,
        division=seen.division.name,
        block=seen.block.label if near else None,
        homes=seen.block.homes if near else None,
        media=_media(found, seen.media),
    )


async def _once_there(link: Link, file: str, through: Through, number: NextPiece = None) -> None:
    if number is not None:
        await through.media.arrivals.wait((await run_sync(_find, through, link)).post, file, number)


@router.head("/v1/media/{link}/{file}", include_in_schema=False)
@router.get("/v1/media/{link}/{file}", dependencies=[Depends(_once_there)])
def play(link: Link, file: str, request: Request, through: Through) -> Response:
    """A file of the post's media, as far as the link shows them."""
    found = _find(through, link)
    if found.shows is Shows.WORDS or (found.shows is Shows.PICTURE and file != POSTER):
        raise NotThere
    return through.media.answer(request, found.post, file, by=found)


def _find(through: Window, link: str) -> Shared:
    with through.record.read() as conn:
        return shared_links.find(conn, link)


def _media(found: Shared, media: MediaSeen | None) -> MediaSeen | None:
    if found.shows is Shows.WORDS or media is None:
        return None
    if found.shows is Shows.PICTURE:
        return media.model_copy(update={"renditions": (), "playlist": None, "seconds": 0.0})
    return media
