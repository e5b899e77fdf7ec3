"""What comes out of whatever is thrown at it: right side up, in sync, at sane colour. One encode a row."""

from __future__ import annotations

import subprocess
from array import array
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.workers.media.conftest import H264, MakeClip
from workers.media.cut import cut
from workers.media.first_rung import Whole, encode_first
from workers.media.fragments import Init, Segment
from workers.media.hiding import NOTHING, Hiding
from workers.media.probe import probe
from workers.media.programs import Programs
from workers.media.rungs import Place, place, rungs
from workers.redact.canvases import RATE

HEARD = 48000
CORNERS = {"r": (255, 0, 0), "g": (0, 255, 0), "b": (0, 0, 255), "w": (255, 255, 255)}
OFF = 24  # of 255: what 4:2:0 and crf 23 may change of a saturated patch
MOMENT = 0.48  # seconds in: flash and beep
SYNC = 0.040


@dataclass(frozen=True)
class Shown:
    """A clip as it comes out: frames as RGB, sound as one channel at 48 kHz, both from 0."""

    whole: Whole
    place: Place
    frames: list[bytes]
    sound: array[float]

    def pixel(self, x: float, y: float, frame: int = -1) -> tuple[int, ...]:
        """One pixel, its place in fractions of the picture, without the black beside it."""
        return self.canvas(
            self.place.left + int(x * self.place.width), self.place.top + int(y * self.place.height), frame
        )

    def canvas(self, x: int, y: int, frame: int = -1) -> tuple[int, ...]:
        """One pixel of the canvas."""
        at = 3 * (y * self.whole.width + x)
        return tuple(self.frames[frame][at : at + 3])

    def corners(self) -> str:
        """Top left, top right, bottom left, bottom right, as letters; `?` for a colour that is none of them."""
        places = ((0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9))
        return "".join(_letter(self.pixel(x, y)) for x, y in places)

    def flash(self) -> float:
        """When the middle turns white, in seconds."""
        return next(n for n in range(len(self.frames)) if min(self.pixel(0.5, 0.5, n)) > 200) / RATE

    def beep(self) -> float:
        """When it is first heard, in seconds."""
        return next(n for n, heard in enumerate(self.sound) if abs(heard) > 0.1) / HEARD


def _letter(pixel: tuple[int, ...]) -> str:
    near = [
        name for name, colour in CORNERS.items() if all(abs(a - b) <= OFF for a, b in zip(pixel, colour, strict=True))
    ]
    return near[0] if near else "?"


def shown(
    tools: Programs,
    source: Path,
    folder: Path,
    *,
    trim: tuple[int, int] | None = None,
    blur: Hiding = NOTHING,
) -> Shown:
    """Encodes the first rung of `source`, or of a part, with its sound, and decodes what came."""
    probed, pieces = cut(probe(tools, source), trim), bytearray()

    def arrived(piece: Init | Segment) -> None:
        pieces.extend(piece.data)

    whole = encode_first(tools, source, probed, rungs(probed)[0], sound=True, arrived=arrived, blur=blur)
    (folder / "out.mp4").write_bytes(pieces)
    picture = ("-map", "0:v", "-fps_mode", "passthrough", "-vf", "format=rgb24", "-f", "rawvideo", folder / "v")
    heard = ("-map", "0:a", "-af", "aresample=48000:async=1:first_pts=0", "-f", "f32le", folder / "a")
    words = (
        "-v",
        "error",
        "-y",
        "-i",
        folder / "out.mp4",
        *picture,
        *(heard if probed.audio_index is not None else ()),
    )
    subprocess.run([tools.ffmpeg, *words], check=True)
    raw, size = (folder / "v").read_bytes(), whole.width * whole.height * 3
    sound = array("f", (folder / "a").read_bytes() if (folder / "a").exists() else b"")
    return Shown(
        whole, place(probed, rungs(probed)[0]), [raw[at : at + size] for at in range(0, len(raw), size)], sound
    )


