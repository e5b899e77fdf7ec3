"""Bytes on their way to a viewer: read by threads, a piece at a time, and only as fast as they are taken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator

from anyio import CancelScope, CapacityLimiter, create_task_group, sleep
from anyio.to_thread import run_sync
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from api.under_way import Stands, UnderWay

# Threads of their own: viewers who wait for a bucket that hangs hold up nobody who asks for anything else.
READERS = CapacityLimiter(32)


class Stream(StreamingResponse):
    """Let go of when the viewer leaves, and cut when the post is taken back.

    The first piece is read before the answer begins, and the post looked at again, since a slow bucket may take half a
    minute: what is gone is 404, a bucket that is away is 503, and only what breaks later is a connection that breaks.
    """

    def __init__(
        self,
        pieces: Generator[bytes, None, None],
        under_way: UnderWay,
        post: Stands,
        status: int,
        headers: dict[str, str],
        kind: str,
    ) -> None:
        super().__init__(self._as_taken(pieces), status, headers, kind)
        self._pieces, self._under_way, self._post = pieces, under_way, post
        self._first = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves it. A viewer who leaves in the middle would otherwise leave the file, or the line to S3, open."""
        broke = None
        try:
            self._first = await _next(self._pieces)
            with self._under_way.streaming(self._post):
                await self._under_way.must_stand(self._post)
                async with create_task_group() as both:
                    both.start_soon(self._watch, scope, both.cancel_scope)
                    try:
                        await super().__call__(scope, receive, send)
                    except Exception as error:  # noqa: BLE001  raised below, as it is and not as one of a group
                        broke = error
                    both.cancel_scope.cancel()
        finally:
            self._pieces.close()
        if broke:
            raise broke

    async def _watch(self, scope: Scope, serving: CancelScope) -> None:
        """Ends the serving, also while it waits for a slow reader, when the post does not stand as it did."""
        while await self._under_way.stands(self._post):
            await sleep(self._under_way.pause)
        if cut := scope.get("state", {}).get("cut"):
            cut()
        serving.cancel()

    async def _as_taken(self, pieces: Generator[bytes, None, None]) -> AsyncIterator[bytes]:
        piece = self._first
        while piece:
            yield piece
            piece = await _next(pieces)


async def _next(pieces: Generator[bytes, None, None]) -> bytes:
    return await run_sync(next, pieces, b"", limiter=READERS)
