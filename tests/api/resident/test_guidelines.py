"""What residents are shown of the guidelines."""

from __future__ import annotations

from fastapi import FastAPI

from tests.api.conftest import NewClient
from workers.guidelines.rules import IN_FORCE


def test_who_may_post_is_shown_what_moderators_decide_by(app: FastAPI, client: NewClient) -> None:
    """Word for word, in both languages, with examples and the version; also without a log-in."""
    answer = client(app).get("/v1/guidelines")

    assert answer.status_code == 200
    assert answer.json() == IN_FORCE.model_dump(by_alias=True, mode="json")
