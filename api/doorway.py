"""What every request passes: a number of its own, a bound on its body, closed headers on its answer, no leaking fault.

The number is drawn here for each request, is never read from one and never handed on: it must not join two programs.
"""

from __future__ import annotations

import re
import time
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import answers
from storage.kit import ids, log, metrics

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
# Media are for a player alone: opened as a page they could do nothing, and no cache keeps what may be taken back.
MEDIA = re.compile(r"/v1/(?:cases/[^/]+/posts/[^/]+/)?media/")
_OF_MEDIA = {"content-security-policy": "sandbox; default-src 'none'", "cache-control": "private, no-store"}
JSON_BYTES = 64 * 1024  # the largest JSON we take is a post's words: under 20 kB even if every character is escaped


class Doorway:
    """The outermost layer of a program; unexpected errors end here, told to the log without their message."""

    def __init__(self, app: ASGIApp, *, feed_address: str | None, large_bodies: tuple[str, ...]) -> None:
        self._app = app
        self._large_bodies = large_bodies
        self._headers = {
            "content-security-policy": _policy(feed_address),
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-resource-policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, started, began = ids.new_id(), False, time.monotonic()

        async def send_closed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._close(scope, MutableHeaders(scope=message), request_id)
                told = {"method": _method(scope), "route": answers.route_of(scope), "status": str(message["status"])}
                metrics.observe("request_seconds", time.monotonic() - began, **told)  # to the answer's first byte
            await send(message)

        try:
            await self._app(scope, self._bounded(scope, receive), send_closed)
        except ClientDisconnect:
            pass
        except Exception as error:  # noqa: BLE001  the last place that can keep its message out of every log
            log.fault("request_failed", error, request=request_id, method=_method(scope), route=answers.route_of(scope))
            if not started:  # otherwise the server cuts the connection: half an answer must not look like a whole one
                await answers.answer(answers.Fault())(scope, receive, send_closed)

    def _close(self, scope: Scope, headers: MutableHeaders, request_id: str) -> None:
        headers.update({**self._headers, "x-request-id": request_id})
        if MEDIA.match(scope["path"]):
            headers.update(_OF_MEDIA)
            headers.setdefault("content-disposition", 'inline; filename="porchlight-clip"')
        if scope["path"].startswith("/v1/"):
            headers.setdefault("cache-control", "no-store")

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        if self._large_bodies and scope["path"].startswith(self._large_bodies):
            return receive
        announced = Headers(scope=scope).get("content-length", "0")
        seen = int(announced) if announced.isdecimal() and int(announced) > JSON_BYTES else 0

        async def receive_bounded() -> Message:
            nonlocal seen
            if seen > JSON_BYTES:
                raise HTTPException(413)
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > JSON_BYTES:
                raise HTTPException(413)
            return message

        return receive_bounded


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _METHODS else "?"  # it is the asker's word


def _policy(feed_address: str | None) -> str:
    feed = urlsplit(feed_address or "")
    connect = f"'self' {feed.scheme}://{feed.netloc}" if feed.netloc else "'self'"
    return (
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
        f"connect-src {connect}; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
