"""A photo's way through the airlock: that of a clip, in one step."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from storage.feed_log import Kind
from storage.identity.clips.clips import ClipState, Stage
from storage.posts.posts import MediaState
from tests import builders
from tests.storage.identity.making import MAIL, bytes_below
from tests.workers.airlock.conftest import NewClip
from tests.workers.airlock.looking import (
    assert_published_once,
    assert_withdrawn_for_good,
    clip_of,
    is_shredded,
    media,
    mend,
    post_of,
    post_state,
    told,
    withdraw,
)
from tests.workers.media.photographs import Marks, jpeg, scene, written
from workers.airlock.admit import Airlock, admit
from workers.airlock.attempts import photo as photos
from workers.media import rework
from workers.media.hiding import Hiding
from workers.media.photo import Photo
from workers.media.poster import Still
from workers.media.sniff import PhotoFormat
from workers.queue import Doorbell
from workers.redact.findings import Finding, NotClean
from workers.redact.redactions import Redaction

PLAIN = written(scene(), "JPEG")

pytestmark = pytest.mark.engines("sqlite")  # a photo asks of a database nothing that a clip does not


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Hiding]:
    """Photos that were made before; answers what each was asked to be without."""
    (tmp_path / "made.jpg").write_bytes(PLAIN)
    asked = list[Hiding]()

    def make(_tools: Any, _source: Path, _seen: Photo, out: Path, *, blur: Hiding, **_: Any) -> list[Still]:
        asked.append(blur)
        still = Still(tmp_path / "made.jpg", "photo.jpg", 160, 120, len(PLAIN))
        return [
            replace(still, path=Path(shutil.copy(still.path, out / name)), name=name)
            for name in ("photo.jpg", "poster.jpg")
        ]

    monkeypatch.setattr(rework, "inspect_photo", lambda *_, **__: Photo(PhotoFormat.JPEG, 160, 120))
    monkeypatch.setattr(rework, "make_photo", make)
    return asked


def test_a_photo_is_published_whole_without_what_it_said_of_its_owner(
    airlock: Airlock, accepted: NewClip, tmp_path: Path
) -> None:
    """In one attempt, told once, ready at once; of what was planted no byte is on the record side."""
    marks = Marks()
    clip_id = accepted(content=jpeg(marks), title="Call me at 816-555-0142")

    admit(airlock, clip_id)

    assert_published_once(airlock, clip_id)
    assert told(airlock) == [Kind.PUBLISHED]
    post, clip = post_of(airlock, clip_id), clip_of(airlock, clip_id)
    assert (post.kind, post.seconds, post.media_state) == ("photo", 0, MediaState.READY)
    assert (post.title, post.block.id) == ("Call me at [phone]", builders.block())
    assert {(file.file, file.width, file.height) for file in post.renditions} == {
        ("photo.jpg", 120, 160),
        ("poster.jpg", 120, 160),
    }
    assert (clip.attempts, clip.stage, list(clip.stage_times)) == (
        1,
        Stage.DONE,
        ["checking", "encoding", "publishing"],
    )
    record_side = bytes_below(tmp_path / "media") + builders.all_rows(airlock.stores.record)
    record_side += b"".join(file.read_bytes() for file in tmp_path.glob("record.db*"))
    assert marks.left_in(record_side) == []
    assert MAIL.encode() not in record_side


def test_it_is_made_as_it_was_asked_for(airlock: Airlock, accepted: NewClip, quick: list[Hiding]) -> None:
    """What its author wants unrecognisable is told to who makes it."""
    admit(airlock, accepted(content=PLAIN, blur=("faces", "plates")))

    assert quick == [Hiding.of(Redaction.FACES, Redaction.PLATES)]


def test_a_photo_can_be_taken_back(airlock: Airlock, accepted: NewClip, quick: None) -> None:
    """As a clip: its files gone, a tombstone in its place."""
    clip_id = accepted(content=PLAIN)
    admit(airlock, clip_id)
    assert len(media(airlock)) == 2

    withdraw(airlock, clip_id)

    assert_withdrawn_for_good(airlock, clip_id)


@pytest.mark.parametrize("where", ["put_all", "new_post", "say_published"])
def test_a_crash_at_any_step_publishes_it_once(
    airlock: Airlock,
    accepted: NewClip,
    doorbell: Doorbell,
    quick: None,
    where: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before its bytes are put, before the record has it, and between the two sides' commits."""
    clip_id = accepted(content=PLAIN)
    with monkeypatch.context() as broken:
        broken.setattr(photos, where, _break)
        admit(airlock, clip_id)

    mend(airlock, doorbell, clip_id)

    assert told(airlock) == [Kind.PUBLISHED]
    assert_published_once(airlock, clip_id)


def test_a_photo_that_cannot_be_vouched_for_is_quarantined(
    airlock: Airlock, accepted: NewClip, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sees it but the operator, who sees no more than that."""
    monkeypatch.setattr(rework, "make_photo", _not_clean)
    clip_id = accepted(content=PLAIN)

    admit(airlock, clip_id)

    assert (clip_of(airlock, clip_id).state, media(airlock), told(airlock)) == (ClipState.QUARANTINED, set(), [])


def test_a_photo_that_is_broken_is_refused_and_shredded(airlock: Airlock, accepted: NewClip) -> None:
    """After one attempt, with a reason."""
    clip_id = accepted(content=PLAIN[: len(PLAIN) // 2])

    admit(airlock, clip_id)

    clip = clip_of(airlock, clip_id)
    assert (clip.state, clip.reason, clip.attempts) == (ClipState.REJECTED, "unreadable", 1)
    assert (post_state(airlock, clip_id), media(airlock)) == (None, set())
    assert is_shredded(airlock, clip_id)


def test_a_part_of_a_photo_is_refused(airlock: Airlock, accepted: NewClip, quick: list[object]) -> None:
    """One that a version before this accepted: its author is told, and nothing is shown that was to be cut away."""
    clip_id = accepted(content=PLAIN, trim=(0, 5000))

    admit(airlock, clip_id)

    clip = clip_of(airlock, clip_id)
    assert (clip.state, clip.reason, quick) == (ClipState.REJECTED, "trim_of_photo", [])
    assert (post_state(airlock, clip_id), media(airlock)) == (None, set())


def _break(*_: object, **__: object) -> None:
    raise RuntimeError


def _not_clean(*_: object, **__: object) -> None:
    raise NotClean([Finding("jpeg/e1", "a segment that is not known")])
