"""The lead rule: played from the moment it says yes, no second of a clip is wanted before it is there."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from workers.airlock.attempts.lead import CAUTION, DELAY, SEGMENT, Lead, covers


@given(st.floats(0.1, 130), st.floats(0.01, 20), st.floats(0.1, 130))
def test_who_presses_play_at_once_never_waits(proved: float, speed: float, length: float) -> None:
    """Each segment of what is missing is with the player, whole, before its first picture is to be shown."""
    if not covers(proved, speed, length):
        return

    begin = proved
    while begin < length:
        end = min(begin + SEGMENT, length)
        assert (end - proved) / speed + DELAY <= begin + 1e-6
        begin = end


@given(st.floats(0.1, 130), st.floats(0.01, 20), st.floats(0.1, 130), st.floats(0, 20))
def test_more_of_it_is_never_less_lead(proved: float, speed: float, length: float, more: float) -> None:
    """What covers the rest covers it with further seconds as well: no publication is taken back by a segment."""
    if covers(proved, speed, length):
        assert covers(proved + more, speed, length)


@pytest.mark.parametrize(
    ("proved", "speed", "length", "enough"),
    [
        (2.0, 0.0, 2.0, True),  # whole: always
        (2.0, 1.4, 30.0, True),  # the second segment is made, and on its way, while the first is played
        (2.0, 1.3, 30.0, False),
        (2.0, 1.4, 3.0, False),  # a short last segment is wanted sooner
        (4.0, 1.0, 120.0, True),
        (4.0, 0.9, 30.0, False),  # slower than it plays: the rest must be shorter than the time until it is wanted
        (8.0, 0.9, 30.0, True),
        (60.0, 0.5, 120.0, False),
        (64.0, 0.5, 120.0, True),
        (100.0, 0.0, 120.0, False),
    ],
)
def test_what_is_enough(proved: float, speed: float, length: float, enough: bool) -> None:
    """Faster than it plays: the cushion; slower: as much as the encode will fall behind."""
    assert covers(proved, speed, length) is enough


def test_long_segments_need_a_longer_lead() -> None:
    """A sparse source has keyframes further apart: none of a segment can be played before all of it is there."""
    lead = Lead(began=0.0, length=60.0)
    lead.add(6.0, 3.0)

    assert covers(6.0, lead.speed, 60.0)
    assert lead.covers()
    assert not covers(6.0, 1.0, 60.0, segment=6.0)


def test_speed_is_measured_with_caution() -> None:
    """From the first segment's coming on: until a second one came, by how long the first took."""
    lead = Lead(began=100.0, length=30.0)
    assert (lead.speed, lead.covers()) == (0.0, False)

    lead.add(2.0, 101.0)
    assert lead.speed == pytest.approx(CAUTION * 2.0)
    lead.add(2.0, 101.5)

    assert lead.speed == pytest.approx(CAUTION * 4.0)
    assert (lead.proved, lead.covers()) == (4.0, True)
