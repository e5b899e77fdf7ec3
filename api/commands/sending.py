"""Sends a file in parts, several at a time; what broke off is sent again, what arrived is not."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import httpx

from api.commands.asking import ask
from storage.kit.errors import Refused, Unavailable
from storage.kit.ids import spread

AT_ONCE = 4
CUT = "The line breaks off every time."
ROUNDS = 8  # in a row that brought nothing across, until we give up: about two minutes
LONGEST_WAIT = 30.0
TYPES = {
    **{".mp4": "video/mp4", ".mov": "video/quicktime", ".mkv": "video/x-matroska", ".webm": "video/webm"},
    **{".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"},
    **{".heic": "image/heic", ".heif": "image/heif", ".avif": "image/avif"},
}
BRANDS = {b"qt  ": ".mov", b"heic": ".heic", b"heix": ".heic", b"mif1": ".heif", b"avif": ".avif"}

Progress = Callable[[float], None]  # how much of it has arrived, 0 to 1


def send(http: httpx.Client, plain: httpx.Client, file: Path, progress: Progress) -> str:
    """Uploads `file` and answers the upload's id. Parts go through `plain`, which carries no token."""
    upload = ask(http, "POST", "/v1/uploads", json={"bytes": file.stat().st_size, "type": type_of(file)})
    upload_id, fruitless = str(upload["upload_id"]), 0
    while True:
        standing = ask(http, "GET", f"/v1/uploads/{upload_id}")
        missing = [part for part in standing["parts"] if not part["received"]]
        if not missing and _finish(http, upload_id):
            return upload_id
        failures = _send_parts(plain, file, missing, standing, progress)
        fruitless = 0 if len(failures) < len(missing) else fruitless + 1
        if fruitless == ROUNDS:
            raise Unavailable(f"The clip could not be sent. {failures[-1] if failures else CUT}")
        if fruitless:
            time.sleep(spread(min(2.0**fruitless, LONGEST_WAIT)))


def type_of(file: Path) -> str:
    """What the file seems to be: by its first bytes, else by its name; the server looks for itself."""
    with file.open("rb") as opened:
        head = opened.read(12)
    if head[4:8] == b"ftyp":
        return TYPES[BRANDS.get(head[8:12], ".mp4")]
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        return TYPES[".png"] if head[0] == 0x89 else TYPES[".jpg"]
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return TYPES[".webm"] if file.suffix.lower() == ".webm" else TYPES[".mkv"]
    return TYPES.get(file.suffix.lower(), "application/octet-stream")


def _send_parts(
    plain: httpx.Client, file: Path, missing: list[dict[str, Any]], standing: dict[str, Any], progress: Progress
) -> list[str]:
    """Sends what is missing; why each part that did not come across did not."""
    size, total, failures, sent = standing["part_bytes"], len(standing["parts"]), list[str](), 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(_put, plain, file, part, size) for part in missing]
        for done in as_completed(waiting):
            failures += done.result()
            sent += not done.result()
            progress((total - len(missing) + sent) / total)
    return failures


def _put(plain: httpx.Client, file: Path, part: dict[str, Any], size: int) -> list[str]:
    """Nothing where it came across, else why it did not."""
    with file.open("rb") as opened:
        opened.seek((part["number"] - 1) * size)
        piece = opened.read(size)
    checksum = base64.b64encode(hashlib.sha256(piece).digest()).decode()
    try:
        answer = plain.put(part["url"], content=piece, headers={"x-amz-checksum-sha256": checksum})
    except httpx.TransportError:
        return [CUT]
    return [] if answer.is_success else [_said(answer)]


def _said(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return CUT


def _finish(http: httpx.Client, upload_id: str) -> bool:
    try:
        ask(http, "POST", f"/v1/uploads/{upload_id}/finish")
    except Refused as refused:
        if refused.code != "parts_missing":
            raise
        return False
    return True
