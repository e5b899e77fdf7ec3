"""Those who want to know: each asks for all there is, at every address its program declares, and all of it is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import httpx

from tests.attacks.ledger import Ledger, Told

CUT_AT_MOST = 4
HOLE = re.compile(r"\{(\w+)\}")
ANYBODYS = ("poster.jpg", "clip.m3u8", "480p.m3u8", "480p.mp4", "480p-0.mp4", "480p-1.m4s", "photo.jpg")


class Attacker:
    """One who asks a program, with a token or without, and forgets nothing."""

    def __init__(self, name: str, address: str, ledger: Ledger, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.name, self.ledger, self.token, self.address = name, ledger, token, address
        self.cases: list[str] = []  # those they know of, beside posts
        self._http = httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False)

    def close(self) -> None:
        """Ends the line."""
        self._http.close()

    def ask(self, method: str, path: str, **rest: Any) -> Told:
        """One question, its answer noted."""
        answer = self._answered(method, path, **rest)
        return self.ledger.note(self.name, answer, answer.content)

    def _answered(self, method: str, path: str, **rest: Any) -> httpx.Response:
        """Patient: where a record is too busy to say that a post may still be seen, what is under way is cut."""
        for _ in range(CUT_AT_MOST):
            try:
                return self._http.request(method, path, **rest)
            except httpx.ReadError:
                if method not in ("GET", "HEAD"):
                    raise
        return self._http.request(method, path, **rest)

    def get(self, path: str, **rest: Any) -> Told:
        """One question that changes nothing."""
        return self.ask("GET", path, **rest)

    def json(self, path: str, **rest: Any) -> dict[str, Any]:
        """The answer to one that must be given."""
        answer = self._answered("GET", path, **rest)
        self.ledger.note(self.name, answer, answer.content)
        answer.raise_for_status()
        return dict(answer.json())

    def listed(self, path: str = "/v1/posts", **asked: Any) -> list[dict[str, Any]]:
        """All of a list, page after page."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.json(path, params={"limit": 7, **asked})
            found += page["items"]
            if page["cursor"] is None:
                return found
            asked["cursor"] = page["cursor"]

    def turns(self, path: str) -> None:
        """An address, and where it answers a list the pages that follow."""
        asked: dict[str, Any] = {}
        while (told := self.get(path, params=asked)).status == 200 and told.body.endswith(b'"}'):
            cursor = json.loads(told.body).get("cursor")
            if cursor is None:
                break
            asked = {"cursor": cursor}

    def looks_at_the_map(self) -> None:
        """Divisions, and all cells of each."""
        told = self.get("/v1/places/divisions")
        if told.status == 200:
            for division in json.loads(told.body)["features"]:
                self.get(division["properties"]["cells"])

    def takes_everything(self, post_ids: Sequence[str]) -> int:
        """Asks for each address of the program with what is known filled in, and for the media of each post."""
        before = len(self.ledger.answers)
        self.reads_everything(post_ids)
        self.looks_at_the_map()
        for post_id in post_ids:
            self.plays(post_id)
        return len(self.ledger.answers) - before

    def reads_everything(self, post_ids: Sequence[str]) -> None:
        """The same without media and map, which are alike for all of the staff."""
        for path in self._paths():
            for filled in _filled(path, self.cases if self.cases and "{case_id}" in path else post_ids):
                self.turns(filled)

    def plays(self, post_id: str) -> None:
        """Each file of a post's media, by its playlists and by name: whole, in part, and its headers alone."""
        files = dict.fromkeys(ANYBODYS)
        for playlist in ("clip.m3u8", "480p.m3u8"):
            told = self.get(f"/v1/media/{post_id}/{playlist}")
            files |= dict.fromkeys(re.findall(r"[\w-]+\.(?:m3u8|m4s|mp4)", told.body.decode("latin-1")))
        for file in files:
            at = f"/v1/media/{post_id}/{file}"
            self.get(at)
            self.ask("HEAD", at)
            self.get(at, headers={"Range": "bytes=0-63"})

    def _paths(self) -> Iterable[str]:
        described = self.json("/openapi.json")["paths"]
        yield from ("/", "/docs", "/v1/nothing")
        yield from (path for path, methods in described.items() if "get" in methods and "{file}" not in path)


def _filled(path: str, post_ids: Sequence[str]) -> list[str]:
    """The address with posts' ids in its holes: where something else is asked for they are guesses."""
    holes = HOLE.findall(path)
    return [HOLE.sub(post_id, path) for post_id in post_ids] if holes else [path]
