"""Files that change in the middle: size, colours, codec, rate, sound."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.hostile.makers import CLEAN, DAMAGED, H264, Hostile, drawn, ffmpeg

MPEG2 = ("-c:v", "mpeg2video")
MJPEG = ("-c:v", "mjpeg", "-q:v", "9")
VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8")


def _transport(*pieces: tuple[str, ...], sizes: tuple[str, ...] = ("160x120",)) -> Callable[[Path], bytes]:
    """Half a second of each piece, one after the other in the same streams."""

    def make(folder: Path) -> bytes:
        made = b""
        for n, words in enumerate(pieces):
            size = sizes[n % len(sizes)]
            made += drawn(folder, "-output_ts_offset", str(n / 2), *words, f"piece{n}.ts", size=size, seconds=0.5)
        return made

    return make


def _joined(name: str, words: tuple[str, ...], sizes: tuple[str, ...]) -> Callable[[Path], bytes]:
    """Clips of several sizes copied into one track, which tells the first one's size only."""

    def make(folder: Path) -> bytes:
        listed = ""
        for n, size in enumerate(sizes):
            drawn(folder, *words, f"{n}-{name}", size=size, seconds=0.3)
            listed += f"file '{n}-{name}'\n"
        (folder / "list.txt").write_text(listed)
        return ffmpeg(folder, "-f", "concat", "-safe", "0", "-i", "list.txt", "-c", "copy", f"joined-{name}")

    return make


def _sounds(*kinds: tuple[str, ...]) -> Callable[[Path], bytes]:
    def make(folder: Path) -> bytes:
        made = b""
        for n, words in enumerate(kinds):
            tone = ("-f", "lavfi", "-i", "sine=440:d=0.5", "-output_ts_offset", str(n / 2))
            made += drawn(folder, *tone, *H264, *words, f"sound{n}.ts", seconds=0.5)
        return made

    return make


CHANGING = (
    Hostile("a size that changes", _transport(H264, H264, sizes=("160x120", "640x480")), (CLEAN,)),
    Hostile(
        "a size that changes four times",
        _transport(*[H264] * 4, sizes=("160x120", "2x2", "320x16", "64x480")),
        (CLEAN,),
    ),
    Hostile("wide that turns tall", _transport(H264, H264, sizes=("320x180", "180x320")), (CLEAN,)),
    Hostile("small that turns 8K", _transport(MPEG2, MPEG2, sizes=("160x120", "7680x4320")), (CLEAN,), slow=True),
    Hostile("colours that change", _transport(H264, (*H264, "-pix_fmt", "yuv444p")), (CLEAN,)),
    Hostile("colours that go", _transport(H264, (*H264, "-pix_fmt", "gray")), (CLEAN,)),
    Hostile("depth that changes", _transport(H264, (*H264, "-pix_fmt", "yuv420p10le")), (CLEAN,)),
    Hostile("lines that interlace", _transport(H264, (*H264, "-flags", "+ildct+ilme")), (CLEAN,)),
    Hostile("a codec that changes", _transport(H264, MPEG2), (CLEAN,)),
    Hostile("a codec that changes back", _transport(H264, MPEG2, H264), (CLEAN,)),
    Hostile(
        "a codec that turns hevc",
        _transport(H264, ("-c:v", "libx265", "-x265-params", "log-level=none:pools=1")),
        DAMAGED,
    ),
    Hostile("a rate that changes", _transport(H264, (*H264, "-r", "60")), (CLEAN,)),
    Hostile("vp9 that changes its size", _joined("x.webm", VP9, ("160x120", "320x240", "64x64")), (CLEAN,)),
    Hostile(
        "vp8 that changes its size",
        _joined("y.webm", ("-c:v", "libvpx", "-deadline", "realtime"), ("160x120", "64x64")),
        (CLEAN,),
    ),
    Hostile(
        "mjpeg of eight sizes",
        _joined("x.avi", MJPEG, ("160x120", "16x16", "320x240", "64x8", "8x64", "480x320", "66x34", "100x100")),
        (CLEAN,),
    ),
    Hostile("mjpeg that changes its colours", _transport(MPEG2), (CLEAN,)),
    Hostile("mpeg-4 that changes its size", _joined("z.avi", ("-c:v", "mpeg4"), ("160x120", "320x240")), (CLEAN,)),
    Hostile("prores that changes its size", _joined("p.mov", ("-c:v", "prores"), ("160x120", "320x240")), (CLEAN,)),
    Hostile("sound that changes its rate", _sounds(("-ar", "48000"), ("-ar", "16000")), (CLEAN,)),
    Hostile("sound that changes its channels", _sounds(("-ac", "1"), ("-ac", "6")), (CLEAN,)),
    Hostile("sound that changes its codec", _sounds(("-c:a", "aac"), ("-c:a", "mp2")), (CLEAN,)),
)
