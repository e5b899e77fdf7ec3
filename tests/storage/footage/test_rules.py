"""What a request may ask, rule by rule; and that pieces of a larger one never add up to more than one may ask."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings, strategies as st

from storage.atlas.extent import extent
from storage.cases.rules import Asker, CaseState, Standing
from storage.footage import rules as footage_rules
from storage.footage.rules import MOST_MILES, MOST_MS, Act, Asked, Fault, State
from storage.kit.clock import DAY, HOUR, MINUTE
from storage.kit.ids import BlockId, CaseId, DivisionId, StaffId
from tests import builders
from tests.storage.footage.asked import ACROSS, DOWN, atlas, square, squares

NOW = builders.NOON
GROUND = extent(atlas(), squares(range(ACROSS), range(DOWN)))
MORNING = (NOW - DAY, NOW - DAY + 2 * HOUR)


def _judge(where: frozenset[BlockId], window: tuple[int, int] = MORNING, *before: Asked) -> footage_rules.Judgement:
    return footage_rules.judge(Asked(where, window), before, GROUND, now=NOW)


@pytest.mark.parametrize(
    ("across", "down", "faults", "large"),
    [
        (1, 1, {Fault.AREA_SMALL}, False),  # 0.02 square miles
        (2, 1, set(), False),
        (12, 1, set(), False),  # 0.24
        (7, 2, set(), True),  # 0.28
        (12, 2, set(), True),  # 0.48
        (9, 3, {Fault.AREA_LARGE}, True),  # 0.54
    ],
)
def test_the_area(across: int, down: int, faults: set[Fault], large: bool) -> None:
    """From 0.025 to 0.5 square miles; from a quarter on it takes a second person."""
    found = _judge(squares(range(across), range(down)))

    assert (set(found.faults), found.large) == (faults, large)
    assert found.miles == found.miles_together == pytest.approx(0.02 * across * down, rel=1e-3)


def test_the_area_is_one_piece() -> None:
    """Blocks chosen one by one over a division are no area; those that meet at a corner are."""
    assert _judge(frozenset({square(0), square(1), square(3)})).faults == (Fault.AREA_PIECES,)
    assert _judge(frozenset({square(0), square(1, 1)})).faults == ()


@pytest.mark.parametrize(
    ("begin", "length", "faults", "large"),
    [
        (-DAY, 15 * MINUTE, set(), False),
        (-DAY, 6 * HOUR, set(), False),
        (-DAY, 6 * HOUR + 15 * MINUTE, set(), True),
        (-DAY, 12 * HOUR, set(), True),
        (-DAY, 12 * HOUR + 15 * MINUTE, {Fault.WINDOW_LONG}, True),
        (-DAY, 10 * MINUTE, {Fault.WINDOW_OFF, Fault.WINDOW_SHORT}, False),
        (-DAY + MINUTE, 30 * MINUTE, {Fault.WINDOW_OFF}, False),
        (-DAY, 0, {Fault.WINDOW_OFF}, False),
        (-DAY, -HOUR, {Fault.WINDOW_OFF}, False),
        (-HOUR, HOUR, set(), False),
        (-HOUR, 75 * MINUTE, {Fault.WINDOW_AHEAD}, False),
    ],
)
def test_the_window(begin: int, length: int, faults: set[Fault], large: bool) -> None:
    """From a quarter hour to twelve, on quarter hours, and over: nobody is asked to watch what is to come."""
    found = _judge(squares(range(2)), (NOW + begin, NOW + begin + length))

    assert (set(found.faults), found.large) == (faults, large)


# How far the second area lies from the first (squares left out), how many hours lie between: whether they are one.
BESIDE = {(gap, hours): gap <= 1 and hours < 3 for gap, hours in product((0, 1, 2, 3), (-1, 0, 2.75, 3, 20))}


@pytest.mark.parametrize(("gap", "hours"), BESIDE)
def test_areas_close_by_at_hours_close_by_are_judged_as_one(gap: int, hours: float) -> None:
    """Cell by cell, before and after; one block, or less than three hours, left out between changes nothing."""
    first, second = squares(range(3), range(6)), squares(range(3 + gap, 6 + gap), range(6))
    begin = MORNING[1] + int(hours * HOUR)
    late = (begin, begin + HOUR)

    for one, other in (((first, MORNING), (second, late)), ((second, late), (first, MORNING))):
        found = _judge(*one, Asked(*other))
        assert (Fault.TILES_AREA in found.faults) is BESIDE[gap, hours]
        assert (found.miles_together > found.miles) is BESIDE[gap, hours]


def test_the_same_ground_is_asked_for_twelve_hours_in_all() -> None:
    """However far apart the days are; also where only a block is the same."""
    daily = [Asked(squares(range(2)), (NOW - n * DAY, NOW - n * DAY + 5 * HOUR)) for n in range(2, 5)]

    assert _judge(squares(range(2)), (NOW - DAY, NOW - DAY + 2 * HOUR), *daily[:2]).faults == ()
    for where in (squares(range(2)), squares(range(1, 4))):
        assert _judge(where, (NOW - DAY, NOW - DAY + 3 * HOUR), *daily[:2]).faults == (Fault.TILES_WINDOW,)
    assert _judge(squares(range(4, 6)), MORNING, *daily).faults == ()


def test_pieces_that_a_third_joins_are_one() -> None:
    """Two areas far apart are judged together with what fills the gap between them."""
    left, right = (Asked(squares(columns, range(6)), MORNING) for columns in (range(2), range(4, 6)))

    assert _judge(right.blocks, MORNING, left).miles_together == pytest.approx(0.24, rel=1e-3)
    assert _judge(squares(range(2, 4), range(6)), MORNING, left, right).faults == (Fault.TILES_AREA,)


LEFT, MIDDLE, RIGHT = (squares(columns, range(4)) for columns in (range(4), range(4, 8), range(8, 12)))  # 0.32 each
CORNER = squares(range(2))


def _at(hour: float, hours: float = 2) -> tuple[int, int]:
    begin = NOW - 3 * DAY + int(hour * HOUR)
    return begin, begin + int(hours * HOUR)


# What is asked, what others asked before: whether a lead decides.
AMONG: dict[str, tuple[Asked, list[Asked], bool]] = {
    "one alone": (Asked(LEFT, _at(0)), [], False),
    "two halves of an area": (Asked(LEFT, _at(0)), [Asked(MIDDLE, _at(0))], True),
    "two halves of it, the second two hours later": (Asked(LEFT, _at(4)), [Asked(MIDDLE, _at(0))], True),
    "two areas side by side on two days": (Asked(LEFT, _at(26)), [Asked(MIDDLE, _at(0))], False),
    "two small areas side by side": (Asked(squares(range(6)), _at(0)), [Asked(squares(range(6, 12)), _at(0))], False),
    "two areas far from each other": (Asked(LEFT, _at(0)), [Asked(RIGHT, _at(0))], False),
    "three thirds, the middle last": (Asked(MIDDLE, _at(0)), [Asked(LEFT, _at(0)), Asked(RIGHT, _at(0))], True),
    "three thirds, an end last": (Asked(RIGHT, _at(0)), [Asked(LEFT, _at(0)), Asked(MIDDLE, _at(0))], True),
    "one corner at two hours of a day": (Asked(CORNER, _at(20)), [Asked(CORNER, _at(0))], False),
    "one corner on two days, six hours each": (Asked(CORNER, _at(24, 6)), [Asked(CORNER, _at(0, 6))], False),
    "one corner on two days, more than twelve": (Asked(CORNER, _at(24, 6.25)), [Asked(CORNER, _at(0, 6))], True),
    "one corner's hours by three in turns": (
        Asked(CORNER, _at(30, 5)),
        [Asked(CORNER, _at(0, 5)), Asked(CORNER, _at(15, 5))],
        True,
    ),
    "the same hours of one corner by three": (Asked(CORNER, _at(0, 6)), [Asked(CORNER, _at(0, 6))] * 2, False),
    "a longer window in touching blocks": (
        Asked(CORNER, _at(8, 6)),
        [Asked(squares(range(2, 4)), _at(0, 8))],
        True,
    ),
    "one block of a large area on another day": (Asked(CORNER, _at(40)), [Asked(LEFT | MIDDLE, _at(0))], False),
}


@pytest.mark.parametrize("case", AMONG)
def test_what_several_ask_is_refused_to_none_and_decided_by_a_lead(case: str) -> None:
    """Where together it is more than one may ask: of ground at one time, or of hours of one block."""
    new, others, lead = AMONG[case]

    found = footage_rules.judge(new, [], GROUND, now=NOW, others=others)

    assert (found.faults, found.lead) == ((), lead)
    assert found.large or not lead
    if lead:
        assert found.beside == {new, *others}


def test_what_others_asked_joins_ones_own_pieces() -> None:
    """Two pieces of one hand that lie apart are judged as one where another's fills the gap."""
    ends = Asked(squares(range(3), range(3)), MORNING), Asked(squares(range(6, 9), range(3)), MORNING)
    gap = Asked(squares(range(3, 6), range(3)), MORNING)  # 0.18 each

    found = footage_rules.judge(ends[0], [ends[1]], GROUND, now=NOW, others=[gap])

    assert (found.faults, found.lead, found.miles_together) == ((), True, found.miles)
    assert found.miles_among == pytest.approx(0.54, rel=1e-3)


