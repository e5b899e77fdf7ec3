"""Empty what a muxer writes into an MP4 beside pictures and sound.

Does NOT protect: what the samples themselves hold (that is why they are encoded anew first), what the picture shows
or the sound says, or a file made by anyone but our own encoder. It empties; `proof` is what vouches.
"""

from __future__ import annotations

from workers.redact.mp4 import walk

DROPPED = {"udta", "meta", "uuid", "free", "skip", "colr"}  # colour is told once, in the picture stream
TIMES = {"mvhd", "tkhd", "mdhd"}
HANDLER_NAME = 24  # bytes of a `hdlr` before its name
COMPRESSOR_NAME = slice(42, 74)  # of an `avc1`, the encoder's own name


def scrub_mp4(data: bytes) -> bytes:
    """The same file with times zeroed and names emptied. No byte moves, so sample offsets stay true.

    Raises mp4.BrokenBox for what is no MP4.
    """
    clean = bytearray(data)
    for box in list(walk(data)):
        if box.kind in DROPPED:
            clean[box.start - 4 : box.start] = b"free"
            _zero(clean, box.start, box.end)
        elif box.kind in TIMES:
            _zero(clean, box.start + 4, box.start + (20 if data[box.start] else 12))
        elif box.kind == "hdlr":
            _zero(clean, box.start + HANDLER_NAME, box.end)
        elif box.kind == "avc1":
            _zero(clean, box.start + COMPRESSOR_NAME.start, box.start + COMPRESSOR_NAME.stop)
    return bytes(clean)


def _zero(data: bytearray, start: int, end: int) -> None:
    data[start:end] = bytes(end - start)
