"""The newest events, kept for replay."""

from __future__ import annotations

import pytest

from feed.events import Told
from feed.memory import PIECE_BYTES, Happening, Memory, pieces
from storage.feed_log import Head, Kind
from tests.feed.happenings import said, taken_back, told


def test_numbers_must_follow_each_other() -> None:
    """A hole is an error of ours: what follows the log mends holes first."""
    memory = Memory(Head("e", 10, 0))

    with pytest.raises(ValueError, match="12 does not follow 10"):
        memory.note(told(12, "p"))


def test_it_reaches_from_its_first_event_to_its_last() -> None:
    """A place just before the first kept event can be replayed, an older or a future one cannot."""
    memory = _memory(told(11, "a"), told(12, "b"))

    assert [seq for seq in range(8, 15) if memory.reaches(seq)] == [10, 11, 12]


def test_it_answers_what_came_after_a_place() -> None:
    """Oldest first, no more than asked for."""
    memory = _memory(told(11, "a"), told(12, "b"), told(13, "c"))

    assert [found.line.seq for found in memory.after(11, limit=5)] == [12, 13]
    assert [found.line.seq for found in memory.after(10, limit=2)] == [11, 12]


def test_what_is_told_is_parted_where_one_write_holds_enough() -> None:
    """In order, nothing left out; a short batch is one piece, and none is none."""
    long = [told(seq, f"p{seq}", "x" * 2000) for seq in range(1, 100)]

    parts = list(pieces(long))

    assert [one.line.seq for part in parts for one in part] == [*range(1, 100)]
    assert max(sum(len(one.frame) for one in part) for part in parts) < PIECE_BYTES + 3000
    assert [len(part) for part in pieces(long[:3])] == [3]
    assert list(pieces([])) == []


def test_it_forgets_the_oldest() -> None:
    """Its size is bounded, and what it no longer has is no longer reached."""
    memory = _memory(*(told(seq, f"p{seq % 3}") for seq in range(11, 31)), size=5)

    assert (memory.reaches(24), memory.reaches(25)) == (False, True)
    assert [found.line.seq for found in memory.after(25, limit=9)] == [26, 27, 28, 29, 30]


@pytest.mark.parametrize("kind", [Kind.HIDDEN, Kind.WITHDRAWN, Kind.REMOVED, Kind.EXPIRED])
def test_words_taken_back_are_not_replayed(kind: Kind) -> None:
    """After a post is taken back, its earlier events are silent; that it was taken back is told."""
    memory = _memory(told(11, "p", "secret"), told(12, "q"), told(13, "p", "secret"), taken_back(14, "p", kind))

    replayed = memory.after(10, limit=9)

    assert [bool(found.frame) for found in replayed] == [False, True, False, True]
    assert not any("secret" in said(found) for found in replayed)


def test_words_that_were_changed_are_replayed_as_they_are_now() -> None:
    """An earlier event keeps its number and kind and tells the post as the newest event does."""
    memory = _memory(told(11, "p", "call 816 555 0100"), told(12, "p", "call [phone]", Kind.UPDATED))

    first = memory.after(10, limit=1)[0]

    assert isinstance(first.event, Told)
    assert (first.event.seq, first.event.kind, first.event.post.text) == (11, Kind.PUBLISHED, "call [phone]")
    assert "0100" not in said(first)


def test_a_page_of_the_log_is_told_as_what_was_heard_since() -> None:
    """What was read a moment before a post was hidden does not go out a moment after."""
    memory = _memory(told(11, "p"), taken_back(12, "p"), told(13, "q", "new", Kind.UPDATED))

    assert memory.as_now(told(5, "p")).frame == b""
    assert "new" in said(memory.as_now(told(6, "q", "old")))
    assert memory.as_now(told(7, "r")) == told(7, "r")
    assert memory.as_now(told(13, "q", "same")) == told(13, "q", "same")


def test_a_restart_forgets_all() -> None:
    """A new epoch begins at its head with nothing behind it."""
    memory = _memory(told(11, "p"))

    memory.restart(Head("f", 3, 2))

    assert (memory.cursor, memory.reaches(3), memory.reaches(11)) == ("f:3", True, False)
    assert memory.as_now(told(2, "p")) == told(2, "p")


def _memory(*happenings: Happening, size: int = 100) -> Memory:
    memory = Memory(Head("e", 10, 0), size=size)
    for one in happenings:
        memory.note(one)
    return memory
