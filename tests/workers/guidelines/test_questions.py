"""What may be asked of an unknown author: no links, no contact, not who they are, no pressure."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from workers.guidelines.questions import IDS_LISTED, QUESTIONS, check_question

HERE = Path(__file__).parent
LEAST_RIGHT = 0.8  # of those held out; what is missed, a second pair of eyes is not there to see


def lines(name: str) -> list[tuple[str, str]]:
    """What is expected and the words, of each line that is one."""
    told = (HERE / name).read_text(encoding="utf-8").splitlines()
    split = [line.partition(": ") for line in told if line and not line.startswith("#")]
    return [(head.split()[0], words) for head, _, words in split]


def first(words: str) -> str:
    """The first rule that they break, or that they are fine."""
    return next((rule.id for rule in check_question(words)), "fine")


def test_every_line_of_the_corpus_comes_out_as_expected() -> None:
    """Each of over ninety, in two languages; the first rule broken is the one that is told."""
    found = lines("questions_corpus.txt")

    assert len(found) > 90
    assert [(words, first(words)) for said, words in found if first(words) != said] == []


def test_most_of_what_was_held_out_comes_out_as_expected() -> None:
    """None that is fine is refused, and at least four of five others are."""
    found = lines("questions_held_out.txt")
    wrong = [(said, words, first(words)) for said, words in found if first(words) != said]

    assert [one for one in wrong if one[0] == "fine"] == []
    assert len(wrong) <= (1 - LEAST_RIGHT) * len(found), wrong


def test_a_question_may_do_none_of_these_things_in_capitals_or_with_odd_blanks() -> None:
    """Letters are small and blanks single before anything is looked for."""
    assert first("WHERE   DO\nYOU LIVE") == "who"
    assert first("¿DÓNDE VIVES?") == "who"


def test_what_moderators_ask_most_breaks_no_rule_of_its_own() -> None:
    """In every language."""
    for one in QUESTIONS.listed:
        assert (first(one.text.en), first(one.text.es)) == ("fine", "fine"), one.id
    assert len(IDS_LISTED) == len(QUESTIONS.listed)


@pytest.mark.parametrize("unit", ["a", "1 ", "@", "you ", "call ", "(", "where do you "])
def test_the_longest_question_is_read_in_no_time(unit: str) -> None:
    """Whatever is repeated to make it slow."""
    words = (unit * 500)[:500]
    started = time.process_time()

    check_question(words)

    assert time.process_time() - started < 1.0
