"""Why a clip can be refused."""

from __future__ import annotations

from workers.media.refusals import SENTENCES, Reason, RefusedClip


def test_every_reason_has_one_sentence_for_a_person() -> None:
    """No reason is left without words."""
    assert set(SENTENCES) == set(Reason)
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())


def test_a_refusal_carries_its_stable_word() -> None:
    """For programs the word, for people the sentence."""
    refused = RefusedClip(Reason.TOO_LONG)

    assert (str(refused), refused.sentence) == ("too_long", SENTENCES[Reason.TOO_LONG])
