"""What a resident may ask to have made unrecognisable.

Does NOT protect: what is not on this list. A voice, a gait, clothes and whoever stands beside somebody known stay as
they are; and what each redaction misses stands in `faces`, `plates`, `overlay` and `porch`.
"""

from __future__ import annotations

from enum import StrEnum


class Redaction(StrEnum):
    """Closed, and always told in this order."""

    FACES = "faces"
    PLATES = "plates"
    OVERLAY = "overlay"  # what a camera burns into its picture: its name, a clock, an address
    PORCH = "porch"  # whatever never moves


# What is seen only by comparing many pictures: found in a first look over the whole clip, and no photo has it.
OF_CLIPS = frozenset({Redaction.OVERLAY, Redaction.PORCH})
CAMERA_MOVES = 3  # how the program of that look ends where nothing can be said of what never moves