def scene(
    size: str = "160x120", rate: str = "25", seconds: float = 1.0, flash: float = MOMENT, then: str = ""
) -> list[str]:
    """Words for ffmpeg: grey with a colour in each corner, its middle white for a fifth of a second."""
    corners = ("0:0:iw/4:ih/4:red", "iw*3/4:0:iw:ih/4:0x00ff00", "0:ih*3/4:iw/4:ih:blue", "iw*3/4:ih*3/4:iw:ih:white")
    boxes = ",".join(f"drawbox={corner}:fill" for corner in corners)
    light = f"drawbox=iw/3:ih/3:iw/3:ih/3:white:fill:enable='between(t,{flash - 0.001},{flash + 0.199})'"
    drawn = f"color=c=0x606060:s={size}:r={rate}:d={seconds},format=rgb24,{boxes},{light}{then}"
    return ["-f", "lavfi", "-i", drawn]


def beep(seconds: float = 1.0, at: float = MOMENT, layout: str = "mono") -> list[str]:
    """Words for ffmpeg: silence with a tone of a fifth of a second."""
    channels = {"mono": 1, "5.1": 6, "ambisonic 1": 4, "4.0": 4}[layout]
    tone = "|".join([f"0.8*sin(880*2*PI*t)*between(t,{at},{at + 0.2})"] + ["0"] * (channels - 1))
    return ["-f", "lavfi", "-i", f"aevalsrc='{tone}':c={layout}:s=48000:d={seconds}"]


