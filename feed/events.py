"""Everything a listener can be told, as closed frozen types: what is not in them cannot reach anyone.

`PostAsSeen` is the one form in which police and neighbours see a post, over HTTP and on the feed alike.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from storage.feed_log import Kind, Line
from storage.kit.clock import as_text
from storage.posts.posts import Post, PostState

POSTER, PLAYLIST = "poster.jpg", "clip.m3u8"


class Closed(BaseModel):
    """A type whose fields are all there is."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DivisionSeen(Closed):
    """A division, as told with a post."""

    id: str
    name: str


class BlockSeen(Closed):
    """A block, as told with a post: never anything finer."""

    id: str
    label: str
    homes: int


class RenditionSeen(Closed):
    """One file of a post's media; sizes in pixels and bytes."""

    file: str
    width: int
    height: int
    bytes: int


class MediaSeen(Closed):
    """What can be played: whole files, and a playlist that begins to play before they are whole.

    `playlist` is None for a photo, and for clips from before there were playlists.
    """

    state: Literal["arriving", "ready"]
    poster: str | None
    renditions: tuple[RenditionSeen, ...]
    playlist: str | None
    seconds: float


class PostAsSeen(Closed):
    """A post, as police and neighbours see it (PROTOCOL.md): times rounded, block a published cell."""

    id: str
    kind: Literal["video", "photo"]
    category: str
    title: str
    text: str
    happened_at: str
    published_at: str
    division: DivisionSeen
    block: BlockSeen
    media: MediaSeen | None
    state: PostState


class Told(Closed):
    """An event about a post that can be seen."""

    type: Literal["event"] = "event"
    seq: int
    kind: Literal[Kind.PUBLISHED, Kind.UPDATED]
    post: PostAsSeen


class TakenBack(Closed):
    """An event about a post that can no longer be seen."""

    type: Literal["event"] = "event"
    seq: int
    kind: Literal[Kind.HIDDEN, Kind.WITHDRAWN, Kind.REMOVED, Kind.EXPIRED]
    post_id: str


class Ready(Closed):
    """The answer to a hello: where this listener is; `reset` asks it to read the list anew."""

    type: Literal["ready"] = "ready"
    cursor: str
    reset: bool


class Beat(Closed):
    """Moves the cursor of listeners for whom nothing happens."""

    type: Literal["beat"] = "beat"
    cursor: str


FeedEvent = Told | TakenBack


def as_seen(post: Post) -> PostAsSeen:
    """The post as anyone but its author sees it."""
    files = [rendition for rendition in post.renditions if rendition.file != POSTER and rendition.whole]
    media = MediaSeen(
        state=post.media_state.value,
        poster=POSTER if any(rendition.file == POSTER for rendition in post.renditions) else None,
        renditions=tuple(RenditionSeen(file=r.file, width=r.width, height=r.height, bytes=r.bytes) for r in files),
        playlist=PLAYLIST if any(rendition.pieces for rendition in post.renditions) else None,
        seconds=post.seconds / 1000,
    )
    return PostAsSeen(
        id=post.id,
        kind="photo" if post.kind == "photo" else "video",
        category=post.category,
        title=post.title,
        text=post.text,
        happened_at=as_text(post.happened_at),
        published_at=as_text(post.published_at),
        division=DivisionSeen(id=post.division, name=post.division_name),
        block=BlockSeen(id=post.block.id, label=post.block.label, homes=post.block.homes),
        media=media,
        state=post.state,
    )


def build(line: Line, post: Post | None) -> FeedEvent | None:
    """The event a log line stands for *now*: None where it told of a post that may not be seen any more."""
    if line.kind is Kind.RIGHTS:
        return None
    if line.kind in (Kind.PUBLISHED, Kind.UPDATED):
        if post is None or post.state is not PostState.LIVE:
            return None
        return Told(seq=line.seq, kind=line.kind, post=as_seen(post))
    return TakenBack(seq=line.seq, kind=line.kind, post_id=line.post_id)
