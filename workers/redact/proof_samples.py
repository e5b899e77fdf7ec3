"""Judge what stands at the beginning and end of a compressed picture and of a frame of sound.

Does NOT protect: what lies between is compressed picture and sound, and is not decoded here. It came from our own
encoder, which was given pictures and sound alone.
"""

from __future__ import annotations

import re

KEYFRAME, PICTURE = 0x65, 0x41  # the two units there may be, each alone in its sample
# Within a unit these would be the beginning of another, or bytes that decoders pass over.
BREAKS = re.compile(rb"\x00\x00[\x00-\x02]|\x00\x00\x03[^\x00-\x03]|\x00\x00\x03\Z|\x00\Z", re.DOTALL)
ORDER = 16  # pictures are numbered up to here, from a keyframe on
SINGLE = 0b0000000  # one channel, the first; then its sound begins


def is_picture(unit: bytes, place: int, segment: int) -> bool:
    """Whether a sample is one slice, the `place`-th picture of its segment: a keyframe at 0, and no other."""
    if len(unit) < 8 or int.from_bytes(unit[:4]) != len(unit) - 4 or BREAKS.search(unit, 4):
        return False
    if unit[4] != (PICTURE if place else KEYFRAME):
        return False
    # First of its picture; a slice whose picture is all of one kind; the one parameter set; its number.
    kind = "00110" if place else "0001000"
    begins = f"1{kind}1{place % ORDER:04b}"
    if not place:
        begins += "010" if segment % 2 == 0 else "1"  # keyframes are told apart by turns
    return f"{int.from_bytes(unit[5:9].ljust(4, bytes(1))):032b}".startswith(begins)


def is_sound(frame: bytes) -> bool:
    """Whether a frame is one channel's sound, which ends where the frame does."""
    if len(frame) < 2 or frame[0] >> 1 != SINGLE:
        return False
    bits = f"{int.from_bytes(frame[-2:]):016b}"
    return bits.rstrip("0").endswith("111") and len(bits) - len(bits.rstrip("0")) < 8
