"""One file of a post's media, streamed, in ranges: no storage key, no date and no digest reaches a client.

The caller has made sure, for this very request, that the one who asks may see the post.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass
from pathlib import PurePath

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api import answers
from storage.kit.errors import NotThere, PorchlightError
from storage.objects import Bucket
from storage.posts import Post

TYPES = {
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
}
KEPT_SECONDS = 30  # by the viewer's own browser: spares it repeats while it seeks, and ends soon after a decision
# Threads of their own: viewers who wait for a bucket that hangs hold up nobody who asks for anything else.
READERS = CapacityLimiter(32)
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True)
class Span:
    """Bytes `start` up to, not including, `end`."""

    start: int
    end: int


class _NoSuchRange(PorchlightError):
    status, code = 416, "no_such_range"


def stream(request: Request, bucket: Bucket, post: Post, file: str) -> Response:
    """The file, whole (200) or the range asked for (206, 416); NotThere if the post, or the bucket, has none."""
    rendition = next((one for one in post.renditions if one.file == file), None)
    kind = TYPES.get(PurePath(file).suffix)
    if rendition is None or kind is None:
        raise NotThere
    size = rendition.bytes
    # We hand out nothing that `If-Range` could name, so whoever sends it has something else: the whole is right then.
    asked = None if "if-range" in request.headers else request.headers.get("range")
    try:
        span = wanted(asked, size)
    except _NoSuchRange as error:
        return answers.answer(error, {"content-range": f"bytes */{size}"})
    whole = span or Span(0, size)
    headers = {
        "accept-ranges": "bytes",
        "content-length": str(whole.end - whole.start),
        "cache-control": f"private, max-age={KEPT_SECONDS}",
    }
    if span:
        headers["content-range"] = f"bytes {span.start}-{span.end - 1}/{size}"
    status = 206 if span else 200
    if request.method == "HEAD":
        bucket.size(rendition.key)
        return Response(None, status, headers, kind)
    return _Stream(bucket.chunks(rendition.key, whole.start, whole.end), status, headers, kind)


class _Stream(StreamingResponse):
    """Read by threads, a piece at a time and only as fast as it is taken; let go of when the viewer leaves.

    The first piece is read before the answer begins: what is gone is 404 and a bucket that is away is 503, and only
    what breaks later is a connection that breaks.
    """

    def __init__(self, pieces: Generator[bytes, None, None], status: int, headers: dict[str, str], kind: str) -> None:
        super().__init__(self._as_taken(pieces), status, headers, kind)
        self._pieces = pieces
        self._first = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves it. A viewer who leaves in the middle would otherwise leave the file, or the line to S3, open."""
        try:
            self._first = await _next(self._pieces)
            await super().__call__(scope, receive, send)
        finally:
            self._pieces.close()

    async def _as_taken(self, pieces: Generator[bytes, None, None]) -> AsyncIterator[bytes]:
        piece = self._first
        while piece:
            yield piece
            piece = await _next(pieces)


async def _next(pieces: Generator[bytes, None, None]) -> bytes:
    return await run_sync(next, pieces, b"", limiter=READERS)


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
