"""What every clip looks like from outside, whoever's camera made it: few canvases, one rate of pictures, one of sound.

Does NOT protect: what is in the picture, how long a clip is, that there is sound, and which black bars a camera's
shape leaves. How many bytes a picture takes also tells which ones were shown twice, and so how fast the camera was.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

RATE = 30  # pictures a second; what is slower shows some twice, what is faster leaves some out
TICKS = 512  # each picture lasts, of RATE * TICKS a second
HERTZ = 48_000
SAMPLES = 1024  # of a frame of sound
SOUND_BITS = 64_000  # a second
LEVEL = 40  # what a player must be able to do: the same said of all
KBITS = {240: 2500, 360: 2500, 480: 2500, 720: 5000, 1080: 8000}  # short side: a ceiling a second


class Shape(StrEnum):
    """How a canvas stands."""

    LANDSCAPE = "landscape"  # 16 to 9
    PORTRAIT = "portrait"
    SQUARE = "square"


@dataclass(frozen=True)
class Canvas:
    """Pixels, and the ceiling of the rate that comes with them."""

    width: int
    height: int
    most_kbits: int


def canvas(shape: Shape, short_side: int) -> Canvas:
    """The canvas of that shape whose smaller side is one of KBITS."""
    long_side = round(short_side * 8 / 9) * 2
    width = short_side if shape is Shape.PORTRAIT or shape is Shape.SQUARE else long_side
    height = long_side if shape is Shape.PORTRAIT else short_side
    return Canvas(width, height, KBITS[short_side])


def canvas_of(width: int, height: int) -> Canvas | None:
    """The canvas of exactly this size; None for a size that is none of ours."""
    return ALL.get((width, height))


ALL = {(one.width, one.height): one for one in (canvas(shape, side) for shape in Shape for side in KBITS)}
