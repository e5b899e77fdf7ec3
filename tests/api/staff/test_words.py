"""A note of the police's, looked at for names before it is sent."""

from __future__ import annotations

import logging

import pytest

from storage.db import Database
from storage.staff.staff import Role
from tests import builders
from tests.api.conftest import NewClient


def test_a_note_is_looked_at_before_it_is_sent(as_staff: NewClient) -> None:
    """Who wrote it reads it scrubbed, with what is likely a name and where it stands."""
    answer = as_staff(Role.ANALYST, "Central").post("/v1/names", {"text": "816-555-0142 is Jim Peterson's"})

    assert answer.status_code == 200
    assert answer.json() == {
        "text": "[phone] is Jim Peterson's",
        "names": [{"text": "Jim Peterson", "field": "text", "start": 11, "end": 23}],
    }


def test_nothing_of_it_is_kept_or_repeated(
    as_staff: NewClient, record: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """Not on the record, in no line; and what is refused is not said again."""
    analyst = as_staff(Role.ANALYST, "Central")
    with caplog.at_level(logging.DEBUG):
        analyst.post("/v1/names", {"text": "Marcus Quillfeather"})
        refused = [
            analyst.post("/v1/names", body) for body in ({"text": "Marcus " * 400}, {"text": "", "who": "Marcus"})
        ]

    assert [answer.status_code for answer in refused] == [422, 422]
    assert b"Marcus" not in b"".join(answer.content for answer in refused)
    assert "Marcus" not in caplog.text
    assert b"Quillfeather" not in builders.all_rows(record)
