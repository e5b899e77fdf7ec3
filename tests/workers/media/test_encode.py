"""The clip encoded anew."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.workers.media.conftest import H264, MakeClip
from workers.media import encode
from workers.media.graph import frames_a_second
from workers.media.probe import Probed, probe
from workers.media.programs import Programs
from workers.media.refusals import RefusedClip
from workers.media.sandbox import Cancelled
from workers.media.sniff import Container

PROBED = Probed(Container.MP4, 0, 1, 1920, 1080, 30.0, 30.0, "bt709", 1000)


def told(tools: Programs, file: Path, *asked: str) -> dict[str, Any]:
    """What ffprobe says of a finished file."""
    argv: list[str | Path] = [
        tools.ffprobe,
        "-v",
        "error",
        "-show_streams",
        "-show_format",
        *asked,
        "-of",
        "json",
        file,
    ]
    answer: dict[str, Any] = json.loads(subprocess.run(argv, capture_output=True, check=True).stdout)
    return answer


def middle(tools: Programs, file: Path) -> list[int]:
    """Y, U and V of one pixel."""
    picture = ("-frames:v", "1", "-vf", "crop=2:2,format=yuv444p", "-f", "rawvideo", "-")
    argv: list[str | Path] = [tools.ffmpeg, "-v", "error", "-i", file, *picture]
    return list(subprocess.run(argv, capture_output=True, check=True).stdout[::4])


def made(tools: Programs, source: Path, folder: Path, *, sound: bool = False, rung: int = 0) -> encode.Rendition:
    """A rendition of `source` in `folder`."""
    probed = probe(tools, source)
    return encode.encode(tools, source, probed, encode.two_rungs(probed)[rung], folder / "out.mp4", sound=sound)


@pytest.mark.parametrize(
    ("width", "height", "sizes"),
    [
        (1920, 1080, [(854, 480), (1920, 1080)]),
        (1080, 1920, [(480, 854), (1080, 1920)]),
        (3840, 2160, [(854, 480), (1920, 1080)]),
        (1280, 720, [(854, 480), (1280, 720)]),
        (768, 432, [(768, 432)]),
        (640, 480, [(640, 480)]),
        (353, 289, [(352, 288)]),
        (4000, 2, [(4000, 2)]),
    ],
)
def test_sizes_never_rise_above_the_source(width: int, height: int, sizes: list[tuple[int, int]]) -> None:
    """480 on the shorter side first, then the source's own up to 1080; all even."""
    probed = replace(PROBED, width=width, height=height)

    assert [encode.size(probed, rung) for rung in encode.two_rungs(probed)] == sizes


@pytest.mark.parametrize(("fps", "whole"), [(29.97, 30), (23.976, 24), (12.5, 13), (60, 30), (0.2, 1), (239.7, 30)])
def test_frame_rates_are_whole_and_at_most_thirty(fps: float, whole: int) -> None:
    """A camera's own slightly odd clock does not show."""
    assert frames_a_second(replace(PROBED, fps=fps)) == whole


def test_the_picture_plays_and_the_sound_is_left_out(tools: Programs, clip: Path, tmp_path: Path) -> None:
    """Without asking for it, sound is gone; index first; H.264 4:2:0 with square pixels."""
    rendition = made(tools, clip, tmp_path)

    (stream,) = told(tools, rendition.path)["streams"]
    assert (stream["codec_name"], stream["pix_fmt"], stream["sample_aspect_ratio"]) == ("h264", "yuv420p", "1:1")
    assert (stream["width"], stream["height"]) == (rendition.width, rendition.height) == (640, 360)
    assert rendition.seconds == pytest.approx(3, abs=0.2)
    assert rendition.bytes == rendition.path.stat().st_size
    data = rendition.path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_sound_is_kept_when_asked_for(tools: Programs, clip: Path, tmp_path: Path) -> None:
    """One channel at 48 kHz, beginning with the picture."""
    picture, sound = told(tools, made(tools, clip, tmp_path, sound=True).path)["streams"]

    assert (sound["codec_name"], sound["channels"], sound["sample_rate"]) == ("aac", 1, "48000")
    assert abs(float(sound["start_time"]) - float(picture["start_time"])) < 0.05


def test_asking_for_sound_that_is_not_there_is_no_fault(
    tools: Programs, clip: Path, make_clip: MakeClip, tmp_path: Path
) -> None:
    """A silent camera stays silent."""
    silent = make_clip("silent.mp4", "-i", clip, "-an", "-c", "copy")

    assert len(told(tools, made(tools, silent, tmp_path, sound=True).path)["streams"]) == 1


def test_a_keyframe_comes_every_two_seconds(tools: Programs, clip: Path, tmp_path: Path) -> None:
    """To the frame, so that rungs do not drift apart."""
    rendition = made(tools, clip, tmp_path)

    packets = told(tools, rendition.path, "-show_packets")["packets"]
    keys = [float(packet["pts_time"]) for packet in packets if packet["flags"].startswith("K")]
    assert keys == pytest.approx([0, 2], abs=0.01)


