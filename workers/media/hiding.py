"""What is to be hidden in one clip or photo, and what a first look over it found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from workers.redact.redactions import OF_CLIPS, Redaction

Box = tuple[float, float, float, float]  # left, top, right, bottom, as shares of the picture as it is seen


@dataclass(frozen=True)
class Hiding:
    """Kinds of things, and boxes drawn by the author, hidden from beginning to end; false where it is nothing.

    `survey` is what `surveying` found, in a file; without it nothing is made that needs one.
    """

    kinds: frozenset[Redaction] = frozenset()
    boxes: tuple[Box, ...] = ()
    survey: Path | None = None

    @classmethod
    def of(cls, *kinds: Redaction, boxes: tuple[Box, ...] = ()) -> Self:
        """Just these."""
        return cls(frozenset(kinds), boxes)

    def __bool__(self) -> bool:
        return bool(self.kinds or self.boxes)

    @property
    def of_clips(self) -> frozenset[Redaction]:
        """What of it a survey must find."""
        return self.kinds & OF_CLIPS


NOTHING = Hiding()
