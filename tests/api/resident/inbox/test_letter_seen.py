"""A letter as the author of a post reads it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.resident.inbox.letter_seen import letter_seen
from storage.cases.letters import Kind
from storage.identity.clips.letters import Arrived
from tests.builders import NOON
from workers.guidelines.questions import QUESTIONS

LISTED = QUESTIONS.listed[0]
LETTER = Arrived("an id", Kind.QUESTION, "thread", "Which way?", "", "", 0, NOON, answered=False, crosses_at=None)


def test_a_question_is_told_in_its_own_words() -> None:
    """With the time it ends, and without the case's thread."""
    seen = letter_seen(LETTER)

    assert (seen.text, seen.listed, seen.decided_by, seen.ends_at) == ("Which way?", None, None, "2025-11-22T12:00:00Z")
    assert "thread" not in seen.model_dump_json()


def test_a_listed_question_is_told_in_every_language_and_a_decision_by_its_guideline() -> None:
    """One that is listed no longer stands without words; a guideline has its version."""
    seen = letter_seen(replace(LETTER, listed=LISTED.id, reason="privacy", guidelines=3))

    assert (seen.listed, letter_seen(replace(LETTER, listed="gone")).listed) == (LISTED.text, None)
    assert seen.decided_by is not None
    assert (seen.decided_by.guideline, seen.decided_by.version) == ("privacy", 3)


@pytest.mark.parametrize(
    ("kind", "answered", "crosses_at", "may"),
    [
        (Kind.QUESTION, False, None, True),
        (Kind.ASKED, False, None, True),
        (Kind.QUESTION, True, NOON, True),  # it waits, and can be put otherwise
        (Kind.QUESTION, True, None, False),
        (Kind.WARNING, False, None, False),
        (Kind.HELPED, False, None, False),
    ],
)
def test_who_may_answer(kind: Kind, answered: bool, crosses_at: int | None, may: bool) -> None:
    """A question, until its answer has crossed; to the rest there is nothing to say."""
    letter = replace(LETTER, kind=kind, answered=answered, crosses_at=crosses_at)

    assert letter_seen(letter).may_answer is may
