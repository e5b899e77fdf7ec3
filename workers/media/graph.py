"""What is done to decoded pictures and sound before they are encoded, alike for every rung."""

from __future__ import annotations

import math
from typing import Any

from workers.media.appearance import HIGH_RANGE
from workers.media.opening import opened
from workers.media.probe import Probed
from workers.media.rungs import Rung, place, size
from workers.redact.canvases import HERTZ, RATE, SAMPLES, SOUND_BITS

THREADS = "2"
PRIMING = 1024  # samples of nothing the sound's encoder begins with; as many left out, and both begin at nought
SAID_OF_COLOUR = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "range": "tv"}
WHITE = 203  # nits of a white sheet in HDR (BT.2408): what is brighter is pressed together
BRIGHTEST = 1000 / WHITE  # as cameras grade; never taken from the clip, so that nobody's metadata steers it
ZIMG = {"bt2020": "2020_ncl", "bt709": "709", "bt601": "170m"}  # swscale's word for a matrix: zimg's
# The signs of a display matrix: what stands the pixels as they are to be seen.
TURNS: dict[tuple[int, int, int, int], list[tuple[str, dict[str, str]]]] = {
    (1, 0, 0, 1): [],
    (0, 1, -1, 0): [("transpose", {"dir": "clock"})],
    (-1, 0, 0, -1): [("hflip", {}), ("vflip", {})],
    (0, -1, 1, 0): [("transpose", {"dir": "cclock"})],
    (-1, 0, 0, 1): [("hflip", {})],
    (1, 0, 0, -1): [("vflip", {})],
    (0, 1, 1, 0): [("transpose", {"dir": "cclock_flip"})],
    (0, -1, -1, 0): [("transpose", {"dir": "clock_flip"})],
}


def decoded(probed: Probed) -> list[str]:
    """The options that must stand before a stranger's clip where it is decoded for `picture`."""
    # `picture` turns the pixels itself, and scales whatever comes: a graph that is set up anew in the middle would
    # begin the clip anew. Only the deinterlacer cannot take a size that changes.
    steadfast = [] if probed.interlaced else ["-reinit_filter:v", "0"]
    return ["-threads", THREADS, "-noautorotate", *steadfast, *opened(probed.container)]


def picture(stream: Any, probed: Probed, rung: Rung, *, every: int = 1) -> Any:
    """The decoded picture on the rung's canvas, at the one rate and in its colours, right side up; it begins at 0.

    One of `every` so many is made, where the others are not needed.
    """
    if probed.interlaced:
        stream = stream.filter("bwdif", mode="send_frame", deint="interlaced")
    stream = _cut(stream.filter("fps", RATE, start_time=0), probed)
    if every > 1:
        stream = stream.filter("framestep", every)
    stream = _scaled(stream, probed, rung)
    if probed.transfer in HIGH_RANGE or probed.primaries != "bt709":
        stream = _ordinary(stream, probed)
    stream = stream.filter("format", "yuv420p")
    for name, how in TURNS[probed.turn]:
        stream = stream.filter(name, **how)
    # Neither the matrix nor anything else that came beside a frame reaches the encoder.
    return stream.filter("sidedata", mode="delete").filter("setsar", 1).filter("setparams", **SAID_OF_COLOUR)


def redacted(stream: Any, probed: Probed, rung: Rung) -> Any:
    """A picture that `picture` made for this rung or a larger one, after it went raw through another program."""
    width, height = size(probed, rung)
    colours = {"in_color_matrix": "bt709", "out_color_matrix": "bt709", "in_range": "tv", "out_range": "tv"}
    stream = stream.filter("scale", width, height, **colours).filter("format", "yuv420p")
    return stream.filter("setsar", 1).filter("setparams", **SAID_OF_COLOUR)


def sound_settings(probed: Probed) -> dict[str, Any]:
    """How sound is written: one channel at 48 kHz, from the picture's beginning to where the clip is said to end.

    A filter of the output, for the plain stream: in one graph with the picture, either's change would reset both.
    """
    first = "pan=mono|c0=c0," if probed.first_channel_only else ""
    # In whole frames, the last one filled with silence: to the sample, a length would be a mark. Not "asetnsamples":
    # with it, ffmpeg waited for itself for ever where there are two rungs. Not "shortest": it stops endless silence
    # seconds too late, and while it waits for sound it keeps ten seconds of raw pictures.
    begin = _pictures(probed.cut[0]) * HERTZ // RATE if probed.cut else 0
    end = begin + PRIMING + SAMPLES * math.ceil((probed.seconds or 0) * HERTZ / SAMPLES)
    last = f"apad=whole_len={end},atrim=start_sample={begin + PRIMING}:end_sample={end},asetpts=PTS-{begin}"
    plain = f"aresample={HERTZ}:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=mono"
    # Where a source changes its sound in the middle the filters begin anew, and leave a frame that is not full: it
    # is as long as any other, which is what every decoder makes of it.
    steady = f"setts=ts=N*{SAMPLES}:duration={SAMPLES}"
    return {"af": f"{first}{plain},{last}", "c:a": "aac", "b:a": SOUND_BITS, "bsf:a": steady}


def _cut(stream: Any, probed: Probed) -> Any:
    # Of what was decoded, by number: nothing of a picture outside can be in one that was encoded without it. The first
    # is the one that stood there at the start, as whoever chose it saw it.
    if probed.cut is None:
        return stream
    begin, end = map(_pictures, probed.cut)
    return stream.filter("trim", start_frame=begin, end_frame=end).filter("setpts", "PTS-STARTPTS")


def _pictures(seconds: float) -> int:
    return round(seconds * RATE)


def _scaled(stream: Any, probed: Probed, rung: Rung) -> Any:
    # Always scaled and converted, so that a size or format that changes mid-stream never meets what follows. A picture
    # of another shape than the clip began with keeps its shape, with black beside it.
    (width, height), inner = size(probed, rung), place(probed, rung)
    across, down = inner.width, inner.height
    if not probed.turn[0]:
        width, height, across, down = height, width, down, across
    shape = "(a*if(between(sar,1/4,4),sar,1))"  # as the probe believes it
    usual = f"lt(abs({shape}*{down}/{across}-1),0.1)"
    fitted = {
        "w": f"if({usual},{across},max(2,2*trunc(min({across},{down}*{shape})/2)))",
        "h": f"if({usual},{down},max(2,2*trunc(min({down},{across}/{shape})/2)))",
    }
    out = probed.matrix if probed.transfer in HIGH_RANGE or probed.primaries != "bt709" else "bt709"
    colours = {"in_color_matrix": probed.matrix, "out_color_matrix": out, "out_range": "tv"}
    stream = stream.filter("scale", **fitted, eval="frame", **colours)
    left, top = (f"trunc((o{side}-i{side})/4)*2" for side in "wh")
    return stream.filter("pad", width, height, left, top, eval="frame")


def _ordinary(stream: Any, probed: Probed) -> Any:
    high = probed.transfer in HIGH_RANGE
    said = {"tin": probed.transfer if high else "709", "pin": probed.primaries, "min": ZIMG[probed.matrix], "rin": "tv"}
    stream = stream.filter("format", "yuv420p10le").filter("setsar", 1)
    stream = stream.filter("zscale", t="linear", npl=WHITE, p="bt709", **said).filter("format", "gbrpf32le")
    if high:
        # Mobius keeps everything up to a third of white as it was: faces and streets, not only what shines.
        stream = stream.filter("tonemap", tonemap="mobius", desat=0, peak=round(BRIGHTEST, 3))
    return stream.filter("zscale", t="bt709", m="bt709", r="tv")
