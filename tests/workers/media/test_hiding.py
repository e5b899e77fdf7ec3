"""What is to be hidden."""

from __future__ import annotations

from workers.media.hiding import NOTHING, Hiding
from workers.redact.redactions import Redaction


def test_nothing_asked_for_is_false() -> None:
    """A kind is something, and so is one box."""
    assert not NOTHING
    assert Hiding.of(Redaction.PORCH)
    assert Hiding.of(boxes=((0, 0, 1, 1),))


def test_what_wants_a_survey_is_told_apart() -> None:
    """Faces, plates and boxes do not."""
    assert Hiding.of(*Redaction).of_clips == {Redaction.OVERLAY, Redaction.PORCH}
    assert not Hiding.of(Redaction.FACES, Redaction.PLATES, boxes=((0, 0, 1, 1),)).of_clips
