"""Answers `/metrics`, `/ready` and `/live` of a program, beside its work: a program that hangs does not say it is well.

Each check runs in a thread of its own, again and again, so that one that hangs hides no other and is itself seen.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from storage.kit import metrics
from storage.kit.errors import Unavailable
from storage.kit.lifeline import die_with_parent
from storage.kit.variables import Address

CHECK_SECONDS = 2.0  # between two looks of one check
SILENT_SECONDS = 10.0  # a look that takes longer than this is as bad as one that fails


@dataclass(frozen=True)
class Check:
    """One thing without which a program is of no use: `look` raises where it is not well; `reason` is a code."""

    reason: str
    look: Callable[[], object]


class Readiness:
    """What the checks said last."""

    def __init__(
        self, checks: Sequence[Check], *, every: float = CHECK_SECONDS, silent: float = SILENT_SECONDS
    ) -> None:
        self._silent = silent
        self._well: dict[str, float] = {check.reason: float("-inf") for check in checks}
        for check in checks:
            threading.Thread(target=self._keep_looking, args=(check, every), daemon=True).start()

    def reasons(self) -> list[str]:
        """Why the program is of no use; none where it is."""
        now = time.monotonic()
        return sorted(reason for reason, at in self._well.items() if now - at > self._silent)

    def _keep_looking(self, check: Check, every: float) -> None:
        while True:
            try:
                check.look()
            except Exception:  # noqa: BLE001  whatever it was: the reason's code is all that is told
                self._well[check.reason] = float("-inf")
            else:
                self._well[check.reason] = time.monotonic()
            time.sleep(every)


def answer(where: Address | None, checks: Callable[[], Sequence[Check]], *, pid: int | None = None) -> None:
    """Answers at `where` from a thread, for as long as this process lives; raises Unavailable for a taken port.

    `None` is nowhere. `pid` is the process whose memory and descriptors are told, where it is not this one.
    """
    if where is None:
        return
    door = _door(where)
    readiness = Readiness(checks())
    metrics.ask("ready", lambda: float(not readiness.reasons()))

    class Answers(_Answers):
        ready, process = readiness, pid

    server = ThreadingHTTPServer(door.getsockname()[:2], Answers, bind_and_activate=False)
    server.socket.close()
    server.socket = door
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()


def answer_beside(where: Address | None, checks: Callable[[], Sequence[Check]]) -> None:
    """Answers at `where` from a process beside this one, which forks: a fork takes no other thread's locks along.

    What this process and its forks measure goes there through a pipe. Call it before anything is opened.
    """
    if where is None:
        return
    outlet, inlet = os.pipe()
    worker = os.getpid()
    if os.fork():
        os.close(outlet)
        metrics.through(inlet)
        return
    try:
        die_with_parent(worker)
        os.close(inlet)
        answer(where, checks, pid=worker)
        _take_all(outlet)
    finally:
        os._exit(1)


def _take_all(outlet: int) -> None:
    with open(outlet, "rb") as lines:
        for line in lines:
            with suppress(ValueError, KeyError):
                metrics.take(line)


def _door(where: Address) -> socket.socket:
    """A socket at the first address of the name that is this machine's: a name may stand for one of its networks."""
    with suppress(OSError):
        for family, kind, _, _, place in socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM):
            door = socket.socket(family, kind)
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                door.bind(place)
                door.listen()
                return door
            door.close()
    raise Unavailable(f"PORCHLIGHT_METRICS: port {where.port} is taken, or the host is not here.", code="port_taken")


class _Answers(BaseHTTPRequestHandler):
    ready: Readiness
    process: int | None
    timeout = 5  # of one who connects and says nothing

    def do_GET(self) -> None:
        """Answers by path."""
        if self.path == "/metrics":
            self._say(200, "text/plain; version=0.0.4; charset=utf-8", metrics.text(pid=self.process))
        elif self.path == "/ready":
            reasons = self.ready.reasons()
            body = json.dumps({"ready": not reasons, "reasons": reasons}).encode()
            self._say(503 if reasons else 200, "application/json", body)
        elif self.path == "/live":
            self._say(200, "application/json", b'{"live": true}')
        else:
            self._say(404, "application/json", b"{}")

    def log_message(self, *_: object) -> None:
        """Nothing of who asks is written."""

    def _say(self, status: int, kind: str, body: bytes) -> None:
        self.send_response_only(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