def test_a_block_that_was_united_away_still_counts_in_time() -> None:
    """Of an older map: its ground is not known, its hours are."""
    old = BlockId("of old")

    assert _judge(squares(range(2)) | {old}, MORNING).faults == (Fault.AREA_PIECES,)
    assert _judge(squares(range(2)), MORNING, Asked(frozenset({old}), MORNING)).faults == ()


_AREAS = st.tuples(st.integers(0, ACROSS - 2), st.integers(0, DOWN - 2), st.integers(1, 6), st.integers(1, 6)).map(
    lambda at: squares(range(at[0], min(ACROSS, at[0] + at[2])), range(at[1], min(DOWN, at[1] + at[3])))
)
_WINDOWS = st.tuples(st.integers(-14 * 96, -48), st.integers(1, 48)).map(
    lambda at: (NOW + at[0] * 15 * MINUTE, NOW + (at[0] + at[1]) * 15 * MINUTE)
)
_ASKED = st.builds(Asked, _AREAS, _WINDOWS)


@settings(max_examples=80, deadline=None)
@given(st.lists(_ASKED, max_size=12))
def test_what_is_allowed_never_adds_up(asked: list[Asked]) -> None:
    """Whatever is asked in whatever order: no block is ever asked for more than twelve hours in all, and no moment for
    more than half a square mile of ground that hangs together."""
    allowed: list[Asked] = []
    for one in asked:
        if not footage_rules.judge(one, allowed, GROUND, now=NOW).faults:
            allowed.append(one)

    for block in {block for one in allowed for block in one.blocks}:
        assert footage_rules.covered(one.window for one in allowed if block in one.blocks) <= MOST_MS
    for moment in {one.window[0] for one in allowed}:
        ground = {block for one in allowed if one.window[0] <= moment < one.window[1] for block in one.blocks}
        for piece in _pieces(ground):
            assert GROUND.area(piece) <= MOST_MILES


