"""What of the corpus is found: no change of a pattern or a list loses any of it unseen."""

from __future__ import annotations

import pytest

from bench.words import HELD_OUT, KINDS, TUNED, Seen, innocents, look, lost, read, rows

# Of each kind: how many are found among the sentences the patterns were written with, and among those held out.
FOUND = {
    "phone": (39, 10),
    "email": (26, 8),
    "address": (61, 20),
    "plate": (37, 11),
    "handle": (27, 9),
    "link": (23, 7),
    "number": (32, 11),
    "name": (75, 23),
}
ALARMS = {"email": (0, 1)}  # kinds that innocent sentences are taken for; all others: none


@pytest.fixture(scope="module")
def seen() -> tuple[list[Seen], list[Seen]]:
    """Both halves of the corpus, scrubbed and asked about."""
    return [look(one) for one in read(TUNED)], [look(one) for one in read(HELD_OUT)]


def test_the_corpus_is_large_and_a_third_of_it_innocent(seen: tuple[list[Seen], list[Seen]]) -> None:
    """Four hundred sentences at least, a fifth of every kind held out at least, and no sentence twice."""
    tuned, held_out = seen
    typed = [one.sentence.typed for one in tuned + held_out]

    assert len(typed) == len(set(typed)) >= 400
    assert 3 * (innocents(tuned) + innocents(held_out)) >= len(typed)
    assert all(5 * rows(held_out)[kind].items >= rows(tuned)[kind].items + rows(held_out)[kind].items for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_as_much_is_found_as_was_measured(seen: tuple[list[Seen], list[Seen]], kind: str) -> None:
    """Of each kind, in each half; whoever finds more writes the new figure here and in docs/wall.md."""
    assert tuple(rows(half)[kind].found for half in seen) == FOUND[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_no_more_innocent_words_are_taken_than_was_measured(seen: tuple[list[Seen], list[Seen]], kind: str) -> None:
    """Of each kind, in each half."""
    assert tuple(rows(half)[kind].alarms for half in seen) == ALARMS.get(kind, (0, 0))


def test_what_stands_beside_telling_words_stays(seen: tuple[list[Seen], list[Seen]]) -> None:
    """Two words of all sentences go with what is taken out of them."""
    assert tuple(lost(half) for half in seen) == (2, 0)
