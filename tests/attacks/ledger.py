"""All that an attacker was ever told: each answer, frame and file, kept whole, and every address it was seen at."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx

OF_THE_MOMENT = {b"date", b"x-request-id"}  # headers that differ between two answers to one question


@dataclass(frozen=True)
class Told:
    """One answer: to whom, to what, and what."""

    who: str
    asked: str
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def answer(self) -> dict[str, Any]:
        """What was told as JSON."""
        return dict(json.loads(self.body))

    @property
    def lasting(self) -> tuple[int, tuple[tuple[bytes, bytes], ...], bytes]:
        """The answer without what belongs to its moment: what two answers are compared by."""
        return self.status, tuple(one for one in self.headers if one[0] not in OF_THE_MOMENT), self.body


@dataclass
class Ledger:
    """What was told, in the order of its coming. Equal bytes are kept once: a thousand films of one picture are one."""

    answers: list[Told] = field(default_factory=list)
    frames: list[tuple[str, bytes]] = field(default_factory=list)
    _bodies: dict[bytes, bytes] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def bodies(self) -> int:
        """How many different ones there are."""
        return len(self._bodies)

    @property
    def size(self) -> int:
        """Of the different bodies together, in bytes."""
        return sum(len(body) for body in self._bodies.values())

    def note(self, who: str, answer: httpx.Response, body: bytes) -> Told:
        """Keeps an answer."""
        asked = f"{answer.request.method} {answer.request.url.raw_path.decode()}"
        headers = tuple((name.lower(), value) for name, value in answer.headers.raw)
        with self._lock:
            kept = self._bodies.setdefault(sha256(body).digest(), body)
            told = Told(who, asked, answer.status_code, headers, kept)
            self.answers.append(told)
        return told

    def hear(self, who: str, frame: bytes) -> None:
        """Keeps a message of the feed, or what was said when its line was opened."""
        with self._lock:
            self.frames.append((who, frame))

    def of(self, *who: str) -> list[Told]:
        """What these were answered."""
        return [told for told in self.answers if told.who in who]

    def places(self, *who: str) -> Iterator[tuple[str, bytes]]:
        """Everything these were told over HTTP, for the oracle: headers with each, and each body once."""
        seen: set[int] = set()
        for told in self.of(*who):
            where = f"{told.who}: {told.asked}"
            yield f"{where}, headers", b"\n".join(b": ".join(pair) for pair in told.headers)
            if id(told.body) not in seen:
                seen.add(id(told.body))
                yield where, told.body

    def heard(self, *who: str) -> Iterator[tuple[str, bytes]]:
        """Everything these heard on the feed, for the oracle."""
        for each, frame in self.frames:
            if each in who:
                yield f"{each}: a frame of the feed", frame

    def addresses(self, *who: str) -> list[str]:
        """What these ever asked with GET and were given, each once."""
        given = [told.asked for told in self.of(*who) if told.status in (200, 206) and told.asked.startswith("GET ")]
        return [asked.removeprefix("GET ") for asked in dict.fromkeys(given)]
