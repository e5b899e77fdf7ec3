"""Files that are lawful, or nearly, and that decoders find hard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.hostile.makers import (
    CLEAN,
    DAMAGED,
    H264,
    SECRET,
    SOUND,
    Hostile,
    copied,
    drawn,
    ffmpeg,
    whole,
)
from tests.hostile.samples import tracks

HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-threads", "1")
QUIET = "log-level=none:pools=1:frame-threads=1"
BROKEN = (CLEAN, "no_picture", "too_short", *DAMAGED)


def _drawn(name: str, *words: str, size: str = "160x120") -> Callable[[Path], bytes]:
    return lambda folder: drawn(folder, *words, name, size=size)


def _h264(*words: str, name: str = "odd.mp4", size: str = "160x120") -> Callable[[Path], bytes]:
    return _drawn(name, *H264, *words, size=size)


def _said(what: str) -> Callable[[Path], bytes]:
    """The plain clip with another word in its H.264 header."""
    return lambda folder: copied(folder, "-bsf:v", f"h264_metadata={what}", "said.mp4")


def _hevc(params: str, *words: str, size: str = "320x240") -> Callable[[Path], bytes]:
    return _drawn("odd-hevc.mp4", *HEVC, "-x265-params", f"{QUIET}:{params}", *words, size=size)


def _heard(*words: str) -> Callable[[Path], bytes]:
    """A small picture with a sound as `words` say; the last names the file."""
    return lambda folder: drawn(folder, *SOUND, *H264, *words)


def _channels(count: int, *words: str) -> Callable[[Path], bytes]:
    """A sound of so many channels that have no places."""

    def make(folder: Path) -> bytes:
        (folder / "noughts").write_bytes(bytes(2 * count * 8000))
        silent = ("-f", "s16le", "-ar", "8000", "-ac", str(count), "-i", "noughts")
        return drawn(folder, *silent, *H264, "-c:a", "copy", *words)

    return make


def _without_first(folder: Path) -> bytes:
    """A stream whose first keyframe was lost: every other frame refers to what nobody has."""
    data = drawn(folder, *H264, "-g", "100", "-mpegts_flags", "+resend_headers", "lost.ts")
    return data[: 188 * 3] + data[188 * 20 :]


def _noise(amount: str) -> Callable[[Path], bytes]:
    """Bits turned at random in pictures and sound; ffmpeg's own filter does it, the same each time."""
    return lambda folder: copied(folder, "-bsf:v", f"noise={amount}", "noise.mkv")


def _samples(change: Callable[[bytes], bytes]) -> Callable[[Path], bytes]:
    """The plain clip with each picture's bytes changed in their place."""

    def make(folder: Path) -> bytes:
        data = bytearray(whole(folder))
        for start, end in tracks(bytes(data))[0].places:
            data[start:end] = change(bytes(data[start:end]))[: end - start].ljust(end - start, b"\0")
        return bytes(data)

    return make


def _many_words(folder: Path) -> bytes:
    """Three thousand words about the picture before each picture."""
    sei = b"\0\0\1\x06\5\x20" + bytes(range(16)) + b"words of nobody " + b"\x80"
    stream = drawn(folder, *H264, "words.h264")
    first = stream.index(b"\0\0\1\x65")
    (folder / "words.h264").write_bytes(stream[:first] + sei * 3000 + stream[first:])
    return ffmpeg(folder, "-f", "h264", "-i", "words.h264", "-c", "copy", "words.ts")


def _large_word(folder: Path) -> bytes:
    """One word of a megabyte."""
    sei = b"\0\0\1\x06\5" + b"\xff" * 4112 + b"\x10" + bytes(range(16)) + b"\xaa" * (1 << 20) + b"\x80"
    stream = drawn(folder, *H264, "large.h264")
    (folder / "large.h264").write_bytes(sei + stream)
    return ffmpeg(folder, "-f", "h264", "-i", "large.h264", "-c", "copy", "large.ts")


def _in_two_streams(folder: Path) -> bytes:
    """Two picture tracks and three of sound."""
    words = ("-map", "0:v", "-map", "0:v", "-map", "0:a", "-map", "0:a", "-map", "0:a")
    return copied(folder, *words, "streams.mkv")


