"""Asking an app as a program or a browser would, without a port."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI

HOST = "http://porchlight.localhost"


class Client:
    """Somebody who asks `app`; with a `token`, by bearer. Cookies are kept as a browser would."""

    def __init__(self, app: FastAPI, token: str | None = None) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.token = token
        self._runner = asyncio.Runner()
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOST, headers=headers)

    def ask(self, method: str, path: str, **what: Any) -> httpx.Response:
        """One request, answered."""
        return self._runner.run(self._http.request(method, path, **what))

    def get(self, path: str, **what: Any) -> httpx.Response:
        """Reads."""
        return self.ask("GET", path, **what)

    def post(self, path: str, body: object = None, **what: Any) -> httpx.Response:
        """Sends JSON."""
        return self.ask("POST", path, json={} if body is None else body, **what)

    def close(self) -> None:
        """Lets go of the loop."""
        self._runner.run(self._http.aclose())
        self._runner.close()
