"""Answers only who calls this program by a name of its own.

A page of another site can have its own name lead to this machine (DNS rebinding), and then asks from the same origin as
far as its browser knows; what it cannot change is the name it calls.
"""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api import answers
from storage.kit.doors import host_of
from storage.kit.errors import Malformed


class KnownHosts:
    """Passes on what is asked under one of `hosts`, on whatever port; refuses the rest before anything is looked at."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http" or host_of(Headers(scope=scope).get("host", "")) in self._hosts:
            await self._app(scope, receive, send)
            return
        await answers.answer(Malformed("Nothing is known here under this name.", code="unknown_host"))(
            scope, receive, send
        )
