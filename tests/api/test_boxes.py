"""Boxes as they are drawn, and as they are kept."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from api.boxes import Drawn, as_drawn, demand_drawn

Share = st.floats(0, 1)


@given(st.tuples(Share, Share, Share, Share))
def test_no_less_is_covered_than_was_drawn(edges: tuple[float, float, float, float]) -> None:
    """And never more than a hundredth at each side; what is told back is drawn as the same box."""
    (left, right), (top, bottom) = sorted(edges[:2]), sorted(edges[2:])
    if right - left < 0.01 or bottom - top < 0.01:
        return

    ((one, two, three, four),) = kept = demand_drawn([Drawn(x=left, y=top, w=right - left, h=bottom - top)])

    for drawn, rounded in ((left, one), (top, two)):
        assert drawn * 100 - 1 <= rounded <= drawn * 100 + 0.001
    for drawn, rounded in ((right, three), (bottom, four)):
        assert drawn * 100 - 0.001 <= rounded <= drawn * 100 + 1
    assert min(kept[0]) >= 0
    assert max(kept[0]) <= 100
    assert demand_drawn(as_drawn(kept)) == kept


@pytest.mark.parametrize("hundredth", range(0, 100, 7))
def test_what_is_on_the_line_stays_there(hundredth: int) -> None:
    """0.29 x 100 is 28.999... in a computer's hands."""
    drawn = Drawn(x=hundredth / 100, y=0, w=0.01, h=1)

    assert demand_drawn([drawn]) == ((hundredth, 0, hundredth + 1, 100),)
