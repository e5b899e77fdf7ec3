"""The larger rungs of a clip, all from one decode in one process, cut where the first rung is cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from workers.media import encode
from workers.media.blame import demand_written
from workers.media.encode import Rendition
from workers.media.first_rung import demand_length
from workers.media.fragments import Piece, index
from workers.media.hiding import NOTHING, Hiding
from workers.media.inputs import inputs
from workers.media.probe import LONGEST, Probed
from workers.media.programs import Programs
from workers.media.redacting import demand_every_picture, demand_success, parts
from workers.media.rungs import Rung, size
from workers.media.sandbox import Limits, Part, run_all
from workers.media.watching import End
from workers.redact.findings import Finding, NotClean
from workers.redact.metadata import scrub_mp4
from workers.redact.proof_fragments import Pieces, prove_init

# 4K HEVC with both rungs needs 1.7 GB of address space, 0.6 of memory.
LIMITS = Limits(cpu_seconds=2700, wall_seconds=2700, memory_bytes=3 << 30, file_bytes=256 << 20)


@dataclass(frozen=True)
class Laddered:
    """A finished file and where its pieces lie, the init first."""

    rendition: Rendition
    pieces: list[Piece]


def encode_ladder(
    programs: Programs,
    source: Path,
    probed: Probed,
    rungs: Sequence[Rung],
    folder: Path,
    *,
    sound: bool,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    nice: int = 0,
    blur: Hiding = NOTHING,
) -> list[Laddered]:
    """Write one fragmented MP4 for each of `rungs` into `folder`, scrubbed and proved. `progress` gets 0..1.

    Raises RefusedClip, Cancelled, NotClean, OSError; then none of the files is left behind.
    """
    outs = [folder / f"{rung.name}.mp4" for rung in rungs]
    try:
        words = arguments(programs, source, probed, rungs, outs, sound=sound, blur=blur)
        encoder = Part(words, read=[source], write=folder, limits=LIMITS)
        outcomes = run_all(
            parts(programs, source, probed, _largest(rungs), blur, encoder),
            confined=programs.confined,
            on_line=encode.Progress(probed.seconds or LONGEST, progress).hear,
            cancelled=cancelled,
            nice=nice,
        )
        # It stands back behind first rungs, so time that passed tells nothing of the clip.
        if outcomes[-1].end is End.DEADLINE:
            raise OSError("the machine had too little time for the larger renditions")
        demand_success(outcomes)
        for out in outs:
            demand_written(out)
        made = [_finished(out, size(probed, rung)) for rung, out in zip(rungs, outs, strict=True)]
        for one in made:
            demand_every_picture(outcomes, one.rendition.seconds)
        return made
    except BaseException:
        for out in outs:
            out.unlink(missing_ok=True)
        raise


def arguments(
    programs: Programs,
    source: Path,
    probed: Probed,
    rungs: Sequence[Rung],
    outs: Sequence[Path],
    *,
    sound: bool,
    blur: Hiding,
) -> list[str]:
    """The encoder's whole command line. Every word is ours: from the clip come only bounded numbers."""
    taken = inputs(programs, source, probed, _largest(rungs), sound=sound, blur=blur)
    shown = taken.pictures.filter_multi_output("split", len(rungs))
    written = [
        encode.output(taken.ready(shown[place], probed, rung), taken.sounds, probed, rung, f"file:{out}")
        for place, (rung, out) in enumerate(zip(rungs, outs, strict=True))
    ]
    return [*taken.begun, *encode.TELLING, *ffmpeg.merge_outputs(*written).get_args(), "-y"]


def _largest(rungs: Sequence[Rung]) -> Rung:
    return max(rungs, key=lambda rung: rung.short_side)


def _finished(out: Path, shape: tuple[int, int]) -> Laddered:
    pieces = index(out)
    with out.open("r+b") as file:  # names and times are in the init only, and emptying them moves no byte
        clean = scrub_mp4(file.read(pieces[0].bytes))
        file.seek(0)
        file.write(clean)
    _demand_clean(out, pieces)
    seconds = sum(piece.seconds for piece in pieces)
    demand_length(seconds)
    return Laddered(Rendition(out, out.name, *shape, out.stat().st_size, seconds), pieces)


def _demand_clean(out: Path, pieces: list[Piece]) -> None:
    # Piece by piece, so that a long clip does not have to fit into memory; `index` saw that there is nothing else.
    with out.open("rb") as file:
        init = file.read(pieces[0].bytes)
        _demand(prove_init(init))
        following = Pieces.after(init)
        for piece in pieces[1:]:
            _demand(following.prove(file.read(piece.bytes)))


def _demand(findings: list[Finding]) -> None:
    if findings:
        raise NotClean(findings)