ODDITIES = (
    Hostile("interlaced, top first", _h264("-flags", "+ildct+ilme", "-x264-params", "tff=1"), (CLEAN,)),
    Hostile("interlaced, bottom first", _h264("-flags", "+ildct+ilme", "-x264-params", "bff=1"), (CLEAN,)),
    Hostile("one field a picture", _h264("-x264-params", "fake-interlaced=1"), (CLEAN,)),
    Hostile("mpeg-2, interlaced", _drawn("i.ts", "-c:v", "mpeg2video", "-flags", "+ildct+ilme"), (CLEAN,)),
    Hostile("colours at 4:2:2", _h264("-pix_fmt", "yuv422p"), (CLEAN,)),
    Hostile("colours at 4:4:4", _h264("-pix_fmt", "yuv444p"), (CLEAN,)),
    Hostile("ten bits at 4:4:4", _h264("-pix_fmt", "yuv444p10le"), (CLEAN,)),
    Hostile("no colours", _h264("-pix_fmt", "gray"), (CLEAN,)),
    Hostile("red, green and blue", _drawn("rgb.mp4", "-c:v", "libx264rgb", "-preset", "ultrafast"), (CLEAN,)),
    Hostile("full range", _h264("-color_range", "pc", "-pix_fmt", "yuvj420p"), (CLEAN,)),
    Hostile("without loss", _h264("-qp", "0"), (CLEAN,)),
    Hostile("sixteen pictures of reference", _h264("-preset", "medium", "-refs", "16", "-bf", "16"), (CLEAN,)),
    Hostile("a slice for each line", _h264("-x264-params", "slice-max-mbs=1"), (CLEAN,)),
    Hostile(
        "refreshed bit by bit, never a keyframe", _h264("-x264-params", "intra-refresh=1:keyint=infinite"), (CLEAN,)
    ),
    Hostile("open groups", _h264("-preset", "medium", "-x264-params", "open-gop=1:bframes=8:keyint=5"), (CLEAN,)),
    Hostile("odd sides", _h264("-pix_fmt", "yuv444p", size="161x119"), (CLEAN,)),
    Hostile("two pixels", _h264(size="2x2"), (CLEAN,)),
    Hostile("sixteen thousand wide and two high", _drawn("wide.mp4", *H264, size="16384x2"), (CLEAN,)),
    Hostile("two wide and four thousand high", _h264(size="2x4096"), (CLEAN,)),
    Hostile("pixels shaped 1 to 65535", _said("sample_aspect_ratio=1/65535"), (CLEAN,)),
    Hostile("pixels shaped 65535 to 1", _said("sample_aspect_ratio=65535/1"), (CLEAN,)),
    Hostile("cropped beyond the picture", _said("crop_left=200:crop_right=200"), DAMAGED),
    Hostile("cropped to a line", _said("crop_top=0:crop_bottom=118"), (CLEAN,)),
    Hostile("level of a toy", _said("level=1"), (CLEAN,)),
    Hostile("ticks of no time", _said("tick_rate=2000000000/1"), (CLEAN,)),
    Hostile(
        "colours that nobody defined",
        _said("colour_primaries=200:transfer_characteristics=201:matrix_coefficients=202"),
        (CLEAN,),
    ),
    Hostile("colours said to be red, green and blue", _said("matrix_coefficients=0"), (CLEAN,)),
    Hostile(
        "words of somebody's in the stream",
        _said(f"sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+{SECRET.decode()}"),
        (CLEAN,),
    ),
    Hostile("three thousand words before a picture", _many_words, (CLEAN,)),
    Hostile("a word of a megabyte", _large_word, (CLEAN,)),
    Hostile("first keyframe lost", _without_first, DAMAGED),
    Hostile("a bit in a thousand turned", _noise("1000"), BROKEN),
    Hostile("a bit in ten turned", _noise("10"), BROKEN),
    Hostile("every third picture lost", _noise("drop=not(mod(n\\,3))"), BROKEN),
    Hostile("pictures of noughts", _samples(lambda _: b""), DAMAGED),
    Hostile("pictures cut in half", _samples(lambda data: data[: len(data) // 2]), (CLEAN,)),
    Hostile("pictures of endless length", _samples(lambda data: b"\xff" * 4 + data[4:]), DAMAGED),
    Hostile("pictures of lengths nought", _samples(lambda data: bytes(8) + data[8:]), DAMAGED),
    Hostile("hevc of small blocks", _hevc("ctu=16:min-cu-size=8"), (CLEAN,)),
    Hostile("hevc in slices", _hevc("slices=4"), (CLEAN,)),
    Hostile("hevc of ten bits", _hevc("log-level=none", "-pix_fmt", "yuv420p10le"), (CLEAN,)),
    Hostile("hevc of twelve bits at 4:4:4", _hevc("log-level=none", "-pix_fmt", "yuv444p12le"), (CLEAN,)),
    Hostile("hevc without colours", _hevc("log-level=none", "-pix_fmt", "gray"), (CLEAN,)),
    Hostile(
        "hevc in tiles",
        _drawn("tiles.mp4", "-c:v", "libkvazaar", "-kvazaar-params", "tiles=2x2,threads=1", size="320x240"),
        (CLEAN,),
    ),
    Hostile("hevc cropped beyond the picture", lambda f: _hevc_said(f, "crop_left=400"), DAMAGED),
    Hostile(
        "vp9 at 4:4:4", _drawn("x.webm", "-c:v", "libvpx-vp9", "-pix_fmt", "yuv444p", "-deadline", "realtime"), (CLEAN,)
    ),
    Hostile(
        "vp8 that sees through",
        _drawn("a.webm", "-c:v", "libvpx", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0"),
        (CLEAN,),
    ),
    Hostile("prores that sees through", _drawn("a.mov", "-c:v", "prores_ks", "-pix_fmt", "yuva444p10le"), (CLEAN,)),
    Hostile(
        "mpeg-4 of global motion and quarters",
        _drawn("g.avi", "-c:v", "mpeg4", "-flags", "+qpel+mv4", "-bf", "2"),
        (CLEAN,),
    ),
    Hostile("h263 as phones wrote it", _drawn("old.3gp", "-c:v", "h263", size="176x144"), (CLEAN,)),
    Hostile("mjpeg at 4:4:4", _drawn("j.avi", "-c:v", "mjpeg", "-pix_fmt", "yuvj444p"), (CLEAN,)),
    Hostile("two pictures and three sounds", _in_two_streams, (CLEAN,)),
    Hostile("sound of eight channels", _heard("-ac", "8", "8.mp4"), (CLEAN,)),
    Hostile("sound of 200 channels in pcm", _channels(200, "200.mkv"), DAMAGED),
    Hostile("sound of 32 channels in pcm", _channels(32, "32.mov"), (CLEAN,)),
    Hostile("sound of a sample a second", _heard("-c:a", "pcm_u8", "-ar", "1", "slow.mkv"), (CLEAN,)),
    Hostile("sound of 768,000 samples a second", _heard("-c:a", "pcm_s16le", "-ar", "768000", "fast.mkv"), (CLEAN,)),
    Hostile("sound that nobody can decode here", _heard("-c:a", "wmav1", "wma.avi"), ("unsupported_codec",)),
    Hostile("a codec no camera uses", _drawn("odd.mkv", "-c:v", "ffv1"), ("unsupported_codec",)),
    Hostile("a codec of screens", _drawn("screen.mkv", "-c:v", "flashsv"), ("unsupported_codec",)),
    Hostile("a codec of single pictures", _drawn("png.mov", "-c:v", "png"), ("unsupported_codec",)),
    Hostile("pictures that are not compressed", _drawn("raw.avi", "-c:v", "rawvideo"), ("unsupported_codec",)),
)


def _hevc_said(folder: Path, what: str) -> bytes:
    _hevc("log-level=none")(folder)
    return ffmpeg(folder, "-i", "odd-hevc.mp4", "-c", "copy", "-bsf:v", f"hevc_metadata={what}", "said-hevc.mp4")