# What cameras, phones and browsers write. Name of the file, the picture's words, the sound's words.
WRITTEN: dict[str, tuple[str, ...]] = {
    "h264.mp4": (*H264,),
    "h264.mov": (*H264, "-c:a", "pcm_s16be"),
    "h264.mkv": (*H264, "-c:a", "ac3"),
    "h264.ts": (*H264, "-c:a", "ac3", "-output_ts_offset", "100"),
    "h264.m2ts": (*H264, "-c:a", "ac3", "-mpegts_m2ts_mode", "1"),
    "hevc-hvc1.mp4": ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-tag:v", "hvc1"),
    "hevc-hev1.mov": ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-tag:v", "hev1"),
    "vp8.webm": ("-c:v", "libvpx", "-b:v", "1M", "-deadline", "realtime", "-c:a", "libvorbis"),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-b:v", "1M", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"),
    "av1.mp4": ("-c:v", "libsvtav1", "-preset", "12", "-crf", "25"),
    "av1.webm": ("-c:v", "libsvtav1", "-preset", "12", "-crf", "25", "-c:a", "libopus"),
    "av1.mkv": ("-c:v", "libsvtav1", "-preset", "12", "-crf", "25", "-pix_fmt", "yuv420p10le", "-c:a", "flac"),
    "mpeg4.3gp": ("-c:v", "mpeg4", "-q:v", "2", "-c:a", "libopencore_amrnb", "-ar", "8000", "-ac", "1"),
    "mpeg4.avi": ("-c:v", "mpeg4", "-q:v", "2", "-vtag", "XVID", "-c:a", "adpcm_ms"),
    "mpeg2.ts": ("-c:v", "mpeg2video", "-q:v", "2", "-c:a", "mp2"),
    "mjpeg.avi": ("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj422p", "-c:a", "pcm_s16le"),
    "mjpeg.mov": ("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p", "-c:a", "alac"),
    "rgb.mkv": ("-c:v", "libx264rgb", "-preset", "ultrafast"),
    "prores.mov": ("-c:v", "prores_ks", "-profile:v", "1", "-pix_fmt", "yuv422p10le"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_whatever_cameras_write_comes_out_right(
    name: str, tools: Programs, make_clip: MakeClip, tmp_path: Path
) -> None:
    """The right way up, the right colours, the right length, flash and beep together."""
    source = make_clip(f"w-{name}", *scene(), *beep(), *WRITTEN[name])

    out = shown(tools, source, tmp_path)

    assert (out.place.width, out.place.height, out.corners()) == (160, 120, "rgbw")
    assert len(out.frames) == pytest.approx(30, abs=1)
    assert out.whole.seconds == pytest.approx(1.0, abs=0.05)
    assert out.flash() == pytest.approx(MOMENT, abs=0.041)
    assert out.beep() - out.flash() == pytest.approx(0, abs=SYNC)


@pytest.fixture(scope="module")
def upright(make_clip: MakeClip) -> Path:
    """160 x 120, four frames, no sound."""
    return make_clip("upright.mp4", *scene(seconds=0.16), *H264)


@pytest.mark.parametrize(
    ("turned", "corners"),
    [
        (("-display_rotation", "90"), "gwrb"),
        (("-display_rotation", "180"), "wbgr"),
        (("-display_rotation", "270"), "brwg"),
        (("-display_hflip",), "grwb"),
        (("-display_vflip",), "bwrg"),
        (("-display_rotation", "90", "-display_hflip"), "wgbr"),
        (("-display_rotation", "270", "-display_hflip"), "rbgw"),
        (("-display_rotation", "4"), "rgbw"),
    ],
)  # fmt: skip
def test_a_picture_comes_out_the_right_way_up(
    turned: tuple[str, ...], corners: str, upright: Path, tools: Programs, make_clip: MakeClip, tmp_path: Path
) -> None:
    """Every quarter turn and every mirror a matrix can say; a crooked one counts as the nearest."""
    source = make_clip("turned-corners.mp4", *turned, "-i", upright, "-c", "copy")

    out = shown(tools, source, tmp_path)

    assert out.corners() == corners
    assert (out.whole.width < out.whole.height) == (turned[-1] in ("90", "270") or len(turned) == 3)


HD = ",scale=out_color_matrix=bt709,format=yuv444p"  # what an untagged picture of that size means
# Size and shape of what is filmed: words for the scene, canvas and picture it comes out in.
SHAPES: dict[str, tuple[str, str, tuple[int, int], tuple[int, int]]] = {
    "a portrait of its own": ("180x320", "", (240, 426), (180, 320)),
    "a doorbell, square": ("1536x1536", HD, (480, 480), (480, 480)),
    "a doorbell, tall": ("960x1280", HD, (480, 854), (480, 640)),
    "odd numbers": ("321x181", ",format=yuv444p", (426, 240), (320, 180)),
    "odd and small": ("53x47", ",format=yuv444p", (240, 240), (52, 48)),
    "wide pixels": ("160x120", ",setsar=4/3", (426, 240), (212, 120)),
    "tall pixels": ("160x120", ",setsar=1/2", (240, 426), (80, 120)),
    "pixels that cannot be": ("160x120", ",setsar=1000/1", (426, 240), (160, 120)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_kept(name: str, tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """Square pixels, nothing cut off or enlarged, in the middle of one of few canvases, with black beside it."""
    size, then, canvas, comes_out = SHAPES[name]
    source = make_clip("shape.mp4", *scene(size, "15", 0.2, then=then), *H264, "-pix_fmt", "yuv444p")

    out = shown(tools, source, tmp_path)

    assert (out.whole.width, out.whole.height) == canvas
    assert (out.place.width, out.place.height, out.corners()) == (*comes_out, "rgbw")
    assert _letter(out.pixel(0, 0)) == "r"
    assert min(out.pixel(0.97, 0.97)) > 200
    if canvas != comes_out:
        assert max(*out.canvas(0, 0), *out.canvas(canvas[0] - 1, canvas[1] - 1)) < 12


@pytest.mark.parametrize("told", ["15", "24", "30000/1001", "50", "60000/1001", "240"])
def test_every_rate_becomes_the_one_and_keeps_its_time(
    told: str, tools: Programs, make_clip: MakeClip, tmp_path: Path
) -> None:
    """Thirty pictures a second, as long as it was, flash and beep together."""
    source = make_clip("rate.mp4", *scene(rate=told, seconds=1.2, flash=1.0), *beep(1.2, at=1.0), *H264)

    out = shown(tools, source, tmp_path)

    assert len(out.frames) == pytest.approx(1.2 * RATE, abs=2)
    assert out.flash() == pytest.approx(1.0, abs=SYNC)
    assert out.beep() - out.flash() == pytest.approx(0, abs=SYNC)


def test_frames_that_come_as_they_like_keep_their_time(tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """A phone's frames 1/15 to 1/60 s apart, and nothing at all for over a second: the picture stands meanwhile."""
    uneven = ",select='if(between(t,0.2,1.4),0,if(lt(t,0.2),not(mod(n,4)),1))'"
    words = (*scene(rate="60", seconds=2.0, flash=1.6, then=uneven), *beep(2.0, at=1.6), "-fps_mode", "vfr")
    source = make_clip("uneven.mp4", *words, *H264)

    out = shown(tools, source, tmp_path)

    assert probe(tools, source).fps == pytest.approx(60, abs=1)  # the usual gap's, not the average of 19
    assert len(out.frames) == pytest.approx(60, abs=1)
    assert out.flash() == pytest.approx(1.6, abs=SYNC)
    assert out.beep() - out.flash() == pytest.approx(0, abs=SYNC)


# Words before the picture, the scene's seconds and flash; words before the sound, its seconds and beep; how long it is.
TIMES: dict[str, tuple[tuple[str, ...], float, float, tuple[str, ...], float, float, float]] = {
    "sound begins late": ((), 1.0, 0.8, ("-itsoffset", "0.4"), 0.6, 0.4, 1.0),
    "picture begins late": (("-itsoffset", "0.4"), 0.6, 0.4, (), 1.0, 0.8, 1.0),
    "sound ends early": ((), 1.6, 0.4, (), 0.6, 0.4, 1.6),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["mp4", "mkv", "ts"])
@pytest.mark.parametrize("name", TIMES)
def test_sound_and_picture_stay_together(
    name: str, kind: str, tools: Programs, make_clip: MakeClip, tmp_path: Path
) -> None:
    """Whichever begins or ends first; what lacks is a standing picture, or silence to the picture's end."""
    before, filmed, flash, first, heard, at, seconds = TIMES[name]
    words = (*before, *scene(seconds=filmed, flash=flash), *first, *beep(heard, at=at), *H264, "-c:a", "ac3")
    source = make_clip(f"times.{kind}", *words)

    out = shown(tools, source, tmp_path)

    assert out.whole.seconds == pytest.approx(seconds, abs=0.08)
    assert len(out.sound) / HEARD == pytest.approx(seconds, abs=0.08)
    assert out.beep() - out.flash() == pytest.approx(0, abs=SYNC)


def test_sound_that_outlasts_the_picture_does_no_harm(tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """The picture has its length; the sound is cut there or soon after."""
    source = make_clip("long-sound.mp4", *scene(), *beep(2.0), *H264)

    out = shown(tools, source, tmp_path)

    assert len(out.frames) == pytest.approx(30, abs=1)
    assert 0.9 < out.whole.seconds < 2.1
    assert out.beep() - out.flash() == pytest.approx(0, abs=SYNC)


@pytest.mark.parametrize(
    ("layout", "file", "codec"),
    [
        ("5.1", "s.mp4", ("-c:a", "aac")),
        ("ambisonic 1", "s.mkv", ("-c:a", "libopus", "-mapping_family", "2")),
        ("ambisonic 1", "s.mov", ("-c:a", "pcm_s16le")),
        ("4.0", "s.mp4", ("-c:a", "aac")),
    ],
)
def test_spatial_sound_is_heard(
    layout: str, file: str, codec: tuple[str, ...], tools: Programs, make_clip: MakeClip, tmp_path: Path
) -> None:
    """What came from the front, or from all around, is there, in sync."""
    source = make_clip(f"spatial-{file}", *scene(), *beep(layout=layout), *H264, *codec)

    out = shown(tools, source, tmp_path)

    assert out.beep() - out.flash() == pytest.approx(0, abs=SYNC)


def test_a_phones_other_tracks_are_left_out(tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """Timecode, a camera's telemetry and a second sound: one picture and one sound come out."""
    (tmp_path / "gps").write_bytes(b"GPS5 39.0997 -94.5786" * 20)
    data = ("-f", "data", "-i", tmp_path / "gps", "-map", "0:v", "-map", "1:a", "-map", "2:a", "-map", "3:d")
    tags = ("-c:d", "copy", "-tag:d", "gpmd", "-timecode", "01:02:03:04")
    source = make_clip("tracks.mov", *scene(), *beep(), *beep(at=0.1), *data, *H264, *tags)
    camm = make_clip("camm.mov", "-i", source, "-map", "0", "-c", "copy", "-copy_unknown")
    camm.write_bytes(source.read_bytes().replace(b"gpmd", b"camm"))

    for clip in (source, camm):
        assert clip.read_bytes().count(b"trak") == 5
        out = shown(tools, clip, tmp_path)
        assert out.corners() == "rgbw"
        assert out.beep() - out.flash() == pytest.approx(0, abs=SYNC)


# How the same colours may be written: matrix as the scaler and as the stream call it, range, pixels.
WAYS = {
    "television": ("bt601", "smpte170m", "tv", "yuv420p"),
    "high definition": ("bt709", "bt709", "tv", "yuv420p"),
    "ultra high definition": ("bt2020", "bt2020nc", "tv", "yuv420p"),
    "full range": ("bt709", "bt709", "pc", "yuv420p"),
    "4:2:2 of ten bits": ("bt709", "bt709", "tv", "yuv422p10le"),
    "4:4:4": ("bt601", "bt470bg", "tv", "yuv444p"),
}


@pytest.mark.parametrize("name", WAYS)
def test_colours_come_out_as_filmed(name: str, tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """Whatever matrix, range, depth and sampling they were written in."""
    scaled, said, span, pixels = WAYS[name]
    then = f",scale=out_color_matrix={scaled}:out_range={span},format={pixels},setparams=colorspace={said}:range={span}"
    source = make_clip("ways.mp4", *scene(seconds=0.16, then=then), *H264, "-pix_fmt", pixels)

    out = shown(tools, source, tmp_path)

    assert out.corners() == "rgbw"
    assert out.pixel(0.5, 0.1) == pytest.approx((0x60, 0x60, 0x60), abs=4)


def test_a_picture_without_colour_stays_grey(tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """As night cameras write it."""
    source = make_clip("grey.mp4", *scene(seconds=0.16, then=",format=gray"), *H264, "-pix_fmt", "gray")

    assert shown(tools, source, tmp_path).pixel(0.5, 0.1) == pytest.approx((0x60, 0x60, 0x60), abs=4)


def test_half_pictures_are_made_whole(tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """Something that moves between two half pictures has no combs."""
    moving = (
        "color=black:s=160x120:r=50:d=0.6,drawbox=x='40*t':w=2:h=2:t=fill,geq=lum='255*gt(X,20+100*T)':cb=128:cr=128"
    )
    source = make_clip(
        "half.ts",
        "-f",
        "lavfi",
        "-i",
        f"{moving},interlace",
        "-c:v",
        "mpeg2video",
        "-q:v",
        "2",
        "-flags",
        "+ildct+ilme",
    )

    out = shown(tools, source, tmp_path)

    edges = [next(x for x in range(160) if out.pixel(x / 160, (y + 0.5) / 120, 9)[0] > 128) for y in range(40, 80)]
    assert max(edges) - min(edges) <= 1  # a comb is two


def test_a_picture_that_changes_its_size_keeps_its_shape(tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """As calls and doorbells do when the line gets worse: no stretching, no lost time, sound and picture together."""
    parts = [
        make_clip(f"part{n}.ts", *scene(size, "25", 0.4, flash=9), *H264, "-an", "-output_ts_offset", str(0.4 * n))
        for n, size in enumerate(("160x120", "320x240", "120x160"))
    ]
    (tmp_path / "changes.ts").write_bytes(b"".join(part.read_bytes() for part in parts))

    out = shown(tools, tmp_path / "changes.ts", tmp_path)

    assert len(out.frames) == pytest.approx(36, abs=2)
    assert [_letter(out.pixel(0.05, 0.05, frame)) for frame in (5, 18)] == ["r", "r"]
    assert out.pixel(0.05, 0.5) == pytest.approx((0, 0, 0), abs=6)  # upright now: black beside it
    assert _letter(out.pixel(0.3, 0.1)) == "r"