@settings(max_examples=40, deadline=None)
@given(st.lists(_ASKED, max_size=10))
def test_what_several_are_allowed_without_a_lead_never_adds_up(asked: list[Asked]) -> None:
    """Each in a case of their own: no block for more than twelve hours, no moment for more than half a square mile."""
    allowed: list[Asked] = []
    for one in asked:
        found = footage_rules.judge(one, [], GROUND, now=NOW, others=allowed)
        if not found.faults and not found.lead:
            allowed.append(one)

    for block in {block for one in allowed for block in one.blocks}:
        assert footage_rules.covered(one.window for one in allowed if block in one.blocks) <= MOST_MS
    for moment in {one.window[0] for one in allowed}:
        ground = {block for one in allowed if one.window[0] <= moment < one.window[1] for block in one.blocks}
        assert all(GROUND.area(piece) <= MOST_MILES for piece in _pieces(ground))


@settings(max_examples=40, deadline=None)
@given(st.lists(_ASKED, min_size=2, max_size=6), st.data())
def test_the_order_of_what_was_asked_before_means_nothing(asked: list[Asked], data: st.DataObject) -> None:
    """The judgement is of the set."""
    new, *before = asked
    other = data.draw(st.permutations(before))

    assert footage_rules.judge(new, before, GROUND, now=NOW) == footage_rules.judge(new, other, GROUND, now=NOW)
    assert footage_rules.judge(new, [], GROUND, now=NOW, others=before) == footage_rules.judge(
        new, [], GROUND, now=NOW, others=other
    )


