"""A package of a case: asked for by who may, followed, fetched, and found whole by the command that checks it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from api.stores import Stores
from feed.bell import Bell
from storage import audit
from storage.audit import Sought
from storage.db import Database
from storage.staff.staff import Role
from tests import builders
from tests.api.staff.casework import Casework, casework  # noqa: F401 - fixture
from tests.api.staff.test_posts import CONTENT, a_playable_post
from workers.court import packages

WHY = {"reason": "same_vehicle", "confidence": "likely", "note": "The same dent."}


@pytest.mark.engines("sqlite")
def test_a_case_is_exported_and_verifies(
    record: Database,
    bell: Bell,
    given: Stores,
    tmp_path: Path,
    casework: Casework,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Clips, words and reasons are in it; notes where they are wanted; fetching it is an entry of the case."""
    path, post = casework.opened(), a_playable_post(record, bell, given, tmp_path, "Central")
    ask = casework.detective.ask
    ask.post(f"{path}/links", {"post_id": post.id, **WHY})
    ask.post(f"{path}/notes", {"text": "He left by the alley."})

    asked = ask.post(f"{path}/exports", {"notes": False})
    waits = ask.post(f"{path}/exports", {})
    packages.make_next(record, given.bucket, bytes(32))
    (made,) = casework.lead.ask.get(f"{path}/exports").json()["items"]
    fetched = ask.get(f"{path}/exports/{made['id']}/file")

    assert (asked.status_code, asked.json()["items"][0]["state"]) == (201, "waiting")
    assert (waits.status_code, waits.json()["error"]["code"]) == (409, "export_waits")
    assert (made["state"], made["share"], made["asked_by"]) == ("ready", 1.0, "Dee")
    assert fetched.headers["content-type"] == "application/zip"
    assert int(fetched.headers["content-length"]) == len(fetched.content) == made["bytes"]
    (tmp_path / "case.zip").write_bytes(fetched.content)
    with zipfile.ZipFile(tmp_path / "case.zip") as opened:
        assert opened.read(f"posts/{post.id}/clip.mp4") == CONTENT
        (link,) = json.loads(opened.read("links.json"))
        assert (link["post"], link["note"]) == (post.id, "The same dent.")
        assert "alley" not in opened.read("timeline.json").decode()
        assert "Dee" in json.loads(opened.read("people.json")).values()
    assert main(["verify-export", str(tmp_path / "case.zip")]) == 0
    assert "The package stands: " in capsys.readouterr().out
    kinds = [entry["kind"] for entry in ask.get(path).json()["timeline"]]
    assert kinds[-2:] == ["export", "download"]
    with record.read() as conn:
        assert len(audit.page(conn, before=None, limit=9, sought=Sought(action="case.download"))) == 1


@pytest.mark.engines("sqlite")
def test_a_package_is_for_who_may_close_the_case(
    record: Database,
    bell: Bell,
    given: Stores,
    casework: Casework,  # noqa: F811
) -> None:
    """Not for an analyst who works in it, nor anybody who is not; and none is made of a closed case."""
    path, analyst = casework.opened(), casework.new(Role.ANALYST, "Central")
    casework.lead.ask.post(f"{path}/members", {"member_id": analyst.id})
    stranger, elsewhere = casework.new(Role.DETECTIVE, "Central"), casework.new(Role.LEAD, "East")
    casework.detective.ask.post(f"{path}/exports", {})
    packages.make_next(record, given.bucket, bytes(32))
    (made,) = analyst.ask.get(f"{path}/exports").json()["items"]
    file = f"{path}/exports/{made['id']}/file"

    assert (analyst.ask.post(f"{path}/exports", {}).status_code, analyst.ask.get(file).status_code) == (403, 403)
    for other in (stranger, elsewhere):
        asked: list[Any] = [
            other.ask.get(f"{path}/exports"),
            other.ask.post(f"{path}/exports", {}),
            other.ask.get(file),
        ]
        assert [answer.status_code for answer in asked] == [404] * 3
    assert casework.detective.ask.get(file.replace(made["id"], "a" * 26)).status_code == 404
    casework.lead.ask.post(f"{path}/close")
    assert casework.detective.ask.post(f"{path}/exports", {}).json()["error"]["code"] == "case_state"
    assert casework.detective.ask.get(file).status_code == 409


@pytest.mark.engines("sqlite")
def test_a_frame_is_of_a_clip_of_the_case(
    record: Database,
    bell: Bell,
    casework: Casework,  # noqa: F811
) -> None:
    """Of no photo, of no post that is not linked, and at a time that there can be."""
    path = casework.opened()
    photo, other = (builders.a_published_post(record, bell, kind=kind).id for kind in ("photo", "video"))
    casework.detective.ask.post(f"{path}/links", {"post_id": photo, **WHY})

    for still in (
        {"post_id": photo, "at_seconds": 1},
        {"post_id": other, "at_seconds": 1},
        {"post_id": other, "at_seconds": -1},
    ):
        answer = casework.detective.ask.post(f"{path}/exports", {"stills": [still]})
        assert answer.status_code == 422, still
    assert casework.detective.ask.get(f"{path}/exports").json()["items"] == []
