"""Judge a finished JPEG as if it came from a stranger.

Does NOT protect: what the picture shows. Written for our own encoder's baseline files; any other fails, on purpose.
"""

from __future__ import annotations

import re

from workers.redact.findings import Finding

START, END, SCAN = b"\xff\xd8", b"\xff\xd9", 0xDA
SEGMENTS = {
    0xE0: re.compile(rb"JFIF\0\x01[\x01\x02]\0\0\x01\0\x01\0\0"),  # square pixels, no thumbnail
    0xDB: re.compile(rb"(?:[\x00-\x03].{64})+", re.DOTALL),
    0xC0: re.compile(rb"\x08.{4}\x03(?:.{3}){3}", re.DOTALL),
    0xC4: re.compile(rb"(?:[\x00\x01\x10\x11].{16}.{1,256})+", re.DOTALL),
    SCAN: re.compile(rb"\x03(?:.{2}){3}\x00\x3f\x00", re.DOTALL),
}
# Compressed data: any byte but FF, or FF with the 00 that says "only data".
DATA = re.compile(rb"(?:[^\xff]|\xff\x00)*", re.DOTALL)


def prove_jpeg(data: bytes) -> list[Finding]:
    """What cannot be vouched for in a finished JPEG; an empty list is the proof."""
    if not data.startswith(START):
        return [Finding("jpeg", "does not begin as one")]
    at, kind = len(START), 0
    while kind != SCAN:
        if at + 4 > len(data) or data[at] != 0xFF:
            return [Finding("jpeg", "a segment that cannot be")]
        kind, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        shape = SEGMENTS.get(kind)
        if shape is None or size < 2 or not shape.fullmatch(data[at + 4 : at + 2 + size]):
            return [Finding(f"jpeg/{kind:02x}", "a segment that is not known")]
        at += 2 + size
    scan = DATA.match(data, at)
    if scan is None or data[scan.end() :] != END:
        return [Finding("jpeg", "something after the picture")]
    return []
