"""How like a case something is: each reason by itself, and what is shown of them."""

from __future__ import annotations

import pytest

from storage.cases.likeness import Reason, Traits, Why, most_like, telling
from storage.kit.clock import DAY, HOUR
from tests.builders import NOON

KNOWN = Traits(NOON, "a", "crime", frozenset({"ladder"}))
METRES = {frozenset({"a", "b"}): 240.0, frozenset({"a", "c"}): 880.0, frozenset({"a", "d"}): 5000.0}


def _metres(one: str | None, other: str | None) -> float | None:
    return METRES.get(frozenset({one or "", other or ""}))


def _reasons(at: int, place: str | None, kind: str, *words: str) -> tuple[Reason, ...]:
    """Why one candidate is shown among many that are nothing; () where it is not."""
    others = {str(n): Traits(NOON - 99 * DAY - 5 * HOUR, "z", "other", frozenset({"green"})) for n in range(30)}
    found = most_like({"k": KNOWN}, {**others, "x": Traits(at, place, kind, frozenset(words))}, _metres, most=5)
    assert [one.id for one in found] in ([], ["x"])
    return found[0].reasons if found else ()


@pytest.mark.parametrize(
    ("at", "place", "kind", "words", "why"),
    [
        (NOON + HOUR, "a", "other", (), [Reason(Why.SAME_TIME, 60), Reason(Why.SAME_BLOCK)]),
        (NOON - 6 * HOUR, "b", "other", (), [Reason(Why.SAME_TIME, 360), Reason(Why.NEAR, 200)]),
        (NOON - 6 * HOUR, "c", "other", (), []),
        (NOON - DAY, "b", "crime", (), [Reason(Why.SAME_TIME, 1440), Reason(Why.NEAR, 200), Reason(Why.KIND)]),
        (NOON - 3 * DAY - HOUR, "a", "other", (), [Reason(Why.SAME_HOUR), Reason(Why.SAME_BLOCK)]),
        (NOON - 3 * DAY - 2 * HOUR, "a", "other", (), []),
        (
            NOON - 3 * DAY - 2 * HOUR,
            "a",
            "other",
            ("ladder",),
            [Reason(Why.SAME_BLOCK), Reason(Why.WORDS, words=("ladder",))],
        ),
        (NOON - 50 * DAY, None, "crime", ("ladder",), []),
        (NOON - 31 * DAY, "a", "other", (), []),
        (NOON, "d", "other", ("green",), []),
        (NOON, None, "crime", (), [Reason(Why.SAME_TIME, 0), Reason(Why.KIND)]),
    ],
)
def test_each_reason_is_stated_and_one_alone_is_none(
    at: int, place: str | None, kind: str, words: tuple[str, ...], why: list[Reason]
) -> None:
    """Time, hour of the day, block, distance, kind and rare words; two kinds of reason at least, and enough of them."""
    assert list(_reasons(at, place, kind, *words)) == why


def test_the_most_alike_come_first_and_no_more_than_asked_for() -> None:
    """Then the newest; each to that of the case which it is most like."""
    candidates = {
        "near": Traits(NOON + HOUR, "b", "other", frozenset[str]()),
        "same": Traits(NOON, "a", "crime", frozenset[str]()),
        "other": Traits(NOON + 9 * DAY, "d", "animal", frozenset[str]()),
    }
    known = {"k": KNOWN, "l": Traits(NOON + 9 * DAY, "d", "animal", frozenset[str]())}

    found = most_like(known, candidates, _metres, most=2)

    assert [(one.id, one.to) for one in found] == [("other", "l"), ("same", "k")]
    assert most_like(known, candidates, _metres, most=9)[2].id == "near"
    assert most_like({}, candidates, _metres, most=9) == []


def test_words_of_every_sentence_tell_nothing() -> None:
    """In both languages, and none that is short."""
    assert telling(["with", "desde", "van", "ladder", "escalera"]) == {"ladder", "escalera"}
