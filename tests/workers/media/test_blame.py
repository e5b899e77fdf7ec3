"""Whose fault a failed run is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from workers.media.blame import demand_decoded, demand_redacted, demand_success, demand_written
from workers.media.programs import Programs
from workers.media.refusals import RefusedClip
from workers.media.sandbox import Outcome, run
from workers.media.watching import End


@pytest.fixture
def good(tools: Programs) -> Outcome:
    """A run that went well."""
    return run([tools.ffprobe, "-version"])


def test_a_run_that_went_well_passes(good: Outcome, tmp_path: Path) -> None:
    """Its file must be there, and not empty."""
    (tmp_path / "out").write_bytes(b"x")

    demand_success(good)
    demand_success(good, tmp_path / "out")
    with pytest.raises(RefusedClip, match="unreadable"):
        demand_success(good, tmp_path / "absent")


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({"end": End.DEADLINE, "code": -9}, "took_too_long"),
        ({"end": End.NO_CPU_LEFT, "code": -9}, "took_too_long"),
        ({"end": End.TOLD_TOO_MUCH, "code": -9}, "unreadable"),
        ({"code": 1}, "unreadable"),
        ({"code": -11}, "unreadable"),
        ({"code": 1, "stderr": b"Codec (x) not on whitelist"}, "unsupported_codec"),
    ],
)
def test_a_fault_of_the_clip_is_refused(what: dict[str, object], reason: str, good: Outcome) -> None:
    """Another try would end the same way."""
    with pytest.raises(RefusedClip, match=reason):
        demand_success(replace(good, **what))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "what",
    [
        {"code": -9},
        {"code": -15},
        {"code": 1, "stderr": b"x: No space left on device"},
        {"stderr": b"x (Resource temporarily unavailable)"},
    ],
)
def test_a_fault_of_ours_is_no_refusal(what: dict[str, object], good: Outcome) -> None:
    """A full disk or a program killed by the machine is worth another try, and no news for the sender."""
    with pytest.raises(OSError, match=r"no space|stopped|no room"):
        demand_success(replace(good, **what))  # type: ignore[arg-type]


def test_what_was_not_written_is_the_clips_fault(tmp_path: Path) -> None:
    """An encoder that had nothing to write says that all went well."""
    (tmp_path / "empty").touch()
    for out in (tmp_path / "empty", tmp_path / "absent"):
        with pytest.raises(RefusedClip, match="unreadable"):
            demand_written(out)


CUT_OFF = {"end": End.CUT_OFF, "code": -9}
NOBODY_READS = {"code": 224, "stderr": b"av_interleaved_write_frame(): Broken pipe"}
HANGS = {"end": End.DEADLINE, "code": -9, "wall_seconds": 900.0, "cpu_seconds": 5.0}
Parts = tuple[dict[str, object], dict[str, object], dict[str, object]]


def demand(good: Outcome, parts: Parts) -> None:
    """Decoder, redactor and encoder, as they differ from good ones."""
    decoder, redactor, encoder = (replace(good, **part) for part in parts)  # type: ignore[arg-type]
    demand_redacted(decoder, redactor, encoder)


@pytest.mark.parametrize(
    "parts",
    [
        ({}, {"code": 1}, CUT_OFF),
        (NOBODY_READS, {"code": -11}, CUT_OFF),
        ({"code": 1}, {"code": 1}, CUT_OFF),
        ({}, {"code": -9, "end": End.NO_CPU_LEFT}, CUT_OFF),
        (NOBODY_READS, {}, CUT_OFF),
        (NOBODY_READS, {}, {}),
        (HANGS, HANGS, HANGS),
        ({}, {"code": -13}, {}),
        (CUT_OFF, CUT_OFF, {"code": -9}),
    ],
)
def test_whatever_a_redactor_does_is_our_fault(parts: Parts, good: Outcome) -> None:
    """It crashes, is out of time, goes away or hangs; whatever that did to the two beside it."""
    with pytest.raises(OSError):
        demand(good, parts)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (({"code": 1}, CUT_OFF, CUT_OFF), "unreadable"),
        (({"code": -9, "end": End.NO_CPU_LEFT}, CUT_OFF, CUT_OFF), "took_too_long"),
        ((NOBODY_READS, {"code": -13}, {"code": 1, "stderr": b"Codec (x) not on whitelist"}), "unsupported_codec"),
        ((CUT_OFF, CUT_OFF, {"code": 1}), "unreadable"),
        (({**HANGS, "cpu_seconds": 600.0}, HANGS, HANGS), "took_too_long"),
        (({"end": End.TOLD_TOO_MUCH, "code": -9},) * 3, "unreadable"),
    ],
)
def test_the_clips_faults_stay_the_clips(parts: Parts, reason: str, good: Outcome) -> None:
    """With the reason it would have had in one program."""
    with pytest.raises(RefusedClip, match=reason):
        demand(good, parts)


def test_three_that_went_well_pass(good: Outcome) -> None:
    """And only they."""
    demand(good, ({}, {}, {}))
    with pytest.raises(OSError, match="failed"):
        demand(good, ({}, {"code": 1}, {}))


AFTER = [({"code": 1}, "failed"), ({"code": -11}, "failed"), ({"end": End.NO_CPU_LEFT, "code": -9}, "failed")]


@pytest.mark.parametrize(("what", "says"), AFTER)
@pytest.mark.parametrize("place", [1, 2])
def test_what_befalls_those_after_a_photos_decoder_is_ours(
    what: dict[str, object], says: str, place: int, good: Outcome
) -> None:
    """They see raw pixels alone: whatever the photo is, they can take it."""
    run_ = [good, good, good]
    run_[place] = replace(good, **what)  # type: ignore[arg-type]

    demand_decoded(good, good)
    with pytest.raises(OSError, match=says):
        demand_decoded(*run_)
    with pytest.raises(OSError, match=says):
        demand_decoded(replace(good, code=-13), *run_[1:])


def test_a_photo_that_breaks_its_decoder_is_refused(good: Outcome) -> None:
    """Those after it are brought down with it."""
    down = replace(good, end=End.CUT_OFF, code=-9)

    for what in ({"code": 65}, {"code": -11}):
        with pytest.raises(RefusedClip, match="unreadable"):
            demand_decoded(replace(good, **what), down, down)  # type: ignore[arg-type]
    with pytest.raises(RefusedClip, match="took_too_long"):
        demand_decoded(replace(good, end=End.NO_CPU_LEFT, code=-9), down)
    with pytest.raises(OSError, match="cut off"):
        demand_decoded(good, down)
    with pytest.raises(OSError, match="does not start"):
        demand_decoded(replace(good, code=1), down)


def test_a_machine_without_time_is_no_fault_of_the_photo(good: Outcome) -> None:
    """At the deadline: only a decoder that used the time is slow."""
    late = replace(good, end=End.DEADLINE, code=-9, wall_seconds=300.0)

    with pytest.raises(OSError, match="too little time"):
        demand_decoded(replace(late, cpu_seconds=1.0), late)
    with pytest.raises(RefusedClip, match="took_too_long"):
        demand_decoded(replace(late, cpu_seconds=299.0), late)
