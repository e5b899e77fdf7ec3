"""Hands messages to push services: foreign addresses that browsers named, so only such as the operator trusts.

An endpoint is an address a stranger wrote. It is asked for over TLS, at a host of the list, at a public address that
was looked at before it is called, without redirects, for seconds and a few kilobytes.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import cast
from urllib.parse import SplitResult, urlsplit

from storage.identity.alerts.push_devices import Subscription
from storage.kit import clock
from workers.airlock.alerting.web_push import SIGNED_FOR, Signer, encrypt

TIMEOUT_SECONDS = 10.0  # of one step
ANSWER_BYTES = 4096
ENDPOINT_CHARACTERS = 1024
AWAY_SECONDS = 30.0  # a service that did not answer is left alone, so that thousands do not wait for it one by one
LONGEST_WAIT_SECONDS = 3600
LIFE_SECONDS = 4 * 3600  # a phone that is off for longer is told nothing: by then it is no news
REACHED = range(200, 300)
FORGOTTEN = (404, 410)

Address = tuple[str, int]
_Lines = dict[str, http.client.HTTPConnection]
Resolve = Callable[[str, int], Sequence[Address]]


class Outcome(StrEnum):
    """What became of a message."""

    SENT = "sent"
    FORGET = "forget"  # there is no such subscription any more
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True)
class Answer:
    """What a service said; `wait` is in seconds, where it said how long."""

    outcome: Outcome
    wait: int | None = None


class PushHosts:
    """All services a city lets messages go to. May be used by many threads at once; each keeps its own lines."""

    def __init__(self, allowed: Sequence[str], signer: Signer, *, resolve: Resolve | None = None) -> None:
        """`allowed`: hosts, which stand for those below them too; `http://127.0.0.1:PORT` is a test's stand-in."""
        self._allowed, self._signer, self._resolve = tuple(allowed), signer, resolve or public_addresses
        self._tls = ssl.create_default_context()
        self._signing = threading.Lock()
        self._signed: dict[str, tuple[int, str]] = {}
        self._away: dict[str, float] = {}
        self._mine = threading.local()
        self._open: list[_Lines] = []  # of every thread

    def send(self, subscription: Subscription, plain: bytes, *, topic: str) -> Answer:
        """One message. `topic` (32 characters at most): a newer one of it replaces one that was not delivered yet."""
        parts = _parts(subscription.endpoint)
        if parts is None or not is_known(subscription.endpoint, self._allowed):
            return Answer(Outcome.REFUSED)
        if self._away.get(parts.netloc, 0.0) > time.monotonic():
            return Answer(Outcome.LATER)
        headers = {
            "Authorization": self._authorization(f"{parts.scheme}://{parts.netloc}"),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(LIFE_SECONDS),
            "Topic": topic,
            "Urgency": "high",  # always: else it would tell which kind of news this is
        }
        try:
            return self._posted(parts, encrypt(subscription, plain), headers)
        except (OSError, http.client.HTTPException):  # also no TLS, or no public address
            self._drop(parts.netloc)
            self._away[parts.netloc] = time.monotonic() + AWAY_SECONDS
            return Answer(Outcome.LATER)

    def close(self) -> None:
        """Ends all lines; nobody sends any more."""
        for lines in self._open:
            for line in lines.values():
                line.close()

    def _posted(self, parts: SplitResult, body: bytes, headers: dict[str, str]) -> Answer:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        for fresh in (False, True):
            line = self._line(parts, fresh=fresh)
            try:
                line.request("POST", path, body, headers)
                answer = line.getresponse()
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                if fresh:  # not only that it was open for too long
                    raise
        answer.read(ANSWER_BYTES)
        if not answer.isclosed():
            self._drop(parts.netloc)
        return _told(answer.status, answer.getheader("Retry-After"))

    def _line(self, parts: SplitResult, *, fresh: bool) -> http.client.HTTPConnection:
        kept = self._kept()
        if fresh:
            self._drop(parts.netloc)
        if parts.netloc not in kept:
            if parts.scheme == "http":
                kept[parts.netloc] = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
            else:
                kept[parts.netloc] = _Line(parts.hostname or "", self._tls, self._resolve)
        return kept[parts.netloc]

    def _drop(self, netloc: str) -> None:
        line = self._kept().pop(netloc, None)
        if line is not None:
            line.close()

    def _kept(self) -> _Lines:
        if not hasattr(self._mine, "lines"):
            self._mine.lines = {}
            self._open.append(self._mine.lines)
        return cast("_Lines", self._mine.lines)

    def _authorization(self, origin: str) -> str:
        now = clock.now()
        with self._signing:  # or each of many threads would say another one, and be told apart by it
            signed_at, header = self._signed.get(origin, (0, ""))
            if now - signed_at > SIGNED_FOR // 2:
                header = self._signer.authorization(origin, now)
                self._signed[origin] = now, header
        return header


class _Line(http.client.HTTPSConnection):
    """A line to the very address that was looked at: a name that changes its mind in between is not asked again."""

    def __init__(self, host: str, tls: ssl.SSLContext, resolve: Resolve) -> None:
        super().__init__(host, timeout=TIMEOUT_SECONDS, context=tls)
        self._tls, self._resolve = tls, resolve

    def connect(self) -> None:
        """Opens it; raises OSError."""
        for address in self._resolve(self.host, self.port):
            with suppress(OSError):
                plain = socket.create_connection(address, TIMEOUT_SECONDS)
                self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
                return
        raise OSError("no address of it answers")


def public_addresses(host: str, port: int) -> list[Address]:
    """The addresses of a host; raises OSError where one of them is not public: such a name leads inside."""
    found = {str(place[0]) for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not found or not all(ipaddress.ip_address(each).is_global for each in found):
        raise OSError("an address that is not public")
    return [(each, port) for each in sorted(found)]


def is_known(endpoint: str, allowed: Sequence[str]) -> bool:
    """Whether messages may go there: `https`, no port, no user, at a host of the list or below one."""
    parts = _parts(endpoint)
    if parts is None:
        return False
    if parts.scheme == "http":
        return f"http://{parts.netloc}" in allowed
    host = parts.netloc.lower()
    return parts.scheme == "https" and any(host == one or host.endswith(f".{one}") for one in allowed)


def _parts(endpoint: str) -> SplitResult | None:
    plain = endpoint.isascii() and endpoint.isprintable() and not set(' \\#"<>').intersection(endpoint)
    if not plain or len(endpoint) > ENDPOINT_CHARACTERS:
        return None
    try:
        parts = urlsplit(endpoint)
        return parts if parts.hostname and "@" not in parts.netloc and parts.path.startswith("/") else None
    except ValueError:
        return None


def _told(status: int, retry_after: str | None) -> Answer:
    if status in REACHED:
        return Answer(Outcome.SENT)
    if status in FORGOTTEN:
        return Answer(Outcome.FORGET)
    if status == 429 or status >= 500:
        seconds = retry_after if retry_after and retry_after.isdecimal() else None
        return Answer(Outcome.LATER, None if seconds is None else min(int(seconds), LONGEST_WAIT_SECONDS))
    return Answer(Outcome.REFUSED)  # a redirect among them: nobody is led on from here
