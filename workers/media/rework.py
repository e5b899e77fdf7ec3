"""A clip, or a photo, from a stranger's bytes to files that may be shown: one function per stage, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from workers.media import photo, poster, surveying
from workers.media.first_rung import Whole, encode_first
from workers.media.fragments import Init, Segment
from workers.media.hiding import NOTHING, Hiding
from workers.media.ladder import Laddered, encode_ladder
from workers.media.photo import Photo
from workers.media.poster import Still
from workers.media.probe import Probed, probe
from workers.media.programs import Programs
from workers.media.rungs import Rung, rungs
from workers.media.sniff import sniff_photo
from workers.redact.findings import NotClean
from workers.redact.proof_jpeg import prove_jpeg

__all__ = ["first_rung", "inspect", "inspect_photo", "make_ladder", "make_photo", "poster_from", "rungs", "survey"]


def inspect(programs: Programs, source: Path, *, cancelled: Callable[[], bool] | None = None) -> Probed:
    """Look at the clip at `source` without decoding it. Raises RefusedClip, Cancelled."""
    return probe(programs, source, cancelled=cancelled)


def inspect_photo(programs: Programs, source: Path, *, cancelled: Callable[[], bool] | None = None) -> Photo | None:
    """Look at the photo at `source` without decoding it; None for what is none. Raises RefusedClip, Cancelled."""
    format_ = sniff_photo(source)
    return None if format_ is None else photo.inspect(programs, source, format_, cancelled=cancelled)


def make_photo(
    programs: Programs,
    source: Path,
    seen: Photo,
    folder: Path,
    *,
    blur: Hiding = NOTHING,
    cancelled: Callable[[], bool] | None = None,
) -> list[Still]:
    """A photo's few sizes, redacted as `blur` says, each proved. Raises RefusedClip, Cancelled, NotClean, OSError."""
    made = photo.make(programs, source, seen, folder, blur=blur, cancelled=cancelled)
    _demand_clean(made, photo=True)
    return made


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
    """`blur` with what a first look over the clip finds of it, in `folder`; as it was where it needs none.

    It is for rungs of which `largest` is the largest. Raises RefusedClip, Cancelled, OSError.
    """
    return surveying.survey(programs, source, probed, largest, blur, folder, cancelled=cancelled, nice=nice)


def first_rung(
    programs: Programs,
    source: Path,
    probed: Probed,
    rung: Rung,
    *,
    sound: bool,
    arrived: Callable[[Init | Segment], None],
    cancelled: Callable[[], bool] | None = None,
    blur: Hiding = NOTHING,
) -> Whole:
    """Encode anew, redacted as `blur` says, and hand each proved piece to `arrived` as soon as it is there, init first.

    Raises RefusedClip, Cancelled, NotClean, OSError, also when some have arrived; and whatever `arrived` raises.
    """
    return encode_first(programs, source, probed, rung, sound=sound, arrived=arrived, cancelled=cancelled, blur=blur)


def poster_from(
    programs: Programs,
    init: bytes,
    segment: bytes,
    folder: Path,
    *,
    width: int,
    height: int,
    cancelled: Callable[[], bool] | None = None,
) -> Still:
    """A still of a clip's first proved segment, proved itself. Raises Cancelled, NotClean, RefusedClip, OSError."""
    made = poster.poster_from(programs, init, segment, folder, width=width, height=height, cancelled=cancelled)
    _demand_clean([made])
    return made


def make_ladder(
    programs: Programs,
    source: Path,
    probed: Probed,
    larger: Sequence[Rung],
    folder: Path,
    *,
    sound: bool,
    progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    nice: int = 0,
    blur: Hiding = NOTHING,
) -> list[Laddered]:
    """The larger rungs from one decode, proved, with the places of their pieces; redacted as `blur` says.

    `nice` lets first rungs go before.
    Raises RefusedClip, Cancelled, NotClean, OSError; then no file is left behind.
    """
    return encode_ladder(
        programs,
        source,
        probed,
        larger,
        folder,
        sound=sound,
        progress=progress,
        cancelled=cancelled,
        nice=nice,
        blur=blur,
    )


def _demand_clean(made: Sequence[Still], *, photo: bool = False) -> None:
    shapes = [(still.width, still.height) if photo else None for still in made]
    findings = [
        one for still, shape in zip(made, shapes, strict=True) for one in prove_jpeg(still.path.read_bytes(), shape)
    ]
    if findings:
        for still in made:
            still.path.unlink()
        raise NotClean(findings)
