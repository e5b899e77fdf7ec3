"""What is said about sending a file in parts, over a line that breaks."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from api.commands import asking, sending
from storage.kit.errors import Unavailable

PART = 10


class Uploads:
    """The server's side: what arrived, and which parts break off how often."""

    def __init__(self, breaks: dict[int, int]) -> None:
        self.breaks, self.size, self.closed = dict(breaks), 0, False
        self.parts: dict[int, bytes] = {}
        self.tries: list[int] = []
        self.with_token: list[bool] = []
        self.refuses = ""

    @property
    def numbers(self) -> range:
        return range(1, -(-self.size // PART) + 1)


def test_a_part_that_broke_off_is_sent_again_and_others_are_not(tmp_path: Path) -> None:
    """Only what is missing is sent again, and the file arrives whole."""
    clip, uploads = _file(tmp_path, 35), Uploads(breaks={2: 1})

    _send(clip, uploads)

    assert b"".join(uploads.parts[number] for number in uploads.numbers) == clip.read_bytes()
    assert sorted(uploads.tries) == [1, 2, 2, 3, 4]
    assert uploads.closed


def test_parts_carry_no_token(tmp_path: Path) -> None:
    """The signed address alone is the right to send a part."""
    clip, uploads = _file(tmp_path, 25), Uploads(breaks={})

    _send(clip, uploads)

    assert uploads.with_token == [False, False, False]


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    """The share that has arrived rises to 1."""
    shares: list[float] = []

    _send(_file(tmp_path, 40), Uploads(breaks={1: 1}), shares)

    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_line_that_always_breaks_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After several rounds in which nothing came across it is said so."""
    monkeypatch.setattr(sending, "LONGEST_WAIT", 0.0)

    with pytest.raises(Unavailable, match="breaks off"):
        _send(_file(tmp_path, 5), Uploads(breaks={1: 99}))


def test_a_program_that_takes_no_part_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is no line that breaks off: whoever sends need not look at theirs."""
    monkeypatch.setattr(sending, "LONGEST_WAIT", 0.0)
    uploads = Uploads(breaks={})
    uploads.refuses = "There is no room for clips at this moment."

    with pytest.raises(Unavailable, match="There is no room for clips"):
        _send(_file(tmp_path, 15), uploads)


@pytest.mark.parametrize(
    ("name", "head", "told"),
    [
        ("clip.bin", b"\0\0\0\x18ftypisom", "video/mp4"),
        ("clip.mp4", b"\0\0\0\x14ftypqt  ", "video/quicktime"),
        ("clip.webm", b"\x1a\x45\xdf\xa3", "video/webm"),
        ("clip.mkv", b"\x1a\x45\xdf\xa3", "video/x-matroska"),
        ("clip.mov", b"something", "video/quicktime"),
        ("clip", b"something", "application/octet-stream"),
        ("clip.mp4", b"\xff\xd8\xff\xe1", "image/jpeg"),
        ("photo", b"\x89PNG", "image/png"),
        ("IMG_0001.jpg", b"\0\0\0\x18ftypheic", "image/heic"),
        ("photo", b"\0\0\0\x18ftypavif", "image/avif"),
        ("photo.webp", b"RIFF", "image/webp"),
    ],
)
def test_the_type_is_told_by_content_then_by_name(name: str, head: bytes, told: str, tmp_path: Path) -> None:
    """The first bytes decide; a name only where they say nothing."""
    file = tmp_path / name
    file.write_bytes(head)

    assert sending.type_of(file) == told


def _file(folder: Path, size: int) -> Path:
    clip = folder / "clip.mp4"
    clip.write_bytes(bytes(range(size)))
    return clip


def _send(clip: Path, uploads: Uploads, shares: list[float] | None = None) -> None:
    seen: list[float] = [] if shares is None else shares
    with _serving(uploads) as port, asking.client(port, "token") as http, asking.client(port) as plain:
        assert sending.send(http, plain, clip, seen.append) == "u1"


@contextmanager
def _serving(uploads: Uploads) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.path == "/v1/uploads":
                uploads.size = json.loads(body)["bytes"]
                self._answer(201, {"upload_id": "u1"})
            else:
                uploads.closed = True
                self._answer(200, {"state": "complete"})

        def do_GET(self) -> None:
            parts = [{"number": n, "url": f"/part/{n}", "received": n in uploads.parts} for n in uploads.numbers]
            self._answer(200, {"part_bytes": PART, "parts": parts})

        def do_PUT(self) -> None:
            number, piece = int(self.path.split("/")[-1]), self.rfile.read(int(self.headers["content-length"]))
            uploads.tries.append(number)
            uploads.with_token.append("authorization" in self.headers)
            if uploads.breaks.get(number, 0) > 0:
                uploads.breaks[number] -= 1
                self.close_connection = True
                return
            if uploads.refuses:
                self._answer(503, {"error": {"message": uploads.refuses}})
                return
            told = base64.b64encode(hashlib.sha256(piece).digest()).decode()
            if self.headers["x-amz-checksum-sha256"] == told:
                uploads.parts[number] = piece
            self._answer(200, {})

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    running.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        running.join()
        server.server_close()