def test_nothing_the_source_says_is_carried_over(tools: Programs, clip: Path, tmp_path: Path) -> None:
    """Neither words nor places nor the encoder's notes."""
    data = made(tools, clip, tmp_path, sound=True).path.read_bytes()

    assert not [word for word in (b"Jane", b"39.0997", b"x264 - core", b"Lavf") if word in data]


def test_a_turned_clip_comes_out_upright(tools: Programs, clip: Path, make_clip: MakeClip, tmp_path: Path) -> None:
    """The pixels are turned, and no matrix is left to turn them again."""
    turned = make_clip("turned-too.mp4", "-display_rotation", "90", "-i", clip, "-c", "copy")

    (stream,) = told(tools, made(tools, turned, tmp_path).path)["streams"]

    assert (stream["width"], stream["height"]) == (360, 640)
    assert "side_data_list" not in stream


@pytest.mark.parametrize("name", ["c.webm", "c.avi", "c.ts", "c.mov"])
def test_every_container_comes_out_as_the_same_kind(
    name: str, tools: Programs, make_clip: MakeClip, tmp_path: Path
) -> None:
    """One fixed set of settings for everybody."""
    codec = {"c.webm": ("-c:v", "libvpx"), "c.avi": ("-c:v", "mjpeg", "-pix_fmt", "yuvj420p")}.get(name, H264)
    source = make_clip(name, "-f", "lavfi", "-i", "testsrc2=s=160x120:r=10:d=1", *codec)

    rendition = made(tools, source, tmp_path)

    assert told(tools, rendition.path)["streams"][0]["profile"] == "High"


def test_pictures_of_high_range_come_out_ordinary(tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """Ten bits of a phone become eight that every player shows."""
    marks = ("-color_trc", "arib-std-b67", "-color_primaries", "bt2020", "-colorspace", "bt2020nc")
    words = ("-f", "lavfi", "-i", "testsrc2=s=160x120:r=10:d=1", "-vf", "setparams=color_trc=arib-std-b67")
    source = make_clip("hlg.mp4", *words, "-c:v", "libx264", "-pix_fmt", "yuv420p10le", *marks)

    (stream,) = told(tools, made(tools, source, tmp_path).path)["streams"]

    assert (stream["pix_fmt"], stream["color_transfer"]) == ("yuv420p", "bt709")


def test_colours_stay_what_players_showed(tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """An untagged HD picture keeps its numbers; a tagged television one is converted, so that it looks the same."""
    words = ("-f", "lavfi", "-i", "color=c=0xb02040:s=1280x720:r=10:d=1", *H264)
    untagged = make_clip("hd.mp4", *words)
    television = make_clip("tv.mp4", *words, "-vf", "scale=640:360,setparams=colorspace=smpte170m")

    (tmp_path / "a").mkdir()
    hd = middle(tools, made(tools, untagged, tmp_path / "a").path)
    tv = middle(tools, made(tools, television, tmp_path).path)

    assert hd == pytest.approx(middle(tools, untagged), abs=2)
    assert tv[0] != pytest.approx(middle(tools, television)[0], abs=2)


def test_progress_rises_to_one(tools: Programs, clip: Path, tmp_path: Path) -> None:
    """Fractions between 0 and 1, never falling."""
    seen: list[float] = []
    probed = probe(tools, clip)

    encode.encode(
        tools, clip, probed, encode.two_rungs(probed)[0], tmp_path / "o.mp4", sound=False, progress=seen.append
    )

    assert seen == sorted(seen)
    assert 0.9 < seen[-1] <= 1


def test_a_withdrawn_clip_stops_and_leaves_nothing(tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """Cancelling kills the encoder and removes what it wrote."""
    source = make_clip("busy.mp4", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=6", *H264)
    probed = probe(tools, source)
    started = time.monotonic()

    with pytest.raises(Cancelled):
        encode.encode(
            tools,
            source,
            probed,
            encode.two_rungs(probed)[1],
            tmp_path / "o.mp4",
            sound=False,
            cancelled=lambda: time.monotonic() - started > 0.5,
        )

    assert list(tmp_path.iterdir()) == []


def test_a_clip_that_takes_too_long_is_refused(
    tools: Programs, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deadline is the sender's to know, and nothing is left."""
    monkeypatch.setattr(encode, "FIRST_LIMITS", replace(encode.FIRST_LIMITS, wall_seconds=0.01))

    with pytest.raises(RefusedClip, match="took_too_long"):
        made(tools, clip, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_ten_bit_4k_fits_the_memory_it_is_given(tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """The largest picture we take decodes and encodes within the sandbox's address space."""
    words = ("-f", "lavfi", "-i", "testsrc2=s=3840x2160:r=10:d=0.4", "-c:v", "libx265", "-preset", "ultrafast")
    source = make_clip("4k.mp4", *words, "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=none")

    assert made(tools, source, tmp_path, rung=1).height == 1080
