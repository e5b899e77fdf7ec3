"""What may be asked for."""

from __future__ import annotations

from workers.redact.redactions import OF_CLIPS, Redaction


def test_the_list_is_closed_and_in_order() -> None:
    """Four words, which the interface and the identity side hold on to; two of them want a whole clip."""
    assert [redaction.value for redaction in Redaction] == ["faces", "plates", "overlay", "porch"]
    assert sorted(OF_CLIPS) == ["overlay", "porch"]
