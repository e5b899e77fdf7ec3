"""The rung that goes on screen while it is made: decoded, encoded, cut and proved segment by segment.

Not a byte of the source is copied, and none of what the encoder writes touches a disk before it is proved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workers.media import encode
from workers.media.fragments import Init, Segment, Splitter
from workers.media.hiding import NOTHING, Hiding
from workers.media.inputs import inputs
from workers.media.probe import LONGEST, Probed
from workers.media.programs import Programs
from workers.media.redacting import demand_every_picture, demand_success, parts
from workers.media.refusals import Reason, RefusedClip
from workers.media.rungs import Rung, size
from workers.media.sandbox import Limits, Part, run_all
from workers.redact.findings import Finding, NotClean
from workers.redact.metadata import scrub_mp4
from workers.redact.proof_fragments import Pieces, prove_init

SHORTEST = 0.1  # seconds
NICE = 5  # what puts a segment on screen, poster, record, feed and answers, goes before the next ones: 8 % sooner there
LIMITS = Limits(cpu_seconds=900, wall_seconds=900, file_bytes=64 << 20)

Arrived = Callable[[Init | Segment], None]


@dataclass(frozen=True)
class Whole:
    """A rung whose every segment has arrived: pixels, seconds, how many."""

    width: int
    height: int
    seconds: float
    segments: int


def encode_first(
    programs: Programs,
    source: Path,
    probed: Probed,
    rung: Rung,
    *,
    sound: bool,
    arrived: Arrived,
    cancelled: Callable[[], bool] | None = None,
    blur: Hiding = NOTHING,
) -> Whole:
    """Hand the init, with the first segment, and then each to `arrived`, scrubbed and proved, as soon as it is made.

    Raises RefusedClip (also in the middle: what has arrived must then be taken back), Cancelled, NotClean, OSError,
    and whatever `arrived` raises; nothing runs on after any of them.
    """
    line = _Line(arrived)
    words = arguments(programs, source, probed, rung, sound=sound, blur=blur)
    outcomes = run_all(
        parts(programs, source, probed, rung, blur, Part(words, read=[source], limits=LIMITS)),
        confined=programs.confined,
        on_bytes=line.take,
        cancelled=cancelled,
        nice=NICE,
    )
    demand_success(outcomes)
    demand_every_picture(outcomes, line.seconds)
    line.end()
    return Whole(*size(probed, rung), line.seconds, line.segments)


def arguments(programs: Programs, source: Path, probed: Probed, rung: Rung, *, sound: bool, blur: Hiding) -> list[str]:
    """The encoder's whole command line. Every word is ours: from the clip come only bounded numbers."""
    taken = inputs(programs, source, probed, rung, sound=sound, blur=blur)
    out = encode.output(taken.ready(taken.pictures, probed, rung), taken.sounds, probed, rung, "pipe:1")
    return [*taken.begun, *out.get_args()]


def demand_length(seconds: float) -> None:
    """Nothing for a clip we take. Raises RefusedClip (too_long, too_short)."""
    if seconds > LONGEST:
        raise RefusedClip(Reason.TOO_LONG)
    if seconds < SHORTEST:
        raise RefusedClip(Reason.TOO_SHORT)


@dataclass
class _Line:
    """From the encoder's output to `arrived`: cut, scrub, prove, count."""

    arrived: Arrived
    seconds: float = 0.0
    segments: int = 0
    init: Init | None = None
    following: Pieces | None = None
    refused: RefusedClip | None = None

    def __post_init__(self) -> None:
        self.splitter = Splitter()

    def take(self, chunk: bytes) -> None:
        for piece in self.splitter.feed(chunk):
            if isinstance(piece, Init):
                self.init = piece
            elif self._counted(piece):
                self.arrived(self._proved(piece))

    def end(self) -> None:
        if self.refused:
            raise self.refused
        if not self.segments:
            raise RefusedClip(Reason.NO_PICTURE)
        self.splitter.end()

    def _counted(self, piece: Segment) -> bool:
        # Counted on what was decoded: what the source says about itself may be a lie. It is told at the end, when it
        # is known to be the clip's own length and not a fault of the redactor; nothing is handed over until then.
        self.seconds, self.segments = self.seconds + piece.seconds, self.segments + 1
        try:
            demand_length(self.seconds)
        except RefusedClip as refused:
            self.refused = self.refused or refused
        return self.refused is None

    def _proved(self, piece: Segment) -> Segment:
        # An encoder that is given no picture writes an init all the same, of nothing: what failed is told otherwise.
        following = self.following or self._begun()
        _demand(following.prove(piece.data))
        return piece

    def _begun(self) -> Pieces:
        assert self.init is not None, "the splitter gives no segment before an init"
        clean = scrub_mp4(self.init.data)
        _demand(prove_init(clean))
        self.arrived(Init(clean))
        self.following = Pieces.after(clean)
        return self.following


def _demand(findings: list[Finding]) -> None:
    if findings:
        raise NotClean(findings)
