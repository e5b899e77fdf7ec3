"""Files that mean harm end in a stable refusal or in a clean clip: never in a fault, never with a secret."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from tests.hostile.makers import CLEAN, HOSTILE, SECRET, Hostile, prepare
from workers.media import programs, rework
from workers.media.refusals import RefusedClip

SECONDS, MEMORY = 60, 1 << 30  # generous: the machine is shared; the sandbox's own limits are the hard ones


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the makers work: a plain clip and a file nobody may read."""
    made = tmp_path_factory.mktemp("hostile")
    prepare(made)
    return made


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_a_hostile_file_is_refused_or_comes_out_clean(hostile: Hostile, folder: Path, tmp_path: Path) -> None:
    """Each ends as it must, within bounds, and nothing secret is in what comes out."""
    source, out = tmp_path / "source", tmp_path / "out"
    source.write_bytes(hostile.make(folder))
    out.mkdir()
    started = time.monotonic()

    end = _rework(source, out)

    assert end in hostile.ends
    assert time.monotonic() - started < SECONDS
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < MEMORY
    assert sorted(file.name for file in out.iterdir()) == (["480p.mp4", "poster.jpg"] if end == CLEAN else [])
    assert not any(SECRET in file.read_bytes() for file in out.iterdir())


def test_at_least_thirty_kinds_are_tried() -> None:
    """The list does not shrink."""
    assert len({hostile.name for hostile in HOSTILE}) >= 50


def _rework(source: Path, out: Path) -> str:
    tools = programs.find()
    try:
        probed = rework.inspect(tools, source)
        made = rework.make_rendition(tools, source, probed, rework.rungs(probed)[0], out, sound=True)
        rework.make_poster(tools, made, out)
    except RefusedClip as refused:
        return refused.reason.value
    return CLEAN
