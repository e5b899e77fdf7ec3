"""What a case is told of its requests: answers in batches, in an order that says nothing, and contacts to be opened."""

from __future__ import annotations

from typing import Any

import pytest

from api.stores import Stores
from storage import case_keys, footage_answers
from storage.case_keys import StaffKey
from storage.db import AIRLOCK, Database
from storage.footage_answers import Kind
from storage.kit import clock, keys
from storage.kit.clock import DAY
from storage.kit.ids import CaseId, PostId, RequestId
from storage.staff import Role
from tests import builders
from tests.api.staff.casework import Casework, casework  # noqa: F401 - fixture
from tests.api.staff.footage_work import ask, the_work  # noqa: F401 - fixture
from tests.storage.footage import a_batch


def _bring(record: Database, request: str, kind: Kind, *, ago: int = 0, **more: Any) -> str:
    with record.write(by=AIRLOCK) as tx:
        return footage_answers.bring(tx, RequestId(request), kind, shown_at=a_batch(ago), **more)


@pytest.mark.engines("postgresql")
def test_answers_are_read_in_batches_and_say_nothing_else(record: Database, work: Casework, bell: Any) -> None:
    """Before their moment the bytes are those of nobody having answered; and whoever says nothing changes no byte."""
    path = work.opened()
    (request,) = (one["id"] for one in ask(work.detective, path).json()["items"])
    silent = work.detective.ask.get(f"{path}/requests").content
    _bring(record, request, Kind.NO, ago=-1)
    assert work.detective.ask.get(f"{path}/requests").content == silent

    post = builders.a_published_post(record, bell)
    for kind in (Kind.NOTHING, Kind.ASK_ME):
        _bring(record, request, kind)
    shared = _bring(record, request, Kind.SHARED, post=post.id)

    (told,) = work.detective.ask.get(f"{path}/requests").json()["items"]
    answers: list[dict[str, object]] = told["answers"]
    assert sorted(str(one["kind"]) for one in answers) == ["ask_me", "nothing", "shared"]
    assert [one["id"] for one in answers] == sorted(str(one["id"]) for one in answers)
    assert {tuple(sorted(one)) for one in answers} == {
        ("block", "contact", "id", "kind", "opened_at", "post_id", "shown_at")
    }
    (clip,) = [one for one in answers if one["id"] == shared]
    assert (clip["post_id"], clip["block"]) == (post.id, {"id": post.block.id, "label": post.block.label})
    builders.entomb(record, PostId(post.id))
    (gone,) = [
        one for one in work.detective.ask.get(f"{path}/requests").json()["items"][0]["answers"] if one["id"] == shared
    ]
    assert (gone["post_id"], gone["block"], gone["kind"]) == (None, None, "shared")


@pytest.mark.engines("postgresql")
def test_a_contact_is_opened_by_the_cases_detective(record: Database, work: Casework, given: Stores) -> None:
    """An entry of the case; for others, or under another key of the staff program, it does not open."""
    path = work.opened()
    case = CaseId(path.split("/")[-1])
    (request,) = (one["id"] for one in ask(work.detective, path).json()["items"])
    with record.read() as conn:
        public = case_keys.public_of(conn, case)
    assert public is not None
    sealed = case_keys.seal(public, request, b"Ann, 555-0100")
    answer = _bring(record, request, Kind.ASK_ME, contact=sealed, contact_expires_at=clock.now() + DAY)

    for person, status in ((work.lead, 403), (work.new(Role.DETECTIVE, "Central"), 404)):
        assert person.ask.post(f"{path}/answers/{answer}/contact").status_code == status
    opened = work.detective.ask.post(f"{path}/answers/{answer}/contact")

    assert (opened.status_code, opened.json()) == (200, {"contact": "Ann, 555-0100"})
    assert work.lead.ask.get(path).json()["timeline"][-1]["kind"] == "contact"
    assert "555-0100" not in work.lead.ask.get(path).text + work.lead.ask.get(f"{path}/requests").text
    key = given.settings.cases_key_file
    held = key.read_bytes()
    key.write_bytes(bytes(32))
    assert work.detective.ask.post(f"{path}/answers/{answer}/contact").json()["error"]["code"] == "seal_broken"
    assert StaffKey(keys.read_or_make(key)) != StaffKey(held)
