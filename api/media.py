"""The files of a post's media: playlists, pieces and whole files, streamed, in ranges.

No storage key, no date and no digest reaches a client. The caller has made sure, for this very request, that the one
who asks may see the post; api/doorway.py adds the headers that every answer here has.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from fastapi import Request, Response

from api import answers, playlists
from api.arrivals import Arrivals
from api.streams import Stream
from api.under_way import Stands, States, UnderWay
from feed.events import PLAYLIST
from storage.db import Database
from storage.kit.errors import NotThere, PorchlightError
from storage.objects import Bucket
from storage.posts import posts, segments
from storage.posts.posts import MediaState, Post, Rendition
from storage.posts.segments import Piece

TYPES = {
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_PIECE = re.compile(r"([a-z0-9]{1,20})-([0-9]{1,6})\.(?:mp4|m4s)")


@dataclass(frozen=True)
class Span:
    """Bytes `start` up to, not including, `end`."""

    start: int
    end: int


class _NoSuchRange(PorchlightError):
    status, code = 416, "no_such_range"


class MediaDoor:
    """Answers for media, out of the bucket and as the record says."""

    def __init__(self, record: Database, bucket: Bucket, states: States = posts.states) -> None:
        self._record, self._bucket, self._under_way = record, bucket, UnderWay(record, states)
        self.arrivals = Arrivals(record)

    def answer(self, request: Request, post: Post, file: str, *, by: Stands | None = None) -> Response:
        """The file, whole (200) or the range asked for (206, 416); NotThere if the post, or the bucket, has none.

        `by` is what lets the one who asks see the post, where that is not the post itself.
        """
        suffix = PurePath(file).suffix
        if suffix not in TYPES:
            raise NotThere
        headers = {"content-disposition": f'inline; filename="porchlight-clip{suffix}"'}
        if suffix == playlists.SUFFIX:
            told = self._playlist(post, file).encode()
            headers["content-length"] = str(len(told))
            return Response(None if request.method == "HEAD" else told, 200, headers, TYPES[suffix])
        return self._bytes(request, by or post, self._pieces(post, file), headers, TYPES[suffix])

    def whole(self, key: str) -> Generator[bytes, None, None]:
        """The bytes of something that is no post's, as fast as they are taken; NotThere before the first."""
        self._bucket.size(key)
        return self._bucket.chunks(key)

    def _playlist(self, post: Post, file: str) -> str:
        with self._record.read() as conn:
            pieces = segments.of(conn, post.id)
        played = [one for one in post.renditions if one.file in pieces]
        if file == PLAYLIST and played:
            return playlists.master(played, pieces)
        for one in played:
            if file == playlists.of(one.file):
                ended = one.whole or post.media_state is MediaState.READY
                return playlists.media(one, pieces[one.file], ended=ended)
        raise NotThere

    def _pieces(self, post: Post, file: str) -> Sequence[Piece]:
        """Where the file's bytes are, in order: one object, a piece of a rendition, or all of its pieces."""
        renditions = {one.file: one for one in post.renditions}
        if (one := renditions.get(file)) and one.whole:
            return (Piece(0, one.key, 0, one.bytes, 0),) if one.key else self._all_of(post, one)
        if (asked := _PIECE.fullmatch(file)) and (one := renditions.get(f"{asked[1]}.mp4")) and not one.key:
            with self._record.read() as conn:
                piece = segments.one(conn, post.id, one.file, int(asked[2]))
            if piece is not None and playlists.name(one.file, piece.number) == file:
                return (piece,)
        raise NotThere

    def _all_of(self, post: Post, rendition: Rendition) -> Sequence[Piece]:
        with self._record.read() as conn:
            found = segments.of_file(conn, post.id, rendition.file)
        if not found:  # taken back since the caller looked
            raise NotThere
        return found

    def _bytes(
        self, request: Request, by: Stands, pieces: Sequence[Piece], headers: dict[str, str], kind: str
    ) -> Response:
        size = sum(piece.bytes for piece in pieces)
        # We hand out nothing that `If-Range` could name, so whoever sends it has something else: the whole is right.
        asked = None if "if-range" in request.headers else request.headers.get("range")
        try:
            span = wanted(asked, size)
        except _NoSuchRange as error:
            return answers.answer(error, {"content-range": f"bytes */{size}"})
        whole = span or Span(0, size)
        headers |= {"accept-ranges": "bytes", "content-length": str(whole.end - whole.start)}
        if span:
            headers["content-range"] = f"bytes {span.start}-{span.end - 1}/{size}"
        status = 206 if span else 200
        if request.method == "HEAD":
            self._bucket.size(pieces[0].key)
            return Response(None, status, headers, kind)
        return Stream(_across(self._bucket, pieces, whole), self._under_way, by, status, headers, kind)


def _across(bucket: Bucket, pieces: Sequence[Piece], span: Span) -> Generator[bytes, None, None]:
    """The span of what the pieces are, one after the other."""
    at = 0
    for piece in pieces:
        start, end = max(span.start - at, 0), min(span.end - at, piece.bytes)
        if start < end:
            yield from bucket.chunks(piece.key, piece.start + start, piece.start + end)
        at += piece.bytes


def wanted(asked: str | None, size: int) -> Span | None:
    """The span a Range header asks for; None for the whole, which is also the answer to what we do not understand."""
    found = _RANGE.fullmatch(asked or "")
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= end:
        raise _NoSuchRange("There are not that many bytes.")
    return Span(start, end)
