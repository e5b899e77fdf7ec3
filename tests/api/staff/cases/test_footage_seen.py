"""What a case is told of its requests: answers in batches, in an order that says nothing, and contacts to be opened."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from api.stores import Stores
from storage.cases import keys as case_keys
from storage.cases.keys import StaffKey
from storage.db import AIRLOCK, Database
from storage.footage import answers as footage_answers
from storage.footage.answers import Kind
from storage.kit import clock, keys
from storage.kit.clock import DAY
from storage.kit.ids import CaseId, PostId, RequestId
from storage.staff.staff import Role
from tests import builders
from tests.api.staff.casework import Casework, casework  # noqa: F401 - fixture
from tests.api.staff.footage_work import ask, the_work  # noqa: F401 - fixture
from tests.storage.footage.asked import LATER, a_batch
from workers.court import packages


def _bring(record: Database, request: str, kind: Kind, *, ago: int = 0, **more: Any) -> str:
    with record.write(by=AIRLOCK) as tx:
        return footage_answers.bring(tx, RequestId(request), kind, shown_at=a_batch(ago), **more)


@pytest.mark.engines("postgresql")
def test_answers_are_read_in_batches_and_say_nothing_else(record: Database, work: Casework, bell: Any) -> None:
    """Before their moment the bytes are those of nobody having answered; and whoever says nothing changes no byte."""
    path = work.opened()
    (request,) = (one["id"] for one in ask(work.detective, path).json()["items"])
    silent = work.detective.ask.get(f"{path}/requests").content
    _bring(record, request, Kind.NO, ago=LATER)
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
        ("block", "contact", "happened_at", "id", "kind", "opened_at", "post_id", "shown_at")
    }
    (clip,) = [one for one in answers if one["id"] == shared]
    assert (clip["post_id"], clip["block"]) == (post.id, {"id": post.block.id, "label": post.block.label})
    assert clip["happened_at"] == clock.as_text(post.happened_at)
    builders.entomb(record, PostId(post.id))
    (gone,) = [
        one for one in work.detective.ask.get(f"{path}/requests").json()["items"][0]["answers"] if one["id"] == shared
    ]
    assert (gone["post_id"], gone["block"], gone["happened_at"], gone["kind"]) == (None, None, None, "shared")


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


@pytest.mark.engines("sqlite")
def test_a_package_has_requests_and_answers_and_opened_contacts_under_a_passphrase(
    record: Database, work: Casework, given: Stores, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that nobody opened is not in it, and who may open none asks for none."""
    path, phrase = work.opened(), "four words and more"
    case = CaseId(path.split("/")[-1])
    (request,) = (one["id"] for one in ask(work.detective, path).json()["items"])
    with record.read() as conn:
        public = case_keys.public_of(conn, case)
    assert public is not None
    for said in (b"Ann, 555-0100", b"Bea, 555-0200"):
        sealed = case_keys.seal(public, request, said)
        answer = _bring(record, request, Kind.ASK_ME, contact=sealed, contact_expires_at=clock.now() + DAY)
        if said.startswith(b"Ann"):
            work.detective.ask.post(f"{path}/answers/{answer}/contact")

    refused = work.lead.ask.post(f"{path}/exports", {"contacts_passphrase": phrase})
    short = work.detective.ask.post(f"{path}/exports", {"contacts_passphrase": "short"})
    asked = work.detective.ask.post(f"{path}/exports", {"contacts_passphrase": phrase})
    packages.make_next(record, given.bucket, bytes(32))

    assert (refused.status_code, short.status_code, asked.status_code) == (403, 422, 201)
    (made, *_) = work.detective.ask.get(f"{path}/exports").json()["items"]
    package, words = tmp_path / "case.zip", tmp_path / "words"
    package.write_bytes(work.detective.ask.get(f"{path}/exports/{made['id']}/file").content)
    with zipfile.ZipFile(package) as opened:
        (told,) = json.loads(opened.read("requests.json"))
        assert (told["id"], [one["kind"] for one in told["answers"]]) == (request, ["ask_me", "ask_me"])
        assert "555-" not in "".join(opened.read(name).decode(errors="replace") for name in opened.namelist())
    words.write_text(f"{phrase}\n")
    assert main(["verify-export", str(package), "--contacts", str(words)]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if "555" in line] == [
        f"To request {request}: Ann, 555-0100"
    ]
    words.write_text("another passphrase\n")
    assert main(["verify-export", str(package), "--contacts", str(words)]) == 1
