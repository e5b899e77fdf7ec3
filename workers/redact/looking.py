"""Redact a stream of pictures: look now and then, follow what was found both ways, fill.

A picture between two looks is covered by what the look before found, moved forward, and by what the look after found,
moved backward; so pictures are held back until the look after them has been taken. What stands at one place through
the whole clip, and what never moves, was found before and is hidden in each picture alike.

Does NOT protect: what no look of a whole reach finds, in either direction. See `faces`, `plates` and `tracking`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise

import numpy as np

from workers.redact import porch
from workers.redact.boxes import NONE, Boxes
from workers.redact.pixels import Bytes, Shape, fill, in_colours
from workers.redact.porch import Backdrop
from workers.redact.tracking import follow, grey

Find = Callable[[Bytes], Boxes]  # height x width x (blue, green, red) -> where


@dataclass(frozen=True)
class Look:
    """What is looked for, every how many pictures, and how many what is found is carried, forward and back."""

    find: Find
    every: int
    reach: int

    def __post_init__(self) -> None:
        if not 1 <= self.every <= self.reach:
            raise ValueError("pictures between two looks would be covered by neither")


@dataclass
class Held:
    """A picture that waits for the looks after it: its small grey one, and what is to be filled."""

    picture: Bytes
    grey: Bytes
    boxes: list[Boxes] = field(default_factory=list)


@dataclass
class Redactor:
    """Takes raw pictures of one shape in order and gives them back filled, each once and in order.

    `standing` is filled in every picture; of what lies within `behind` nothing is shown.
    """

    shape: Shape
    looks: Sequence[Look]
    standing: Boxes = field(default_factory=NONE.copy)
    behind: Backdrop | None = None

    def __post_init__(self) -> None:
        self._held: deque[Held] = deque()
        self._most_held = max((look.reach for look in self.looks), default=0)
        self._followed: list[tuple[Boxes, int]] = []  # what is carried forward, and over how many pictures yet
        self._taken = 0

    def take(self, picture: Bytes) -> list[Bytes]:
        """Pictures that are ready, now that this one is there. Raises ValueError for one of another shape."""
        self._hold(picture)
        self._look([look for look in self.looks if self._taken % look.every == 0])
        self._taken += 1
        return [self._filled() for _ in range(len(self._held) - self._most_held)]

    def end(self) -> list[Bytes]:
        """Those that are left: there is a look at the very last, or those before it had none after them."""
        if self._held:
            self._look([look for look in self.looks if (self._taken - 1) % look.every])
        return [self._filled() for _ in range(len(self._held))]

    def _hold(self, picture: Bytes) -> None:
        held = Held(picture, grey(picture, self.shape))
        if self._held:
            before = self._held[-1].grey
            self._followed = [
                (follow(boxes, before, held.grey), more - 1) for boxes, more in self._followed if more and len(boxes)
            ]
        held.boxes += [boxes for boxes, _ in self._followed]
        self._held.append(held)

    def _look(self, looks: Sequence[Look]) -> None:
        newest = self._held[-1]
        colours = in_colours(newest.picture, self.shape) if looks else newest.picture
        for look in looks:
            found = look.find(colours)
            newest.boxes.append(found)
            self._followed.append((found, look.reach))
            for later, earlier in pairwise(islice(reversed(self._held), look.reach + 1)):
                found = follow(found, later.grey, earlier.grey)
                earlier.boxes.append(found)

    def _filled(self) -> Bytes:
        held = self._held.popleft()
        # What moves is told before anything is filled: a box that changes its colour would seem to.
        moves = porch.moving(porch.halved(held.picture, self.shape), self.behind) if self.behind else None
        fill(held.picture, self.shape, np.vstack([self.standing, *held.boxes]))
        if moves is not None:
            porch.cover(held.picture, self.shape, moves)
        return held.picture
