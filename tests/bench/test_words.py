"""What of the corpus is found: no change of a pattern or a list loses any of it unseen."""

from __future__ import annotations

import pytest

from bench.words import AFTERWARDS, HELD_OUT, KINDS, TUNED, Seen, innocents, look, lost, read, rows

Parts = tuple[list[Seen], ...]
# Of each kind: how many are found among the sentences the patterns were written with, among those held out, and among
# those written afterwards.
FOUND = {
    "phone": (39, 10, 5),
    "email": (26, 8, 3),
    "address": (61, 20, 9),
    "plate": (37, 11, 3),
    "handle": (27, 9, 2),
    "link": (23, 7, 2),
    "number": (32, 11, 3),
    "name": (75, 23, 12),
}
ALARMS = {"email": (0, 1, 0), "name": (1, 0, 1)}  # kinds that innocent sentences are taken for; all others: none


@pytest.fixture(scope="module")
def seen() -> Parts:
    """All parts of the corpus, scrubbed and asked about."""
    return tuple([look(one) for one in read(file)] for file in (TUNED, HELD_OUT, AFTERWARDS))


def test_the_corpus_is_large_and_a_third_of_it_innocent(seen: Parts) -> None:
    """Four hundred sentences at least, a fifth of every kind held out at least, and no sentence twice."""
    typed = [one.sentence.typed for part in seen for one in part]
    tables = [rows(part) for part in seen[:2]]

    assert len(typed) == len(set(typed)) >= 400
    assert 3 * sum(innocents(part) for part in seen) >= len(typed)
    assert all(5 * tables[1][kind].items >= sum(table[kind].items for table in tables) for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_as_much_is_found_as_was_measured(seen: Parts, kind: str) -> None:
    """Of each kind, in each part; whoever finds more writes the new figure here and in the decision's table."""
    assert tuple(rows(part)[kind].found for part in seen) == FOUND[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_no_more_innocent_words_are_taken_than_was_measured(seen: Parts, kind: str) -> None:
    """Of each kind, in each part."""
    assert tuple(rows(part)[kind].alarms for part in seen) == ALARMS.get(kind, (0, 0, 0))


def test_what_stands_beside_telling_words_stays(seen: Parts) -> None:
    """Two words of all sentences go with what is taken out of them."""
    assert tuple(lost(part) for part in seen) == (2, 0, 0)
