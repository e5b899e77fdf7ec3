"""The only form a finished segment can have around its samples, byte for byte, given how many bytes each takes.

Does NOT protect anything by itself: `proof_fragments` holds what the encoder made against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workers.redact.canvases import SAMPLES, TICKS
from workers.redact.forms import SOUND, VIDEO, box

ALONE, LEANING = b"\x02\0\0\0", b"\x01\x01\0\0"  # a sample that needs no other; one that does
EACH = {VIDEO: TICKS, SOUND: SAMPLES}  # how long a sample of each track is, always


@dataclass(frozen=True)
class Samples:
    """Of one track in one segment: from which tick, and the bytes of each."""

    start: int
    sizes: tuple[int, ...]

    @property
    def bytes(self) -> int:
        """Of all."""
        return sum(self.sizes)


def before_samples(number: int, tracks: Mapping[int, Samples]) -> bytes:
    """moof and the head of mdat of the `number`-th segment, the pictures first."""
    offset = len(_moof(number, tracks, 0)) + 8
    return _moof(number, tracks, offset) + _u32(8 + sum(one.bytes for one in tracks.values())) + b"mdat"


def _moof(number: int, tracks: Mapping[int, Samples], offset: int) -> bytes:
    runs = b""
    for track, one in tracks.items():
        usual = LEANING if track == VIDEO else ALONE
        head = box(b"tfhd", b"\0\x02\0\x38" + _u32(track) + _u32(EACH[track]) + _u32(one.sizes[0]) + usual)
        begin = box(b"tfdt", b"\x01\0\0\0" + one.start.to_bytes(8))
        runs += box(b"traf", head + begin + _trun(track, one.sizes, offset))
        offset += one.bytes
    return box(b"moof", box(b"mfhd", bytes(4) + _u32(number)) + runs)


def _trun(track: int, sizes: Sequence[int], offset: int) -> bytes:
    rows = b"".join(map(_u32, sizes)) if len(set(sizes)) > 1 else b""
    says = bytes([0, 0, 2 if rows else 0, 5 if track == VIDEO else 1])
    return box(b"trun", says + _u32(len(sizes)) + _u32(offset) + (ALONE if track == VIDEO else b"") + rows)


def _u32(number: int) -> bytes:
    return number.to_bytes(4)
