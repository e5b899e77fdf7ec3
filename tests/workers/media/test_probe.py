"""What is in a clip, and what is refused before it is decoded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.workers.media.conftest import SHARED, MakeClip
from workers.media import probe
from workers.media.probe import understand
from workers.media.programs import Programs
from workers.media.refusals import Reason, RefusedClip
from workers.media.sniff import Container

VIDEO: dict[str, Any] = {
    "index": 0, "codec_type": "video", "codec_name": "h264", "width": 640, "height": 360, "avg_frame_rate": "30/1",
}  # fmt: skip
SOUND: dict[str, Any] = {"index": 1, "codec_type": "audio", "codec_name": "aac"}


def understood(*streams: dict[str, Any], seconds: str | None = "3.0") -> probe.Probed:
    """What is made of an answer of ffprobe."""
    return understand({"streams": list(streams), "format": {"duration": seconds}}, Container.MP4, 1000)


def test_a_clip_is_understood(tools: Programs, clip: Path) -> None:
    """Size, rate, length and streams are told."""
    probed = probe.probe(tools, clip)

    assert (probed.width, probed.height, probed.fps) == (640, 360, 15.0)
    assert probed.seconds == pytest.approx(3, abs=0.1)
    assert (probed.video_index, probed.audio_index) == (0, 1)


def test_a_turned_phone_is_seen_upright(tools: Programs, clip: Path, make_clip: MakeClip) -> None:
    """Width and height are those after rotation."""
    turned = make_clip("turned.mp4", "-display_rotation", "90", "-i", clip, "-c", "copy")

    probed = probe.probe(tools, turned)

    assert (probed.width, probed.height) == (360, 640)


def test_a_length_and_a_rate_that_are_not_told_are_measured(tools: Programs, make_clip: MakeClip) -> None:
    """As browsers write WebM: frame by frame, without decoding."""
    words = ("-f", "lavfi", "-i", "testsrc2=s=64x64:r=15:d=2", "-c:v", "libvpx", "-deadline", "realtime")
    endless = make_clip("endless.webm", *words, "-live", "1", "-f", "webm")

    probed = probe.probe(tools, endless)

    assert probed.seconds == pytest.approx(2, abs=0.05)
    assert probed.fps == pytest.approx(15, abs=0.5)


def test_a_clock_of_a_millisecond_is_no_frame_rate() -> None:
    """Matroska says 1000 frames a second where it does not know; an MP4 that does means it."""
    unknown = {"streams": [VIDEO | {"avg_frame_rate": "1000/1", "r_frame_rate": "1000/1"}], "format": {}}

    assert understand(unknown, Container.MATROSKA, 1000).fps == 30
    with pytest.raises(RefusedClip, match="too_fast"):
        understand(unknown, Container.MP4, 1000)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared footage is not here")
def test_a_real_clip_of_139_seconds_is_too_long(tools: Programs) -> None:
    """Two minutes are the most."""
    with pytest.raises(RefusedClip, match="too_long"):
        probe.probe(tools, SHARED / "one-by-one-person-detection.mp4")


def test_more_than_500_megabytes_are_too_large(tools: Programs, tmp_path: Path) -> None:
    """Refused by size alone, unread."""
    with (tmp_path / "clip").open("wb") as file:
        file.truncate(probe.LARGEST + 1)

    with pytest.raises(RefusedClip, match="too_large"):
        probe.probe(tools, tmp_path / "clip")


def test_a_clip_of_other_codecs_is_named_so(tools: Programs, make_clip: MakeClip) -> None:
    """Not "damaged": the person can export it otherwise."""
    odd = make_clip("odd.avi", "-f", "lavfi", "-i", "testsrc2=s=64x64:d=1", "-c:v", "ffv1")

    with pytest.raises(RefusedClip, match="unsupported_codec"):
        probe.probe(tools, odd)


def test_a_clip_with_words_beside_it_is_taken(tools: Programs, clip: Path, make_clip: MakeClip, tmp_path: Path) -> None:
    """Subtitles are no reason to refuse; they are left behind."""
    (tmp_path / "words.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nhello\n")
    words = ("-i", clip, "-i", tmp_path / "words.srt", "-map", "0", "-map", "1", "-c", "copy")

    assert probe.probe(tools, make_clip("words.mkv", *words, "-c:s", "srt")).video_index == 0
    assert probe.probe(tools, make_clip("words.mp4", *words, "-c:s", "mov_text")).video_index == 0


def test_pixels_that_are_not_square_are_stretched() -> None:
    """Width is as seen; a shape that cannot be is not believed."""
    assert understood(VIDEO | {"sample_aspect_ratio": "4:3"}).width == 853
    assert understood(VIDEO | {"sample_aspect_ratio": "1000:1"}).width == 640
    assert understood(VIDEO | {"sample_aspect_ratio": "0:1"}).width == 640


@pytest.mark.parametrize(("told", "fps"), [("30000/1001", 29.97), ("0/0", 30), ("nan", 30), ("", 30), ("15/1", 15)])
def test_odd_frame_rates_are_survived(told: str, fps: float) -> None:
    """A rate that is no number counts as thirty."""
    assert understood(VIDEO | {"avg_frame_rate": told}).fps == pytest.approx(fps, abs=0.01)


@pytest.mark.parametrize("told", [None, "N/A", "nan", "-3", "inf"])
def test_a_length_that_is_not_told_is_left_open(told: str | None) -> None:
    """The decode is bounded all the same."""
    assert understood(VIDEO, seconds=told).seconds is None


@pytest.mark.parametrize(
    ("streams", "reason"),
    [
        ((), Reason.NO_PICTURE),
        ((SOUND,), Reason.NO_PICTURE),
        ((VIDEO | {"disposition": {"attached_pic": 1}}, SOUND), Reason.NO_PICTURE),
        ((VIDEO | {"codec_name": "cinepak"},), Reason.UNSUPPORTED_CODEC),
        ((VIDEO | {"width": 7680, "height": 4320},), Reason.TOO_BIG_PICTURE),
        ((VIDEO | {"width": 0},), Reason.UNREADABLE),
        ((VIDEO | {"width": 1, "height": 1},), Reason.UNREADABLE),
        ((VIDEO | {"avg_frame_rate": "1000/1"},), Reason.TOO_FAST),
    ],
)
def test_what_is_out_of_bounds_is_refused(streams: tuple[dict[str, Any], ...], reason: Reason) -> None:
    """Each bound has its own reason."""
    with pytest.raises(RefusedClip) as refused:
        understood(*streams)

    assert refused.value.reason is reason


def test_the_default_picture_is_chosen() -> None:
    """Of several, the one a player would show; sound we cannot read is passed over."""
    second = VIDEO | {"index": 3, "disposition": {"default": 1}}
    odd = SOUND | {"codec_name": "wmav2"}

    probed = understood(VIDEO, odd, second)

    assert (probed.video_index, probed.audio_index) == (3, None)
