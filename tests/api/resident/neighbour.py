"""A resident as the page or the command line would ask for them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import httpx

from storage.kit import clock
from storage.kit.ids import new_id
from tests.api.asking import Client

CAMERA = {"facing": "ne", "indoor": False, "retention_days": 14, "ask": "inbox", "name": "Front door"}


def said(block: str, **other: Any) -> dict[str, Any]:
    """What somebody says about a clip that happened an hour ago."""
    words = {"title": "A van with its lights off", "text": "It went round twice.", "category": "suspicious"}
    return {**words, "block_id": block, "happened_at": clock.as_text(clock.now() - clock.HOUR), **other}


def checksum(content: bytes) -> dict[str, str]:
    """The header that goes with a part."""
    return {"x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(content).digest()).decode()}


@dataclass
class Neighbour:
    """Somebody logged in, and the block they post in."""

    client: Client
    block: str

    def ask(self, method: str, path: str, body: object = None, **what: Any) -> httpx.Response:
        """One request; a body is JSON."""
        return self.client.ask(method, path, **({} if body is None else {"json": body}), **what)

    def get(self, path: str) -> Any:
        """What is there, which must be."""
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def begin(self, size: int, type: str = "video/mp4") -> dict[str, Any]:
        """An upload of so many bytes."""
        answer = self.ask("POST", "/v1/uploads", {"bytes": size, "type": type})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def upload(self, content: bytes = b"a clip", type: str = "video/mp4") -> str:
        """The id of a complete upload."""
        begun = self.begin(len(content), type)
        for part in begun["parts"]:
            start = (part["number"] - 1) * begun["part_bytes"]
            piece = content[start : start + begun["part_bytes"]]
            assert self.ask("PUT", part["url"], content=piece, headers=checksum(piece)).status_code == 200
        assert self.ask("POST", f"/v1/uploads/{begun['upload_id']}/finish").json() == {"state": "complete"}
        return str(begun["upload_id"])

    def post(self, *, key: str | None = None, upload_id: str | None = None, **other: Any) -> httpx.Response:
        """Posts a clip; whatever is not named is as it should be."""
        body = said(self.block, upload_id=upload_id or self.upload(), **other)
        return self.ask("POST", "/v1/posts", body, headers={"idempotency-key": key or new_id()})

    def posted(self, **other: Any) -> str:
        """The receipt of an accepted clip."""
        answer = self.post(**other)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["receipt"])

    def register(self, *, key: str | None = None, **other: Any) -> httpx.Response:
        """Registers a camera; whatever is not named is as it should be."""
        body = {"block_id": self.block, **CAMERA, **other}
        return self.ask("POST", "/v1/cameras", body, headers={"idempotency-key": key or new_id()})

    def registered(self, **other: Any) -> str:
        """The id of a registered camera."""
        answer = self.register(**other)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])
