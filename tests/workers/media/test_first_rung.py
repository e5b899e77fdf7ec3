"""The rung that goes on screen while it is made."""

from __future__ import annotations

import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.workers.media.conftest import H264, Came, MakeClip, first_rung_of
from tests.workers.media.test_encode import told
from workers.media import first_rung, rework
from workers.media.first_rung import encode_first
from workers.media.fragments import Init, Segment
from workers.media.programs import Programs
from workers.media.refusals import RefusedClip
from workers.media.rungs import rungs
from workers.media.sandbox import Cancelled
from workers.redact.findings import Finding, NotClean
from workers.redact.proof_fragments import prove_fragmented
from workers.redact.runs import number


def arriving(tools: Programs, source: Path, arrived: Any, **how: Any) -> first_rung.Whole:
    """The first rung of `source`, without sound, handed to `arrived`."""
    probed = rework.inspect(tools, source)
    return encode_first(tools, source, probed, rungs(probed)[0], sound=False, arrived=arrived, **how)


def test_the_init_comes_first_then_two_seconds_at_a_time(came: Came) -> None:
    """Numbered from 1, exact to the frame; the last is as long as what is left."""
    assert [(segment.number, segment.seconds) for segment in came.segments] == [(1, 2.0), (2, 1.0)]
    assert (came.whole.width, came.whole.height, came.whole.seconds, came.whole.segments) == (640, 360, 3.0, 2)


def test_every_piece_is_proved_and_so_is_their_sum(came: Came) -> None:
    """Nothing to find in what arrived, one after the other."""
    assert prove_fragmented(came.file) == []
    assert not [word for word in (b"Jane", b"39.0997", b"x264 - core", b"Lav", b"Handler") if word in came.file]


def test_the_pieces_together_are_a_film(tools: Programs, came: Came, tmp_path: Path) -> None:
    """Picture and sound begin at nought, keyframes stand every two seconds, every frame decodes, seeking finds them."""
    file = tmp_path / "480p.mp4"
    file.write_bytes(came.file)

    answer = told(tools, file, "-show_packets")
    picture, sound = answer["streams"]
    keys = [
        float(p["pts_time"]) for p in answer["packets"] if p["codec_type"] == "video" and p["flags"].startswith("K")
    ]
    assert (picture["codec_name"], sound["codec_name"], sound["channels"]) == ("h264", "aac", 1)
    assert (float(picture["start_time"]), float(sound["start_time"])) == (0, 0)
    assert keys == [0, 2]
    for words, frames in ((("-i", file), 90), (("-ss", "2.4", "-i", file), 18)):
        argv = [tools.ffmpeg, "-v", "error", *words, "-an", "-f", "framemd5", "-"]
        done = subprocess.run(argv, capture_output=True, check=True)
        assert (done.stdout.count(b"\n0,"), done.stderr) == (frames, b"")


