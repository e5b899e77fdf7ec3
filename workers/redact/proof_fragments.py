"""Judge the pieces of a fragmented MP4 as if they came from a stranger, each as soon as it is there.

Does NOT protect: what pictures show and sound says, as in `proof`; and a compressed picture is not decoded to its last
bit, so what our own encoder could hide *within* one is not looked for. Written for our own encoder's fragments only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from workers.redact.canvases import HERTZ, RATE, canvas_of
from workers.redact.findings import Finding
from workers.redact.forms import SOUND, VIDEO, init
from workers.redact.fragment_form import EACH, Samples, before_samples
from workers.redact.mp4 import BrokenBox, walk
from workers.redact.proof import prove_form, prove_nameless
from workers.redact.proof_samples import is_picture, is_sound
from workers.redact.runs import Run, pixels, runs, tracks

PICTURES = 2 * RATE  # in every segment but the last
LATEST = 3600  # seconds: no clip plays as long
SECOND = {VIDEO: RATE * EACH[VIDEO], SOUND: HERTZ}  # ticks


def prove_init(data: bytes) -> list[Finding]:
    """What cannot be vouched for in an init (ftyp and moov); an empty list is the proof."""
    try:
        canvas, known = canvas_of(*pixels(data)), tracks(data)
    except BrokenBox as broken:
        return [Finding(str(broken), "a size that cannot be")]
    except (KeyError, ValueError, IndexError):
        return [Finding("moov/trak", "a track that says too little")]
    if canvas is None:
        return [Finding("moov/trak/tkhd", "a size that is none of ours")]
    return prove_nameless(data) + prove_form(data, init(canvas, sound=len(known) > 1))


@dataclass
class Pieces:
    """The segments that follow on one proved init, judged in their order."""

    sound: bool
    _number: int = 0
    _ended: bool = False
    _ends: dict[int, int] = field(default_factory=dict)

    @staticmethod
    def after(data: bytes) -> Pieces:
        """Those that follow on this init, which is proved."""
        return Pieces(sound=len(tracks(data)) > 1)

    def prove(self, segment: bytes) -> list[Finding]:
        """What cannot be vouched for in the next moof and its mdat; an empty list is the proof."""
        self._number += 1
        try:
            found = runs(segment)
            form = before_samples(self._number, self._wanted(found))
        except BrokenBox as broken:
            return [Finding(str(broken), "a size that cannot be")]
        except (KeyError, ValueError, IndexError, OverflowError):
            return [Finding("moof/traf", "a run that does not add up")]
        return [*prove_nameless(segment), *self._told(segment, form, found), *self._judged(segment, len(form), found)]

    def _wanted(self, found: list[Run]) -> dict[int, Samples]:
        """Where the samples must be, of which only the bytes each takes are believed. Raises ValueError."""
        numbers = [run.track for run in found]
        if numbers not in ([VIDEO], [VIDEO, SOUND] if self.sound else [VIDEO]) or not all(run.sizes for run in found):
            raise ValueError("traf")
        return {run.track: Samples(self._ends.get(run.track, 0), run.sizes) for run in found}

    @staticmethod
    def _told(segment: bytes, form: bytes, found: list[Run]) -> list[Finding]:
        told = sum(sum(run.sizes) for run in found)
        samples = segment[len(form) : len(form) + told]
        if len(samples) < told:
            return [Finding("mdat", "samples that are not there")]
        return prove_form(segment, form + samples)

    def _judged(self, segment: bytes, at: int, found: list[Run]) -> Iterator[Finding]:
        for run in found:
            end = self._ends.get(run.track, 0) + len(run.sizes) * EACH[run.track]
            if end > LATEST * SECOND[run.track]:
                yield Finding("moof/traf/tfdt", "a time that cannot be")
            self._ends[run.track] = end
        pictures, *sounds = found
        if self._ended or len(pictures.sizes) > PICTURES:
            yield Finding("moof/traf/trun", "not two seconds of pictures")
        self._ended = len(pictures.sizes) < PICTURES
        for place, size in enumerate(pictures.sizes):
            if not is_picture(segment[at : at + size], place, self._number):
                yield Finding("mdat", "a picture that is none of ours")
                return
            at += size
        for size in (size for run in sounds for size in run.sizes):
            if not is_sound(segment[at : at + size]):
                yield Finding("mdat", "a sound that is none of ours")
                return
            at += size


def prove_fragmented(data: bytes) -> list[Finding]:
    """What cannot be vouched for in a whole file: one init, then segments that follow on each other, and no more."""
    try:
        cuts = [box.start - 8 for box in walk(data) if box.path in ("ftyp", "moof")]
    except BrokenBox as broken:
        return [Finding(str(broken), "a size that cannot be")]
    if len(cuts) < 2 or cuts[0] != 0:
        return [Finding("file", "no init with segments behind it")]
    first, *segments = (data[start:end] for start, end in pairwise([*cuts, len(data)]))
    findings = prove_init(first)
    if findings:
        return findings
    pieces = Pieces.after(first)
    return [finding for segment in segments for finding in pieces.prove(segment)]
