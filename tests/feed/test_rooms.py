"""Listeners in rooms by filter."""

from __future__ import annotations

from feed.rooms import Filter, Rooms, filter_of
from feed.tickets import Grant
from tests.feed.happenings import messages, silent, told


class Ear:
    """A member that keeps what it is sent, write by write."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def heard(self) -> list[int]:
        return [message["seq"] for data in self.writes for message in messages(data)]


def test_an_event_reaches_those_who_may_hear_of_its_division() -> None:
    """And nobody else."""
    rooms, central, both, east = Rooms(), Ear(), Ear(), Ear()
    rooms.join(_filter("central"), central)
    rooms.join(_filter("central", "east"), both)
    rooms.join(_filter("east"), east)

    rooms.tell([told(1, "p", division="central"), told(2, "q", division="east"), told(3, "r", division="north")])

    assert (central.heard(), both.heard(), east.heard()) == ([1], [1, 2], [2])


def test_categories_narrow_a_room() -> None:
    """A listener with categories hears of those; one without hears of all."""
    rooms, some, all_ = Rooms(), Ear(), Ear()
    rooms.join(_filter("d", categories=("crime", "safety")), some)
    rooms.join(_filter("d"), all_)

    rooms.tell([told(1, "p", category="crime"), told(2, "q", category="animal")])

    assert (some.heard(), all_.heard()) == ([1], [1, 2])


def test_a_batch_is_one_write() -> None:
    """However many events, each listener is written to once."""
    rooms, ear = Rooms(), Ear()
    rooms.join(_filter("d"), ear)

    rooms.tell([told(seq, "p") for seq in range(1, 51)])

    assert len(ear.writes) == 1
    assert ear.heard() == [*range(1, 51)]


def test_a_frame_is_shared() -> None:
    """Two rooms are sent the very same bytes, not bytes built twice."""
    rooms, one, other = Rooms(), Ear(), Ear()
    rooms.join(_filter("d"), one)
    rooms.join(_filter("d", "e"), other)
    event = told(1, "p")

    rooms.tell([event])

    assert one.writes == other.writes == [event.frame]


def test_silence_is_not_written() -> None:
    """A line that tells nothing costs no write."""
    rooms, ear = Rooms(), Ear()
    rooms.join(_filter("d"), ear)

    rooms.tell([silent(1)])

    assert ear.writes == []


def test_who_left_hears_nothing_more() -> None:
    """And an empty room is forgotten; leaving twice does no harm."""
    rooms, gone, still = Rooms(), Ear(), Ear()
    rooms.join(_filter("d"), gone)
    rooms.join(_filter("d"), still)

    rooms.leave(_filter("d"), gone)
    rooms.leave(_filter("d"), gone)
    rooms.tell([told(1, "p")])
    rooms.leave(_filter("d"), still)
    rooms.leave(_filter("never"), still)
    rooms.tell([told(2, "p")])

    assert (gone.heard(), still.heard()) == ([], [1])


def test_a_member_may_leave_during_the_write() -> None:
    """Its buffer is full: the others still hear."""
    rooms, others = Rooms(), [Ear() for _ in range(5)]

    class Leaver(Ear):
        def write(self, data: bytes) -> None:
            super().write(data)
            rooms.leave(_filter("d"), self)

    leaver = Leaver()
    for member in (*others, leaver):
        rooms.join(_filter("d"), member)

    rooms.tell([told(1, "p")])
    rooms.tell([told(2, "p")])

    assert leaver.heard() == [1]
    assert all(other.heard() == [1, 2] for other in others)


def test_everyone_is_everyone() -> None:
    """A beat goes to every room."""
    rooms, one, other = Rooms(), Ear(), Ear()
    rooms.join(_filter("d"), one)
    rooms.join(_filter("e"), other)

    rooms.tell_everyone(b"beat")

    assert one.writes == other.writes == [b"beat"]


def test_a_ticket_makes_the_filter() -> None:
    """Order does not matter: the same rights are the same room."""
    one = Grant(audience="staff", divisions=("a", "b"), handle="x")
    other = Grant(audience="resident", divisions=("b", "a"), handle="y")

    assert filter_of(one) == filter_of(other) == _filter("a", "b")


def _filter(*divisions: str, categories: tuple[str, ...] | None = None) -> Filter:
    return Filter(frozenset(divisions), None if categories is None else frozenset(categories))
