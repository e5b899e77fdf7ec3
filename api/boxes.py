"""Parts of the picture that nobody is to see, as somebody draws them: through the whole clip, or in a photo."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from storage.kit.errors import Refused
from storage.moderation.blurs import Box

MOST = 10
LEAST = 0.01  # of the picture's width or height
PLACES = 100  # that are told apart along a side, so that few tell where exactly somebody draws
SLACK = 1e-6  # what adding two decimal fractions may be off by

Share = Annotated[float, Field(allow_inf_nan=False)]


class Drawn(BaseModel):
    """Left, top, width and height as shares of the picture as it is seen, right side up."""

    model_config = ConfigDict(extra="forbid")
    x: Share
    y: Share
    w: Share
    h: Share

    def box(self) -> Box:
        """Rounded so that it covers no less than was drawn: left, top, right, bottom in hundredths."""
        edges = (self.x, self.y, self.x + self.w, self.y + self.h)
        first, last = [math.floor((edge + SLACK) * PLACES) for edge in edges[:2]], edges[2:]
        right, bottom = (min(PLACES, math.ceil((edge - SLACK) * PLACES)) for edge in last)
        return first[0], first[1], right, bottom


def demand_drawn(drawn: Sequence[Drawn]) -> tuple[Box, ...]:
    """The boxes, each once and in one order. Raises Refused (`too_many_boxes`, `box_outside`, `box_too_small`)."""
    if len(drawn) > MOST:
        told = f"Draw {MOST} boxes at most."
        raise Refused(told, code="too_many_boxes", fields={"boxes": told})
    for number, one in enumerate(drawn):
        if not _is_inside(one.x, one.w) or not _is_inside(one.y, one.h):
            raise _refused(number, "box_outside", "This box reaches out of the picture.")
        if min(one.w, one.h) < LEAST - SLACK:
            raise _refused(number, "box_too_small", "This box is smaller than a hundredth of the picture.")
    return tuple(sorted({one.box() for one in drawn}))


def as_drawn(boxes: Sequence[Box]) -> list[Drawn]:
    """As they were drawn, rounded."""
    shares = ([edge / PLACES for edge in box] for box in boxes)
    return [Drawn(x=le, y=top, w=round(right - le, 2), h=round(low - top, 2)) for le, top, right, low in shares]


def _is_inside(begin: float, length: float) -> bool:
    return 0 <= begin <= 1 and begin + length <= 1 + SLACK


def _refused(number: int, code: str, told: str) -> Refused:
    return Refused(told, code=code, fields={f"boxes.{number}": told})
