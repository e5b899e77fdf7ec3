"""Each limit on a clip bites, as a refusal that its sender is told and never as a fault of ours."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.hostile import makers
from tests.hostile.reworking import TOOLS, all_the_way, in_one_word
from workers.media import appearance, first_rung, probe
from workers.media.sandbox import Limits, run
from workers.media.watching import End


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the makers work."""
    made = tmp_path_factory.mktemp("limits")
    makers.prepare(made)
    return made


def ends(source: Path, out: Path) -> str:
    """How the file at `source` ends."""
    return in_one_word(lambda: all_the_way(source, out))


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ({"cpu_seconds": 1}, "took_too_long"),
        ({"wall_seconds": 0.2}, "took_too_long"),
        ({"memory_bytes": 100 << 20}, "unreadable"),
        ({"file_bytes": 10_000}, "unreadable"),
    ],
)
def test_what_a_run_may_use_is_bounded(
    limit: dict[str, int], reason: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CPU time, time, memory and what is put out: at its limit the run ends and the clip is refused."""
    source = folder / "busy.mp4"
    if not source.exists():
        makers.drawn(folder, *makers.H264, source.name, size="1280x720", seconds=25)
    monkeypatch.setattr(first_rung, "LIMITS", replace(first_rung.LIMITS, **limit))

    assert ends(source, tmp_path) == reason


@pytest.mark.parametrize(
    ("module", "bound", "value", "reason"),
    [
        (probe, "LARGEST", 100, "too_large"),
        (appearance, "MOST_PIXELS", 64 * 64, "too_big_picture"),
        (probe, "MOST_FPS", 5, "too_fast"),
        (probe, "LONGEST", 0.5, "too_long"),
        (first_rung, "LONGEST", 0.5, "too_long"),
        (first_rung, "SHORTEST", 5.0, "too_short"),
    ],
)
def test_what_a_clip_may_be_is_bounded(
    module: object, bound: str, value: float, reason: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes, pixels, frames a second, and seconds: those it tells, and those that were decoded."""
    monkeypatch.setattr(module, bound, value)

    assert ends(folder / "base.mp4", tmp_path) == reason


def test_a_deadline_ends_all_of_a_process_group() -> None:
    """Also what a program started and left behind; in the sandbox it could not start anything."""
    script = "sleep 300 & echo $!; wait"

    outcome = run(["/bin/sh", "-c", script], confined=False, limits=Limits(wall_seconds=0.5))

    assert outcome.end is End.DEADLINE
    assert _gone(int(outcome.stdout))


def test_a_program_that_will_not_hear_is_ended() -> None:
    """Ignoring every signal that can be ignored helps nobody."""
    script = "trap '' HUP INT TERM XCPU; while :; do :; done"

    outcome = run(["/bin/sh", "-c", script], confined=False, limits=Limits(cpu_seconds=1, wall_seconds=20))

    assert outcome.end is End.NO_CPU_LEFT


@pytest.mark.parametrize("kind", ["fifo", "link", "device", "folder"])
def test_what_is_no_plain_file_is_not_opened(kind: str, folder: Path, tmp_path: Path) -> None:
    """A pipe would be waited for without end, a link followed, a device read without end."""
    source = tmp_path / "source"
    if kind == "fifo":
        os.mkfifo(source)
    elif kind == "link":
        source.symlink_to(folder / "base.mp4")
    elif kind == "device":
        source.symlink_to("/dev/zero")
    else:
        source.mkdir()
    started = time.monotonic()

    end = ends(source, tmp_path)

    assert end == "not_a_video"
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "name", ["-y", "concat:a|b", "%05d.mp4", "x'y\"z", "a b\n", "source?a=b#c", "http:", "pipe:0", "..mp4", "\u202e4pm"]
)
def test_a_name_is_only_a_name(name: str, folder: Path, tmp_path: Path) -> None:
    """Ours are the only names files ever get; one that looks like an option or an address would do no harm either."""
    source = tmp_path / name
    source.write_bytes(makers.whole(folder))

    assert probe.probe(TOOLS, source).width == 160


def _gone(pid: int) -> bool:
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":  # ended; whoever adopted it has not looked yet
            return True
        time.sleep(0.1)
    return False
