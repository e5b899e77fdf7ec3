"""A clip in which somebody must not be recognised: three programs, one clip."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.workers.media.conftest import H264, Came, MakeClip
from workers.media import first_rung, ladder, redacting, redactor, rework
from workers.media.fragments import Init, Segment
from workers.media.hiding import Hiding
from workers.media.programs import Programs
from workers.media.redacting import parts as redacting_parts
from workers.media.refusals import RefusedClip
from workers.media.rungs import rungs
from workers.media.sandbox import Cancelled, Limits, Part
from workers.redact.redactions import Redaction

FACES = Hiding.of(Redaction.FACES)
READ = "import sys\nread = lambda: sys.stdin.buffer.read(426 * 240 * 3 // 2)\nout = sys.stdout.buffer\n"
HANDS_ON = READ + "while picture := read(): out.write(picture)"
# Each with what it lets through, and no redaction in any of them.
BROKEN = {
    "dies at once": "raise SystemExit(1)",
    "dies in the middle": READ + "for _ in range(40): out.write(read())\nout.flush()\nraise SystemExit(1)",
    "is killed": READ + "import os\nfor _ in range(40): out.write(read())\nout.flush()\nos.abort()",
    "writes too little": READ + "for _ in range(40): out.write(read())\nwhile read(): pass",
    "writes nothing": READ + "while read(): pass",
    "stops within a picture": READ
    + "for _ in range(40): out.write(read())\nout.write(read()[:99])\nwhile read(): pass",
    "writes too much": READ + "while picture := read(): out.write(picture + picture)",
    "goes away": READ + "out.write(read())",
}

Instead = Callable[[str], None]


@pytest.fixture(scope="module")
def small(make_clip: MakeClip) -> Path:
    """Five seconds of 160 x 90 at 15 pictures, with sound."""
    words = ("-f", "lavfi", "-i", "testsrc2=s=160x90:r=15:d=5", "-f", "lavfi", "-i", "sine=440:d=5")
    return make_clip("small.mp4", *words, *H264)


@pytest.fixture
def instead(monkeypatch: pytest.MonkeyPatch) -> Instead:
    """Put another program in the redactor's place, in the redactor's sandbox."""

    def put(code: str) -> None:
        monkeypatch.setattr(redactor, "part", lambda *_: redactor.confined(["-S", "-c", code]))

    return put


def blurred(tools: Programs, source: Path, seen: list[Init | Segment], **how: object) -> Came:
    """The first rung with faces redacted; what arrived is in `seen`, whatever becomes of it."""
    probed = rework.inspect(tools, source)
    told = {"sound": True, "arrived": seen.append, "blur": FACES} | how
    whole = rework.first_rung(tools, source, probed, rungs(probed)[0], **told)  # type: ignore[arg-type]
    init, *segments = seen
    return Came(init.data, [piece for piece in segments if isinstance(piece, Segment)], whole)


def test_where_nothing_is_changed_every_byte_is_as_without(tools: Programs, small: Path, instead: Instead) -> None:
    """Pictures, their number and times, sound and its length: the way through three programs leaves no trace."""
    instead(HANDS_ON)

    assert blurred(tools, small, []) == blurred(tools, small, [], blur=Hiding())


def test_larger_rungs_are_as_without_too(
    tools: Programs, make_clip: MakeClip, tmp_path: Path, instead: Instead
) -> None:
    """The largest to the byte; the smaller ones are made from it, cut at the same times."""
    source = make_clip("tall.mp4", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=5:d=3", *H264)
    probed = rework.inspect(tools, source)
    larger, made = [replace(rungs(probed)[0], name="half", short_side=360), rungs(probed)[1]], []
    instead(HANDS_ON.replace("426 * 240", "1280 * 720"))

    for name, blur in (("plain", Hiding()), ("blurred", FACES)):
        (tmp_path / name).mkdir()
        made.append(rework.make_ladder(tools, source, probed, larger, tmp_path / name, sound=False, blur=blur))

    plain, through = made
    assert plain[1].rendition.path.read_bytes() == through[1].rendition.path.read_bytes()
    for one, other in zip(plain, through, strict=True):
        assert [piece.seconds for piece in one.pieces] == [piece.seconds for piece in other.pieces]
        assert (one.rendition.width, one.rendition.height) == (other.rendition.width, other.rendition.height)


def test_nobody_who_asks_for_nothing_pays_for_it(tools: Programs, small: Path) -> None:
    """Without redaction a clip has one program, as ever, and it reads the clip alone."""
    probed = rework.inspect(tools, small)
    encoder = Part(["ffmpeg"], read=[small])

    assert redacting.parts(tools, small, probed, rungs(probed)[0], Hiding(), encoder) == [encoder]


@pytest.mark.parametrize("how", BROKEN)
def test_a_redactor_that_fails_is_our_fault(how: str, tools: Programs, small: Path, instead: Instead) -> None:
    """It is tried again, and never told the sender as theirs; what came before is in whole segments."""
    instead(BROKEN[how])
    seen: list[Init | Segment] = []

    with pytest.raises(OSError):
        blurred(tools, small, seen)

    if "die" in how or "kill" in how:
        # None is cut short: another try has the same segments, and takes over where this one ended.
        assert len(seen) <= 1 + 1
        assert {piece.seconds for piece in seen if isinstance(piece, Segment)} <= {2}


@pytest.mark.parametrize("how", ["writes nothing", "writes too little"])
def test_of_a_silent_clip_too(how: str, tools: Programs, small: Path, instead: Instead) -> None:
    """There an encoder without pictures has nothing at all to write."""
    instead(BROKEN[how])

    with pytest.raises(OSError):
        blurred(tools, small, [], sound=False)


def test_a_redactor_that_hangs_is_our_fault(
    tools: Programs, small: Path, instead: Instead, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing comes out, and at the deadline all three are gone; the clip is not told to be slow."""
    instead("import time\ntime.sleep(600)")
    monkeypatch.setattr(first_rung, "LIMITS", replace(first_rung.LIMITS, wall_seconds=1))
    seen: list[Init | Segment] = []

    with pytest.raises(OSError, match="too little time"):
        blurred(tools, small, seen)

    assert seen == []


