"""What is done to decoded pictures and sound before they are encoded, alike for every rung."""

from __future__ import annotations

import math
from typing import Any

from workers.media.probe import Probed
from workers.media.rungs import Rung, size

MOST_FPS = 30
SAID_OF_COLOUR = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "range": "tv"}


def picture(stream: Any, probed: Probed, rung: Rung) -> Any:
    """The decoded picture at the rung's size, rate and colours."""
    width, height = size(probed, rung)
    stream = stream.filter("fps", frames_a_second(probed))
    # Always scaled and converted, so that a size or format that changes mid-stream never meets the encoder.
    colours = {"in_color_matrix": probed.matrix, "out_color_matrix": "bt709", "out_range": "tv"}
    stream = stream.filter("scale", width, height, **colours)
    return stream.filter("format", "yuv420p").filter("setsar", 1).filter("setparams", **SAID_OF_COLOUR)


def sound(stream: Any) -> Any:
    """The decoded sound as one channel at 48 kHz, beginning with the picture."""
    stream = stream.filter("aresample", 48000, **{"async": 1, "first_pts": 0})
    return stream.filter("aformat", sample_fmts="fltp", channel_layouts="mono")


def frames_a_second(probed: Probed) -> int:
    """A whole number up to 30: a camera's own slightly odd clock does not show."""
    return max(1, min(MOST_FPS, math.floor(probed.fps + 0.5)))
