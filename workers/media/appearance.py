"""How a stream's picture is to be seen: its turn, its shape, its colours, by what ffprobe tells of it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from workers.media.opening import MOST_PIXELS
from workers.media.refusals import Reason, RefusedClip

MATRICES = {
    "bt709": "bt709", "smpte170m": "bt601", "bt470bg": "bt601", "bt2020nc": "bt2020", "bt2020c": "bt2020",
}  # fmt: skip
HIGH_RANGE = ("smpte2084", "arib-std-b67")  # PQ and HLG
WIDE = ("bt2020", "smpte432")
UPRIGHT = (1, 0, 0, 1)


def needs_dolby_vision(video: dict[str, Any]) -> bool:
    """Whether only a decoder of Dolby Vision would show its colours."""
    # Profile 5 and its like: colours that no other decoder understands. The others carry HLG, HDR10 or SDR within.
    return bool(_side_data(video, "dv_profile")) and not _side_data(video, "dv_bl_signal_compatibility_id")


def turn_of(video: dict[str, Any]) -> tuple[int, int, int, int]:
    """The signs of its display matrix, to the nearest quarter turn; UPRIGHT where there is none."""
    rows = [row.partition(":")[2].split() for row in str(_side_data(video, "displaymatrix") or "").split("\n")]
    numbers = [int(number) for row in rows for number in row]
    if len(numbers) != 9:
        return UPRIGHT
    a, b, c, d = (numbers[at] for at in (0, 1, 3, 4))
    if abs(a) + abs(d) >= abs(b) + abs(c):  # a crooked one counts as the nearest quarter turn
        return (-1 if a < 0 else 1, 0, 0, -1 if d < 0 else 1)
    return (0, -1 if b < 0 else 1, -1 if c < 0 else 1, 0)


def as_seen(video: dict[str, Any], turn: tuple[int, int, int, int]) -> tuple[int, int]:
    """Width and height after that turn, with square pixels. Raises RefusedClip (unreadable, too_big_picture)."""
    width, height = int(video.get("width") or 0), int(video.get("height") or 0)
    if width < 2 or height < 2:
        raise RefusedClip(Reason.UNREADABLE)
    if width * height > MOST_PIXELS:
        raise RefusedClip(Reason.TOO_BIG_PICTURE)
    shape = fraction(video.get("sample_aspect_ratio", "").replace(":", "/"))
    if Fraction(1, 4) <= shape <= 4:  # anything else is a lie about the pixels' shape
        width = round(width * shape)
    return (width, height) if turn[0] else (height, width)


def matrix_of(video: dict[str, Any], *, high: bool) -> str:
    """How its colours are written, as swscale calls it."""
    # Untagged pictures are what players take them for: HD colours from 720 lines up, else those of television.
    hd = min(int(video["width"]), int(video["height"])) >= 720
    untagged = "bt2020" if high else "bt709" if hd else "bt601"
    return MATRICES.get(video.get("color_space", ""), untagged)


def primaries_of(video: dict[str, Any], *, high: bool) -> str:
    """Which red, green and blue it means: bt709, or one of WIDE."""
    told = video.get("color_primaries", "unknown")
    return told if told in WIDE else "bt2020" if high and told == "unknown" else "bt709"


def fraction(text: str) -> Fraction:
    """A number as ffprobe writes it; 0 for what is none."""
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return Fraction(0)


def _side_data(video: dict[str, Any], name: str) -> Any:
    return next((side[name] for side in video.get("side_data_list", []) if name in side), None)
