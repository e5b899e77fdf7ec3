"""Two cameras' clips of equal length are the same files but for their pictures and sounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.carriers.all import Published, published
from tests.workers.media.conftest import H264, MakeClip
from workers.media.programs import Programs
from workers.redact.canvases import ALL, Canvas
from workers.redact.forms import init
from workers.redact.jpeg_form import head
from workers.redact.mp4 import walk

FORMS = {init(canvas, sound=sound) for canvas in ALL.values() for sound in (True, False)}
# A good camera and a poor one: size and rate of its picture, its codecs and container, its sound.
CAMERAS: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "phone.mov": ("426x240", "30", (*H264, "-c:a", "pcm_s16be"), "48000:cl=stereo"),
    "doorbell.mkv": (
        "480x270",
        "15",
        ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-c:a", "ac3"),
        "16000:cl=mono",
    ),
    "dashcam.avi": ("400x224", "25", ("-c:v", "mjpeg", "-q:v", "5", "-c:a", "pcm_s16le"), "44100:cl=mono"),
}


@pytest.fixture(scope="module", params=[True, False], ids=["with sound", "silent"])
def clips(
    request: pytest.FixtureRequest, tools: Programs, make_clip: MakeClip, tmp_path_factory: pytest.TempPathFactory
) -> list[Published]:
    """What is published of each camera's clip of two seconds and a fifth."""
    made = []
    for name, (size, rate, codecs, sound) in CAMERAS.items():
        words = ["-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d=2.2"]
        if request.param:
            words += ["-f", "lavfi", "-i", f"anoisesrc=a=0.1:d=2.2:r={sound.split(':')[0]}"]
        tags = ("-metadata", f"title=by {name}")
        source = make_clip(f"{request.param}-{name}", *words, *codecs, *([] if request.param else ["-an"]), *tags)
        made.append(published(tools, source, tmp_path_factory.mktemp("out")))
    return made


def test_their_inits_are_the_same_bytes(clips: list[Published]) -> None:
    """And one of a closed set."""
    inits = {clip.files["480p-0.mp4"] for clip in clips}

    assert len(inits) == 1
    assert inits < FORMS


def test_their_boxes_are_the_same_but_for_sizes(clips: list[Published]) -> None:
    """As many segments, pictures and sounds, in the same order, at the same times."""
    assert len({tuple(clip.files) for clip in clips}) == 1
    assert len({tuple(_without_sizes(clip)) for clip in clips}) == 1


def test_their_playlists_are_the_same_but_for_how_many_bytes_play_in_a_second(clips: list[Published]) -> None:
    """No word in them is a clip's own."""
    assert len({clip.files["480p.m3u8"] for clip in clips}) == 1
    assert len({re.sub(rb"BANDWIDTH=\d+", b"BANDWIDTH=", clip.files["playlist.m3u8"]) for clip in clips}) == 1


def test_their_posters_begin_with_the_same_bytes(clips: list[Published]) -> None:
    """Up to where the picture begins."""
    assert {clip.files["poster.jpg"][: len(head(426, 240))] for clip in clips} == {head(426, 240)}


@pytest.mark.parametrize("canvas", ALL.values(), ids=lambda canvas: f"{canvas.width}x{canvas.height}")
def test_there_are_few_forms(canvas: Canvas) -> None:
    """Fifteen canvases, each with sound or without; each init is another, and none names anything."""
    assert len(FORMS) == 2 * len(ALL) == 30
    assert init(canvas, sound=True) != init(canvas, sound=False)


def _without_sizes(clip: Published) -> Iterator[tuple[str, bytes]]:
    for name, data in clip.files.items():
        for box in walk(data) if name.endswith("m4s") else ():
            own = data[box.start : box.end]
            if box.kind == "tfhd":
                yield box.path, own[:12] + own[16:]  # but for the bytes of the first sample
            elif box.kind == "trun":
                yield box.path, own[:8]  # which fields, and how many samples
            elif box.kind in ("mfhd", "tfdt"):
                yield box.path, own
            else:
                yield box.path, b""


def test_black_beside_a_picture_is_all_that_tells_a_shape(tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """A camera of four to three is on the same canvas."""
    source = make_clip("narrow.mp4", "-f", "lavfi", "-i", "testsrc2=s=640x480:r=15:d=0.5", *H264)

    out = published(tools, source, tmp_path)

    assert out.files["480p-0.mp4"] == init(ALL[854, 480], sound=False)