def test_sound_and_picture_stay_together(tools: Programs, make_clip: MakeClip, tmp_path: Path) -> None:
    """A beep at one second is heard at one second, although the encoder's first frame is left out."""
    beep = "aevalsrc=if(between(t\\,1\\,1.2)\\,sin(2764*t)\\,0):s=48000:d=2"
    source = make_clip("beep.mp4", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=15:d=2", "-f", "lavfi", "-i", beep, *H264)
    file = tmp_path / "o.mp4"
    file.write_bytes(first_rung_of(tools, source).file)

    raw = ("-vn", "-f", "s16le", "-ar", "48000", "-ac", "1", "-")
    samples = subprocess.run([tools.ffmpeg, "-v", "error", "-i", file, *raw], capture_output=True, check=True).stdout

    values = [int.from_bytes(samples[at : at + 2], "little", signed=True) for at in range(0, len(samples), 2)]
    first = next(place for place, value in enumerate(values) if abs(value) > 3000)
    assert first / 48000 == pytest.approx(1, abs=0.01)


def test_two_runs_give_the_same_pieces(tools: Programs, clip: Path, came: Came) -> None:
    """A second attempt can take over in the middle: bytes, numbers and times are those of the first."""
    assert first_rung_of(tools, clip) == came


def test_a_clip_shorter_than_a_segment_is_one_segment(tools: Programs, make_clip: MakeClip) -> None:
    """As is one of two seconds to the frame; the frame after them is a segment of its own."""
    lengths = {}
    for frames in (4, 30, 31):
        words = ("-f", "lavfi", "-i", "testsrc2=s=160x90:r=15", "-frames:v", str(frames))
        source = make_clip(f"{frames}.mp4", *words, *H264)
        lengths[frames] = [round(segment.seconds * 30) for segment in first_rung_of(tools, source).segments]

    assert lengths == {4: [8], 30: [60], 31: [60, 2]}


def test_sound_that_ends_early_goes_on_in_silence(tools: Programs, make_clip: MakeClip) -> None:
    """Every segment has both tracks, as players expect who were promised both."""
    words = ("-f", "lavfi", "-i", "testsrc2=s=160x90:r=15:d=5", "-f", "lavfi", "-i", "sine=440:d=1")
    segments = first_rung_of(tools, make_clip("early.mp4", *words, *H264)).segments

    assert [segment.data.count(b"traf") for segment in segments] == [2, 2, 2]


def test_segments_arrive_while_the_rest_is_still_encoded(tools: Programs, make_clip: MakeClip) -> None:
    """The first is there long before the last."""
    source = make_clip("long.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=12", *H264)
    times: list[float] = []

    arriving(tools, source, lambda _piece: times.append(time.monotonic()))

    assert len(times) == 1 + 6
    assert times[1] - times[0] < (times[-1] - times[0]) / 2


def test_what_arrived_may_end_the_run(tools: Programs, clip: Path) -> None:
    """Whoever takes the pieces can stop the encoder, and hears their own reason."""

    def refuse(piece: Init | Segment) -> None:
        raise InterruptedError("no more")

    with pytest.raises(InterruptedError, match="no more"):
        arriving(tools, clip, refuse)


def test_a_withdrawn_clip_stops(tools: Programs, clip: Path) -> None:
    """Nothing arrives after that."""
    seen: list[Init | Segment] = []

    with pytest.raises(Cancelled):
        arriving(tools, clip, seen.append, cancelled=lambda: bool(seen))

    assert len(seen) <= 2


@pytest.mark.parametrize(("bound", "reason", "arrived"), [("LONGEST", "too_long", 1), ("SHORTEST", "too_short", 0)])
def test_a_length_that_was_a_lie_is_found_in_the_middle(
    bound: str, reason: str, arrived: int, tools: Programs, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted on what was decoded: the segment that goes too far is not handed over."""
    monkeypatch.setattr(first_rung, bound, 2.5)
    seen: list[Init | Segment] = []

    with pytest.raises(RefusedClip, match=reason):
        arriving(tools, clip, seen.append)

    assert len(seen) == (1 + arrived if arrived else 0)  # an init goes with the first of them


def test_a_clip_that_takes_too_long_is_refused(tools: Programs, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline is the sender's to know."""
    monkeypatch.setattr(first_rung, "LIMITS", replace(first_rung.LIMITS, wall_seconds=0.01))

    with pytest.raises(RefusedClip, match="took_too_long"):
        arriving(tools, clip, lambda _piece: None)


def test_more_bytes_than_allowed_are_refused(tools: Programs, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is handed over has a bound, as a file would have."""
    monkeypatch.setattr(first_rung, "LIMITS", replace(first_rung.LIMITS, file_bytes=1000))

    with pytest.raises(RefusedClip, match="unreadable"):
        arriving(tools, clip, lambda _piece: None)


def test_pictures_that_cannot_be_decoded_are_refused(tools: Programs, clip: Path, tmp_path: Path) -> None:
    """And nothing arrives."""
    data = bytearray(clip.read_bytes())
    at = data.index(b"mdat") + 4
    size = int.from_bytes(data[at - 8 : at - 4]) - 8
    data[at : at + size] = bytes(size)
    (tmp_path / "grey.mp4").write_bytes(data)
    seen: list[Init | Segment] = []

    with pytest.raises(RefusedClip):
        arriving(tools, tmp_path / "grey.mp4", seen.append)

    assert seen == []


def test_without_the_scrub_nothing_arrives(tools: Programs, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof does not trust the step before it."""
    monkeypatch.setattr(first_rung, "scrub_mp4", lambda data: data)
    seen: list[Init | Segment] = []

    with pytest.raises(NotClean):
        arriving(tools, clip, seen.append)

    assert seen == []


def test_a_segment_that_fails_its_proof_does_not_arrive(
    tools: Programs, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those before it have, and whoever took them is told by the error."""
    broken = [Finding("mdat", "a picture that is none of ours")]
    monkeypatch.setattr(first_rung.Pieces, "prove", lambda _self, data: broken if number(data) == 2 else [])
    seen: list[Init | Segment] = []

    with pytest.raises(NotClean, match="none of ours"):
        arriving(tools, clip, seen.append)

    assert len(seen) == 2
