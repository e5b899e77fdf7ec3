"""What the operator is told of a finished file that was not shown."""

from __future__ import annotations

import logging

import pytest

from storage.identity.clips import findings
from tests.workers.airlock.conftest import NewClip
from tests.workers.airlock.looking import clip_of
from workers.airlock.attempts.found import tell
from workers.airlock.both_sides import Airlock
from workers.redact.findings import Finding, NotClean


def test_each_place_is_a_line_and_is_kept(
    airlock: Airlock, accepted: NewClip, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In fields of the allow-list, legible: a name in brackets, a place with a blank at its end."""
    monkeypatch.setattr(logging.getLogger("porchlight"), "propagate", True)
    clip_id = accepted()
    found = NotClean(
        [
            Finding("moov/trak/mdia/minf/dinf/dref/url ", "says something else than it may"),
            Finding("moov/?", "a box that is not known"),
        ]
    )

    with caplog.at_level(logging.INFO, "porchlight"):
        tell(airlock.stores, clip_of(airlock, clip_id), found)

    assert [line for line in caplog.messages if line.startswith("not_clean")] == [
        "not_clean where=moov/trak/mdia/minf/dinf/dref/url reason=says_something_else_than_it_may",
        "not_clean where=moov/? reason=a_box_that_is_not_known",
    ]
    with airlock.stores.vault.read() as conn:
        assert findings.of(conn, clip_id) == [f"{one.place}: {one.what}" for one in found.findings]
