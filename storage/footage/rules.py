"""What a request for footage may ask: how much ground, how many hours, and how much together with those before it.

Pure: what is asked and where its blocks lie in, a judgement out. Whoever asks for a large area in small pieces, or for
a long time in short ones, asked for the whole: pieces that lie close are judged as one. What several ask in cases that
have nothing to do with each other is refused to none of them; where it comes to more than one may ask, a lead decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from storage.atlas.extent import Extent
from storage.cases.rules import Asker, Standing
from storage.kit.clock import DAY, HOUR, MINUTE, QUARTER_HOUR
from storage.kit.ids import BlockId, StaffId

LEAST_MILES, MOST_MILES = 0.025, 0.5  # square miles
LEAST_MS, MOST_MS = 15 * MINUTE, 12 * HOUR
LARGE_MILES, LARGE_MS = 0.25, 6 * HOUR  # from here on it takes a second person
RECENT_MS = 14 * DAY  # how long what was asked counts with what is asked now
NEAR_MS = 3 * HOUR  # windows closer than this are one, whatever was left out between them
MOST_OF_CASE = 12
MOST_A_DAY = 5  # of one detective, in whatever cases
MOST_BLOCKS = 400  # half a square mile where homes are dense has fewer


class Kind(StrEnum):
    """What happened, as owners are told in their language: a closed list, so that it says nothing else."""

    BURGLARY = "burglary"
    ROBBERY = "robbery"
    THEFT = "theft"
    VEHICLE = "vehicle"
    ASSAULT = "assault"
    SHOOTING = "shooting"
    HOMICIDE = "homicide"
    COLLISION = "collision"
    MISSING = "missing"
    VANDALISM = "vandalism"
    ARSON = "arson"
    OTHER = "other"


class State(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    RESOLVED = "resolved"
    RECALLED = "recalled"  # moderators took it back


class Fault(StrEnum):
    """Why it cannot be asked."""

    AREA_SMALL = "area_small"
    AREA_LARGE = "area_large"
    AREA_PIECES = "area_pieces"
    WINDOW_OFF = "window_off"
    WINDOW_SHORT = "window_short"
    WINDOW_LONG = "window_long"
    WINDOW_AHEAD = "window_ahead"
    TILES_AREA = "tiles_area"
    TILES_WINDOW = "tiles_window"


class Act(StrEnum):
    """What can be done with a request that was asked."""

    APPROVE = "approve"
    REFUSE = "refuse"
    RESOLVE = "resolve"


WHEN: dict[Act, frozenset[State]] = {
    Act.APPROVE: frozenset({State.WAITING}),
    Act.REFUSE: frozenset({State.WAITING}),
    Act.RESOLVE: frozenset({State.WAITING, State.SENT}),
}
# What moderators may take back: also what is over, so that who asked it, and whoever reads its case, knows.
RECALLABLE = frozenset({State.WAITING, State.SENT, State.RESOLVED})


@dataclass(frozen=True)
class Asked:
    """Where and when: blocks, and a window in milliseconds, its end not in it."""

    blocks: frozenset[BlockId]
    window: tuple[int, int]


@dataclass(frozen=True)
class Judgement:
    """Its own measure, that of it `together` with those before that lie close, and what is wrong with it.

    Areas are square miles, times milliseconds. `..._among`: with what others asked, too; `beside`: all that counts
    then, itself with it.
    """

    miles: float
    ms: int
    miles_together: float
    ms_together: int
    faults: tuple[Fault, ...]
    miles_among: float
    ms_among: int
    beside: frozenset[Asked]

    @property
    def large(self) -> bool:
        """Whether it takes a second person."""
        return self.miles_together > LARGE_MILES or self.ms_together > LARGE_MS or self.lead

    @property
    def lead(self) -> bool:
        """Whether that must be a lead: several together asked for more than one of them may."""
        return self.miles_among > MOST_MILES or self.ms_among > MOST_MS


def judge(
    new: Asked, before: Collection[Asked], ground: Extent, *, now: int, others: Collection[Asked] = ()
) -> Judgement:
    """Judges what is asked `now`; `ground` knows the blocks of all of them that the atlas still has.

    `before` are of the same hand or matter, `others` of none of it.
    """
    miles, (begin, end) = ground.area(_known(new.blocks, ground)), new.window
    group = _together(new, before, ground)
    miles_together = ground.area({block for one in group for block in _known(one.blocks, ground)})
    ms_together = covered(one.window for one in group)
    found = {
        Fault.AREA_SMALL: miles < LEAST_MILES,
        Fault.AREA_LARGE: miles > MOST_MILES,
        Fault.AREA_PIECES: not _in_one_piece(new.blocks, ground),
        Fault.WINDOW_OFF: begin % QUARTER_HOUR != 0 or end % QUARTER_HOUR != 0 or begin >= end,
        Fault.WINDOW_SHORT: 0 < end - begin < LEAST_MS,
        Fault.WINDOW_LONG: end - begin > MOST_MS,
        Fault.WINDOW_AHEAD: end > now,
        Fault.TILES_AREA: miles <= MOST_MILES < miles_together,
        Fault.TILES_WINDOW: end - begin <= MOST_MS < ms_together,
    }
    faults = tuple(fault for fault, there in found.items() if there)
    among, longest = _among(new, group, [*before, *others], ground)
    return Judgement(
        miles,
        end - begin,
        miles_together,
        ms_together,
        faults,
        miles_among=ground.area({block for one in among for block in _known(one.blocks, ground)}),
        ms_among=max(covered(one.window for one in among), longest),
        beside=frozenset(among) | {one for one in others if one.blocks & new.blocks},
    )


def covered(windows: Iterable[tuple[int, int]]) -> int:
    """Milliseconds that lie in at least one of the windows."""
    total, reached = 0, None
    for begin, end in sorted(windows):
        start = begin if reached is None else max(begin, reached)
        total += max(0, end - start)
        reached = end if reached is None else max(reached, end)
    return total


def acts(
    who: Asker, case: Standing, state: State, asked_by: StaffId, *, among: Collection[StaffId] | None = None
) -> list[Act]:
    """What they may do with a request of an open case that is there for them.

    `among`: who asked what it comes to too much with, where it does; then a lead agrees who is none of them.
    """
    leads, detects = case.division in who.leads, case.assigned and case.division in who.detects
    agrees = (leads or detects) if among is None else leads and who.id not in among
    may = {
        Act.APPROVE: agrees and who.id != asked_by,
        Act.REFUSE: (leads or detects) and who.id != asked_by,
        # What still waits is taken back by who asked; another refuses it.
        Act.RESOLVE: (leads or detects) and (state is not State.WAITING or who.id == asked_by),
    }
    return [act for act in Act if may[act] and state in WHEN[act]]


def _together(new: Asked, before: Collection[Asked], ground: Extent) -> list[Asked]:
    """It, those before that belong with it, those that belong with them, and so on."""
    group, rest = [new], list(before)
    for one in group:  # grows while it is walked
        joined = [other for other in rest if _belong(one, other, ground)]
        rest = [other for other in rest if other not in joined]
        group += joined
    return group


def _among(new: Asked, group: Collection[Asked], asked: Collection[Asked], ground: Extent) -> tuple[list[Asked], int]:
    """Its group, and all whose ground and hours lie close, and so on; and how long any block of it was asked about.

    The same ground on other days joins no areas: two who ask about one corner on Monday and Friday divide nothing up.
    Its hours count by themselves, so that nobody's camera is asked for more of them by two than by one.
    """
    joined = list(group)
    rest = [one for one in asked if one not in joined]
    for one in joined:  # grows while it is walked
        found = [other for other in rest if _close(one, other, ground)]
        rest = [other for other in rest if other not in found]
        joined += found
    hours = (covered(one.window for one in (new, *asked) if block in one.blocks) for block in new.blocks)
    return joined, max(hours, default=0)


def _belong(one: Asked, other: Asked, ground: Extent) -> bool:
    """Whether two are pieces of one: the same ground at any hours, or ground close by at hours close by."""
    return bool(one.blocks & other.blocks) or _close(one, other, ground)


def _close(one: Asked, other: Asked, ground: Extent) -> bool:
    (a, b), (c, d) = one.window, other.window
    near = one.blocks | _around(one.blocks, ground)  # a block that is on no map any more is near itself
    return c - b < NEAR_MS and a - d < NEAR_MS and not other.blocks.isdisjoint(near)


def _around(blocks: frozenset[BlockId], ground: Extent) -> set[BlockId]:
    return {near for block in blocks for near in ground.near.get(block, ())}


def _in_one_piece(blocks: frozenset[BlockId], ground: Extent) -> bool:
    reached, open_ = set[BlockId](), set(sorted(blocks)[:1])
    while open_:
        reached |= open_
        open_ = {near for block in open_ for near in ground.touching.get(block, ())} & blocks - reached
    return reached == blocks


def _known(blocks: frozenset[BlockId], ground: Extent) -> list[BlockId]:
    return [block for block in blocks if block in ground.miles]