def test_a_redactor_that_fails_leaves_no_larger_file(
    tools: Programs, small: Path, tmp_path: Path, instead: Instead
) -> None:
    """Neither half nor whole."""
    probed = rework.inspect(tools, small)
    for code in (BROKEN["dies in the middle"], BROKEN["writes too little"]):
        instead(code)
        with pytest.raises(OSError):
            ladder.encode_ladder(tools, small, probed, rungs(probed)[:1], tmp_path, sound=True, blur=FACES)
        assert list(tmp_path.iterdir()) == []


def test_a_withdrawn_clip_ends_all_three(tools: Programs, small: Path, instead: Instead) -> None:
    """Nothing arrives after that, and nothing runs on."""
    instead(READ + "out.write(read())\nout.flush()\nimport time\ntime.sleep(60)")  # or it might be done by then
    seen: list[Init | Segment] = []
    started = time.monotonic()

    with pytest.raises(Cancelled):
        blurred(tools, small, seen, cancelled=lambda: time.monotonic() - started > 0.5)

    assert len(seen) <= 4


def test_pictures_that_cannot_be_decoded_are_refused(
    tools: Programs, small: Path, tmp_path: Path, instead: Instead
) -> None:
    """With the reason they would have without redaction, and nothing arrives."""
    instead(HANDS_ON)
    data = bytearray(small.read_bytes())
    at = data.index(b"mdat") + 4
    size = int.from_bytes(data[at - 8 : at - 4]) - 8
    for name, first in (("all", at), ("end", at + size // 2)):
        data[first : at + size] = bytes(at + size - first)
        (tmp_path / name).write_bytes(data)
        ends = []
        for blur in (Hiding(), FACES):
            try:
                ends.append(blurred(tools, tmp_path / name, [], blur=blur).whole)
            except RefusedClip as refused:
                ends.append(refused.reason)
        assert ends[0] == ends[1]


def test_a_decoder_out_of_time_is_the_clips_fault(
    tools: Programs, small: Path, instead: Instead, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not look like the clip's end to those after it."""
    instead(HANDS_ON)
    spinning = replace(redactor.confined(["-S", "-c", "while True: pass"]), limits=Limits(cpu_seconds=1))
    whole = redacting.parts
    monkeypatch.setattr(first_rung, "parts", lambda *what: [spinning, *whole(*what)[1:]])
    seen: list[Init | Segment] = []

    with pytest.raises(RefusedClip, match="took_too_long"):
        blurred(tools, small, seen)

    assert seen == []


def test_the_encoder_sees_the_clip_for_its_sound_only(tools: Programs, small: Path) -> None:
    """Without sound it cannot as much as open it, and the redactor never can."""
    probed = rework.inspect(tools, small)
    rung = rungs(probed)[0]
    for sound in (True, False):
        words = first_rung.arguments(tools, small, probed, rung, sound=sound, blur=FACES)
        alone = Part(words, read=[small])

        decoder, redacting, encoder = redacting_parts(tools, small, probed, rung, FACES, alone)

        assert (list(decoder.read), list(encoder.read)) == ([small], [small] if sound else [])
        assert small not in redacting.read
        assert (f"file:{small}" in words) == sound
