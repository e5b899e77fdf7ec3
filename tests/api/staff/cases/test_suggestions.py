"""Suggestions for a case: for who may link in it, while it is open, each with why."""

from __future__ import annotations

import pytest

from feed.bell import Bell
from storage.atlas import versions
from storage.cases import suggestions as case_suggestions
from storage.db import Database
from storage.staff.staff import Role
from tests import builders
from tests.api.staff.casework import Casework, an_incident, casework  # noqa: F401 - fixture
from tests.storage.cases.test_suggestions import Street


@pytest.mark.engines("sqlite")
def test_suggestions_say_why_and_to_whom_they_may_be_linked(
    record: Database,
    bell: Bell,
    casework: Casework,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One link is one call; then it is suggested no more. A closed case, and who is not in it, is told none."""
    monkeypatch.setattr(versions, "current", lambda _: None)
    monkeypatch.setattr(case_suggestions, "nearby", lambda _: Street())
    path, first = casework.opened(), builders.a_published_post(record, bell, title="A dented van", text="")
    second = builders.a_published_post(record, bell, title="Dented again", text="", block_number=1)
    an_incident(record, "25-8", at=builders.NOON)
    why = {"reason": "other", "confidence": "possible"}
    casework.detective.ask.post(f"{path}/links", {"post_id": first.id, **why})

    told = casework.detective.ask.get(f"{path}/suggestions").json()["items"]

    (post,) = [one for one in told if one["post"]]
    assert (post["post"]["id"], post["like"]) == (second.id, "A dented van")
    assert post["reasons"] == [
        {"why": "same_time", "minutes": 0, "metres": None, "words": []},
        {"why": "near", "minutes": None, "metres": 200, "words": []},
        {"why": "kind", "minutes": None, "metres": None, "words": []},
        {"why": "words", "minutes": None, "metres": None, "words": ["dented"]},
    ]
    assert [one["incident"]["number"] for one in told if one["incident"]] == ["25-8"]
    casework.detective.ask.post(f"{path}/links", {"post_id": second.id, **why})
    left = casework.detective.ask.get(f"{path}/suggestions").json()["items"]
    assert [one for one in left if one["post"]] == []
    assert casework.new(Role.DETECTIVE, "Central").ask.get(f"{path}/suggestions").status_code == 404
    casework.lead.ask.post(f"{path}/close")
    assert casework.detective.ask.get(f"{path}/suggestions").json()["error"]["code"] == "case_state"
