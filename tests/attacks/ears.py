"""One who listens to the live feed with a raw line, and keeps every byte of every message."""

from __future__ import annotations

import json
import threading
import time
from contextlib import ExitStack, suppress
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.attacks.attackers import Attacker

HEARS_WITHIN = 60.0  # seconds


class Ear:
    """Listens under an attacker's name from `cursor` on (None: from now on) until it is closed."""

    def __init__(self, attacker: Attacker, *, cursor: str | None = None) -> None:
        granted = json.loads(attacker.ask("POST", "/v1/feed/tickets", json={}).body)
        self._attacker = attacker
        self.heard: list[dict[str, Any]] = []
        self._opened = ExitStack()
        self._line = self._opened.enter_context(connect(granted["url"], proxy=None, max_size=1 << 20))
        opened = self._line.response
        assert opened is not None
        attacker.ledger.hear(attacker.name, str(opened.headers).encode())
        self._line.send(json.dumps({"type": "hello", "ticket": granted["ticket"], "cursor": cursor}))
        self._take()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def began(self) -> str:
        """The cursor it began with."""
        return str(self.heard[0]["cursor"])

    def events(self) -> list[dict[str, Any]]:
        """What was told of posts so far."""
        return [told for told in self.heard if told["type"] == "event"]

    def hears(self, kind: str, post_id: str) -> dict[str, Any]:
        """Waits until it is told so."""
        deadline = time.monotonic() + HEARS_WITHIN
        while time.monotonic() < deadline:
            for told in self.events():
                if told["kind"] == kind and (told.get("post_id") or told["post"]["id"]) == post_id:
                    return told
            time.sleep(0.05)
        raise AssertionError(f"{self._attacker.name} did not hear {kind}")

    def close(self) -> None:
        """Listens no more."""
        self._opened.close()
        self._thread.join(5)

    def _listen(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                self._take()

    def _take(self) -> None:
        said = self._line.recv()
        raw = said if isinstance(said, bytes) else said.encode()
        self._attacker.ledger.hear(self._attacker.name, raw)
        self.heard.append(json.loads(raw))
