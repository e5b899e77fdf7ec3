"""Whose fault a failed run is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from workers.media.blame import demand_success
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
