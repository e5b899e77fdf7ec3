"""Calls to the public HTTP API from a command: with patience for a program that is just being started again."""

from __future__ import annotations

import time
from typing import Any

import httpx

from storage.kit.errors import NotLoggedIn, Refused, TooOften, Unavailable
from storage.kit.settings import LOOPBACK

PATIENCE = 120.0  # seconds without any answer; a restart takes a few
FIRST_WAIT, LONGEST_WAIT = 0.25, 5.0
ANSWER_SECONDS = 30.0
COME_BACK = {429, 502, 503, 504}


def client(port: int, token: str | None = None) -> httpx.Client:
    """A client of the program on `port` of this machine."""
    return httpx.Client(
        base_url=f"http://{LOOPBACK}:{port}",
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=ANSWER_SECONDS,
        follow_redirects=True,
        trust_env=False,  # a token goes to this machine and to no proxy
    )


def ask(http: httpx.Client, method: str, path: str, **rest: Any) -> dict[str, Any]:
    """The answer's JSON; raises Refused with the program's own words, Unavailable when nothing answers for long."""
    deadline, wait = time.monotonic() + PATIENCE, FIRST_WAIT
    while True:
        try:
            answer = http.request(method, path, **rest)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code not in COME_BACK:
            return _read(answer)
        told = float(answer.headers.get("retry-after", 0)) if answer is not None else 0.0
        if time.monotonic() + max(told, wait) > deadline:
            if answer is not None and answer.status_code == TooOften.status:
                raise TooOften(f"That was done too often: come back in {told:.0f} seconds.", retry_after=int(told))
            raise Unavailable(f"Nothing answers at {http.base_url}: is `porchlight up` running?")
        time.sleep(max(told, wait))
        wait = min(wait * 2, LONGEST_WAIT)


def _read(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code == NotLoggedIn.status:
        raise NotLoggedIn("This token is not good, or not any more.")
    try:
        found: dict[str, Any] = answer.json()
        if answer.is_success:
            return found
        error = found["error"]
        raise Refused(error["message"], code=error["code"], fields=error.get("fields"))
    except (ValueError, KeyError, TypeError):
        raise Unavailable(f"The program answered {answer.status_code} in an unknown form.") from None
