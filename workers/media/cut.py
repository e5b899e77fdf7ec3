"""The part of a clip that its author wants to be seen. What lies before and after it is decoded, and never encoded."""

from __future__ import annotations

from dataclasses import replace

from workers.media.probe import Probed
from workers.media.refusals import Reason, RefusedClip

SHORTEST = 0.1  # seconds that must be left


def cut(probed: Probed, trim: tuple[int, int] | None) -> Probed:
    """The clip from one millisecond to the other, as far as it goes; all of it for None. Raises RefusedClip."""
    if trim is None:
        return probed
    begin, end = (milliseconds / 1000 for milliseconds in trim)
    last = min(end, probed.seconds) if probed.seconds else end
    if last - begin < SHORTEST:
        raise RefusedClip(Reason.NOTHING_LEFT)
    return replace(probed, cut=(begin, end), seconds=last - begin if probed.seconds else None)
