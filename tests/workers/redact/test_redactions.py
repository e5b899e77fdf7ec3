"""What may be asked for."""

from __future__ import annotations

from workers.redact.redactions import Redaction


def test_the_list_is_closed_and_in_order() -> None:
    """Two words, which the interface and the record hold on to."""
    assert [redaction.value for redaction in Redaction] == ["faces", "plates"]
