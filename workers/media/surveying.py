"""A first look over a clip, before any of it is redacted: which parts never move, and where something is burnt in.

Two confined programs: the decoder, as ever, of a few pictures a second, and the survey (`workers.redact.survey`), which
sees raw pictures and says what it found. That goes into a file of the attempt's own folder, which the redactor may
read; nothing here looks into it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from workers.media import blame, redacting, redactor
from workers.media.hiding import Hiding
from workers.media.probe import Probed
from workers.media.programs import Programs
from workers.media.refusals import Reason, RefusedClip
from workers.media.rungs import Rung, size
from workers.media.sandbox import Limits, Part, run_all
from workers.media.watching import End, Outcome
from workers.redact.redactions import CAMERA_MOVES, Redaction

MODULE = "workers.redact.survey"
EVERY = 10  # of the pictures everybody has: three a second
LIMITS = Limits(cpu_seconds=900, wall_seconds=900, memory_bytes=3 << 30, file_bytes=0, told_bytes=8 << 20)


def survey(
    programs: Programs,
    source: Path,
    probed: Probed,
    largest: Rung,
    blur: Hiding,
    folder: Path,
    *,
    cancelled: Callable[[], bool] | None = None,
    nice: int = 0,
) -> Hiding:
    """`blur` with what was found of it in the clip at the size of `largest`; as it was where nothing need be found.

    Raises RefusedClip, Cancelled, OSError; then nothing can be made that was to have it hidden.
    """
    if not blur.of_clips:
        return blur
    words = redacting.decoding(programs, source, probed, largest, every=EVERY)
    decoder = Part(words, read=[source], limits=replace(LIMITS, told_bytes=Limits.told_bytes))
    outcomes = run_all(
        [decoder, looker(size(probed, largest), blur.of_clips)],
        confined=programs.confined,
        cancelled=cancelled,
        nice=nice,
    )
    _demand_success(outcomes)
    found = folder / f"{largest.name}.survey"
    found.write_bytes(outcomes[-1].stdout)
    return replace(blur, survey=found)


def looker(shape: tuple[int, int], kinds: frozenset[Redaction]) -> Part:
    """The survey of raw pictures of `shape` in pixels."""
    asked = [kind.value for kind in Redaction if kind in kinds]
    return replace(redactor.confined(["-m", MODULE, *map(str, shape), *asked]), limits=LIMITS)


def _demand_success(outcomes: Sequence[Outcome]) -> None:
    """Nothing for a look that found something. Raises RefusedClip for the clip's fault, OSError for ours."""
    decoder, looking = outcomes
    if looking.end is End.DEADLINE and decoder.cpu_seconds < looking.wall_seconds / 2:
        raise OSError("the machine had too little time for a survey")
    if looking.end is End.BY_ITSELF and looking.code == CAMERA_MOVES:
        raise RefusedClip(Reason.CAMERA_MOVES)
    # What was cut off was so with the decoder, and is told of it.
    if not looking.ok and looking.end not in (End.CUT_OFF, End.DEADLINE):
        raise OSError("the survey failed")
    blame.demand_success(decoder)
    if not looking.ok:
        raise OSError("the survey was cut off")
    if not looking.stdout:
        raise RefusedClip(Reason.NO_PICTURE)
