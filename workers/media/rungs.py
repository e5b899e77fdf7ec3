"""The sizes a clip comes out in: a small one first, then what the source has to give; each a canvas of everybody's."""

from __future__ import annotations

from dataclasses import dataclass

from workers.media.probe import Probed
from workers.redact.canvases import KBITS, Canvas, Shape, canvas


@dataclass(frozen=True)
class Rung:
    """One size of the finished clip; `short_side` is its smaller side in pixels, one of KBITS."""

    name: str
    short_side: int
    preset: str

    @property
    def most_kbits(self) -> int:
        """A ceiling a second, so that two minutes stay within `Limits.file_bytes`."""
        return KBITS[self.short_side]


@dataclass(frozen=True)
class Place:
    """Where on its canvas a clip's picture lies, in even pixels; the rest is black."""

    left: int
    top: int
    width: int
    height: int


FIRST = (480, 360, 240)  # the largest that the source fills, and no smaller one than the last
LARGER = (Rung("720p", 720, "veryfast"), Rung("1080p", 1080, "veryfast"))
NEARLY = 1.1  # a canvas is taken that the source would have to be enlarged to by so much; it is not, it gets a margin


def rungs(probed: Probed) -> list[Rung]:
    """480p first, so that somebody can watch soon, and by that name for small sources too; then up to 1080."""
    small = next((side for side in FIRST if _enlarged(probed, side) <= NEARLY), FIRST[-1])
    larger = [rung for rung in LARGER if _enlarged(probed, rung.short_side) <= NEARLY]
    return [Rung("480p", small, "superfast"), *larger]


def size(probed: Probed, rung: Rung) -> tuple[int, int]:
    """Width and height of the canvas."""
    whole = canvas(shape(probed), rung.short_side)
    return whole.width, whole.height


def place(probed: Probed, rung: Rung) -> Place:
    """Where the picture lies on it: in the middle, as large as it fits and no larger than it was."""
    width, height = size(probed, rung)
    scale = min(1.0, _enlarged(probed, rung.short_side))
    across, down = (
        max(2, min(whole, round(side * scale / 2) * 2))
        for side, whole in ((probed.width, width), (probed.height, height))
    )
    return Place((width - across) // 4 * 2, (height - down) // 4 * 2, across, down)


def shape(probed: Probed) -> Shape:
    """The canvas of which the picture leaves the least black; of two alike the one with more pixels."""
    return max(Shape, key=lambda shape: _filled(probed, canvas(shape, FIRST[0])))


def _enlarged(probed: Probed, short_side: int) -> float:
    return _fit(probed, canvas(shape(probed), short_side))


def _fit(probed: Probed, whole: Canvas) -> float:
    return min(whole.width / probed.width, whole.height / probed.height)


def _filled(probed: Probed, whole: Canvas) -> tuple[float, int]:
    share = _fit(probed, whole) ** 2 * probed.width * probed.height / (whole.width * whole.height)
    return round(share, 2), whole.width * whole.height
