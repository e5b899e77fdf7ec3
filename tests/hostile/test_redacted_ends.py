"""Files that mean harm end the same way where faces are to be redacted: three programs for one change no refusal."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.hostile.corpus import HOSTILE
from tests.hostile.makers import SECRET, Hostile, prepare
from tests.hostile.reworking import TOOLS, in_one_word
from workers.media import redactor, rework
from workers.media.hiding import Hiding
from workers.media.rungs import rungs
from workers.redact.canvases import RATE
from workers.redact.redactions import Redaction

# It hands on what it reads: what is found in the pictures changes no end, and looking takes long.
HANDS_ON = "import shutil, sys\nshutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer, 1 << 20)"
QUICK = [hostile for hostile in HOSTILE if not hostile.slow and hostile.ends[0] != "not_a_video"]
FEW = 20  # of them in every run of the tests; all of them by `make faults`


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the makers work."""
    made = tmp_path_factory.mktemp("hostile")
    prepare(made)
    return made


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(one, marks=[pytest.mark.faults] if place % (len(QUICK) // FEW) else [])
        for place, one in enumerate(QUICK)
    ],
    ids=lambda hostile: hostile.name,
)
def test_a_hostile_file_ends_as_without_redaction(
    hostile: Hostile, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same reason or the same length; and no secret in what came."""
    monkeypatch.setattr(redactor, "part", lambda *_: redactor.confined(["-S", "-c", HANDS_ON]))
    source = tmp_path / "source"
    source.write_bytes(hostile.make(folder))
    ends, lengths, came = [], [], list[bytes]()

    for blur in (Hiding(), Hiding.of(Redaction.FACES)):

        def go(blur: Hiding = blur) -> None:
            probed = rework.inspect(TOOLS, source)
            rung = rungs(probed)[0]
            whole = rework.first_rung(
                TOOLS, source, probed, rung, sound=True, arrived=lambda piece: came.append(piece.data), blur=blur
            )
            lengths.append((whole.seconds, whole.segments))

        ends.append(in_one_word(go))

    assert ends[0] == ends[1]
    for (plain, _), (redacted, _) in pairwise(lengths):
        assert abs(plain - redacted) < 1.5 / RATE  # where a clip ends within a picture, one more or less
    assert not any(SECRET in piece for piece in came)
