"""Judge a finished JPEG as if it came from a stranger.

Does NOT protect: what the picture shows. Written for our own encoder's baseline files; any other fails, on purpose.
"""

from __future__ import annotations

import re

from workers.redact.canvases import canvas_of
from workers.redact.findings import Finding
from workers.redact.jpeg_form import ends_with_its_picture, head

START, END = b"\xff\xd8", b"\xff\xd9"
FRAME = re.compile(rb"\xff\xc0\0\x11\x08(.{2})(.{2})", re.DOTALL)  # height and width
# Compressed data: any byte but FF, or FF with the 00 that says "only data".
DATA = re.compile(rb"(?:[^\xff]|\xff\x00)*", re.DOTALL)


def prove_jpeg(data: bytes, photo: tuple[int, int] | None = None) -> list[Finding]:
    """What cannot be vouched for in a finished JPEG; an empty list is the proof.

    A clip's stands on a canvas; a photo's has just the width and height that were planned for it.
    """
    frame = FRAME.search(data)
    if not data.startswith(START) or frame is None:
        return [Finding("jpeg", "does not begin as one")]
    height, width = (int.from_bytes(side) for side in frame.groups())
    if (width, height) != photo if photo else canvas_of(width, height) is None:
        return [Finding("jpeg", "a size that is none of ours")]
    form = head(width, height)
    if not data.startswith(form):
        return [Finding("jpeg", "a segment that says something else than it may")]
    scan = DATA.match(data, len(form))
    if scan is None or data[scan.end() :] != END:
        return [Finding("jpeg", "something after the picture")]
    if not ends_with_its_picture(scan[0], width, height):
        return [Finding("jpeg", "compressed bytes that are no such picture")]
    return []