def _pieces(ground: set[BlockId]) -> list[set[BlockId]]:
    found = []
    while ground:
        piece: set[BlockId] = set()
        open_ = {min(ground)}
        while open_:
            piece |= open_
            open_ = {near for block in open_ for near in GROUND.touching[block]} & ground - piece
        ground, found = ground - piece, [*found, piece]
    return found


def test_hours_are_counted_once() -> None:
    """Where windows lie over each other, in each other, or apart."""
    assert footage_rules.covered([]) == 0
    assert footage_rules.covered([(5, 7), (0, 3), (1, 2), (2, 4)]) == 6


HERE, NOWHERE = frozenset({DivisionId("here")}), frozenset[DivisionId]()
JUDGE, END = {Act.APPROVE, Act.REFUSE}, {Act.RESOLVE}
# Who: what they may do with a request that waits, and with one that is out.
PEOPLE = {
    "who asked": (Asker(StaffId("me"), HERE, HERE, NOWHERE), True, END, END),
    "who asked and leads": (Asker(StaffId("me"), HERE, HERE, HERE), True, END, END),
    "another detective": (Asker(StaffId("b"), HERE, HERE, NOWHERE), True, JUDGE, END),
    "a lead": (Asker(StaffId("c"), NOWHERE, NOWHERE, HERE), False, JUDGE, END),
    "an analyst": (Asker(StaffId("d"), HERE, NOWHERE, NOWHERE), True, set[Act](), set[Act]()),
    "a detective who is not assigned": (Asker(StaffId("e"), HERE, HERE, NOWHERE), False, set[Act](), set[Act]()),
}


@pytest.mark.parametrize(("person", "state"), list(product(PEOPLE, State)))
def test_who_may_do_what_with_a_request(person: str, state: State) -> None:
    """Cell by cell: it takes another than who asked, and what is over stays so."""
    who, assigned, waiting, sent = PEOPLE[person]
    theirs = {State.WAITING: waiting, State.SENT: sent}.get(state, set())
    case = Standing(CaseId("case"), DivisionId("here"), CaseState.OPEN, StaffId("x"), assigned)

    assert set(footage_rules.acts(who, case, state, StaffId("me"))) == theirs


@pytest.mark.parametrize("person", PEOPLE)
def test_what_comes_to_too_much_is_agreed_to_by_a_lead_who_asked_none_of_it(person: str) -> None:
    """Whoever may refuse it otherwise, still may."""
    who, assigned, waiting, _ = PEOPLE[person]
    case = Standing(CaseId("case"), DivisionId("here"), CaseState.OPEN, StaffId("x"), assigned)

    for among, agrees in (({"b"}, person == "a lead"), ({"c"}, False)):
        found = set(footage_rules.acts(who, case, State.WAITING, StaffId("me"), among={StaffId(one) for one in among}))
        assert found == waiting - (set() if agrees else {Act.APPROVE})
