"""A package is made of what was asked for: words as they were written down, clips to the byte, frames, the trail."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from feed import correcting, posting
from feed.bell import Bell
from storage import audit
from storage.audit import Sought
from storage.cases import contents as case_contents, exports as case_exports
from storage.cases.exports import ExportState
from storage.db import AIRLOCK, OPERATOR, RESIDENT, Actor, Database
from storage.kit.clock import DAY, HOUR
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import PostId
from storage.objects import Bucket, Folder
from storage.posts.posts import Rendition, Verb
from storage.posts.segments import Piece
from tests.builders import NOON, a_new_post, a_published_post, as_role
from tests.cases import OpenCase, an_open_case, link
from tests.workers.media.conftest import MakeClip, make_clip, tools  # noqa: F401 - fixtures
from workers import chores
from workers.court import checking, packages

SEED = bytes(range(32))

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    """An empty media bucket."""
    return Folder(tmp_path / "media")


@pytest.fixture
def case(record: Database) -> OpenCase:
    """An open case."""
    return an_open_case(record, number="CR-1")


@pytest.fixture
def own(record: Database) -> Iterator[Database]:
    """The record as the chores see it, under their own role."""
    seen = as_role(record, "chores")
    yield seen
    if seen is not record:
        seen.engine.dispose()


def _asked(record: Database, case: OpenCase, *posts: PostId, stills: tuple[Any, ...] = ()) -> str:
    papers = {
        **{"case": {"id": case.id, "number": "CR-1"}, "links": ["why"], "timeline": [], "requests": [], "people": {}},
        "posts": [{"id": post, "title": "A van", "media": {"seconds": 3.0}} for post in posts],
        **{"stills": stills, "originals": {posts[0]: "ab" * 32}},
    }
    with record.read() as conn:
        papers["changes"] = case_contents.changes(conn, posts)
    with record.write(by=Actor(f"staff:{case.detective.id}")) as tx:
        return case_exports.ask(tx, case.detective, case.id, papers)


def _made(record: Database, own: Database, bucket: Bucket, case: OpenCase, out: Path) -> checking.Report:
    """What is fetched after a round of the chores."""
    assert packages.make_next(own, bucket, SEED)
    assert not packages.make_next(own, bucket, SEED)
    with record.read() as conn:
        newest = case_exports.of_case(conn, case.id)[0]
    assert newest.state is ExportState.READY
    assert 0 <= newest.done <= newest.files
    with record.write(by=OPERATOR) as tx:
        fetched = case_exports.hand_out(tx, case.lead, case.id, newest.id)
    out.write_bytes(b"".join(bucket.chunks(fetched.key)))
    assert out.stat().st_size == fetched.bytes
    return checking.check(out)


def _in_pieces(record: Database, bell: Bell, bucket: Bucket, clip: Path) -> PostId:
    """A post whose clip lies in three objects, one after the other, beside a smaller one that is a file."""
    raw, keys = clip.read_bytes(), [f"{number}" * 26 for number in "234"]
    third = len(raw) // 3 + 1
    parts = [raw[at : at + third] for at in range(0, len(raw), third)]
    for key, part in zip(keys, parts, strict=True):
        with bucket.draft(key) as draft:
            draft.write(part)
            draft.keep()
    pieces = [
        Piece(n, key, 0, len(part), 1000 if n else 0) for n, (key, part) in enumerate(zip(keys, parts, strict=True))
    ]
    new = a_new_post(title="A van")
    with record.write(by=AIRLOCK) as tx:
        first = posting.Arriving("480p.mp4", 640, 360, pieces, whole=True)
        posting.publish(
            tx, bell, new, [Rendition("poster.jpg", "p" * 26, 640, 360, 1)], generation=1, first=first, last=True
        )
    return new.id


def test_a_package_holds_the_clips_to_the_byte_and_verifies(
    record: Database,
    own: Database,
    bell: Bell,
    bucket: Bucket,
    case: OpenCase,
    tmp_path: Path,
    make_clip: MakeClip,  # noqa: F811
) -> None:
    """The largest whole rendition, a frame made of it, the trail with hashes of the chain; signed, and on the audit."""
    clip = make_clip(
        "c.mp4", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=30:d=3", "-c:v", "libx264", "-preset", "ultrafast"
    )
    post_id = _in_pieces(record, bell, bucket, clip)
    link(record, case, post_id)
    with record.write(by=Actor("staff:viewer")) as tx:
        tx.audit("post.view", post_id)
    _asked(record, case, post_id, stills=((post_id, 1500), (post_id, 999_000)))

    report = _made(record, own, bucket, case, tmp_path / "case.zip")

    assert (report.faults, report.case, report.originals) == ((), "CR-1", ((post_id, "ab" * 32),))
    with zipfile.ZipFile(tmp_path / "case.zip") as opened:
        assert opened.read(f"posts/{post_id}/clip.mp4") == clip.read_bytes()
        assert json.loads(opened.read(f"posts/{post_id}/post.json"))["title"] == "A van"
        assert json.loads(opened.read("links.json")) == ["why"]
        for still in (f"stills/{post_id}-0001500.jpg", f"stills/{post_id}-0999000.jpg"):
            with opened.open(still) as file, Image.open(file) as picture:
                assert (picture.size, picture.format) == ((640, 360), "JPEG")
    trail = checking.trail_of(tmp_path / "case.zip")
    assert [line.action for line in trail] == ["case.ask", "case.consent", "case.link", "post.view", "case.export"]
    with record.read() as conn:
        assert audit.holds(conn, {line.hash for line in trail}) == {line.hash for line in trail}
        (ready,) = audit.page(conn, before=None, limit=9, sought=Sought(action="export.ready"))
    assert ready.payload is not None
    assert ready.payload["key"] == report.key


def test_what_was_taken_back_meanwhile_is_not_in_it(
    record: Database, own: Database, bell: Bell, bucket: Bucket, case: OpenCase, tmp_path: Path
) -> None:
    """Neither words nor clip of what went before it was made; one that was made is neither fetched nor kept."""
    gone, stays = (a_published_post(record, bell, files=[]).id for _ in range(2))
    for post_id in (gone, stays):
        link(record, case, post_id)
    asked = _asked(record, case, gone, stays)
    _end(record, bell, gone)

    assert _made(record, own, bucket, case, tmp_path / "case.zip").originals == ()
    with zipfile.ZipFile(tmp_path / "case.zip") as opened:
        assert not [name for name in opened.namelist() if gone in name]
        assert f"posts/{stays}/post.json" in opened.namelist()
    with record.read() as conn:
        assert "van" not in repr(case_exports.papers_of(conn, asked))
        assert case_exports.over(conn) == []
        key = case_exports.of_case(conn, case.id)[0].key

    _end(record, bell, stays)

    with record.write(by=OPERATOR) as tx, pytest.raises(Conflict) as stale:
        case_exports.hand_out(tx, case.lead, case.id, asked)
    assert stale.value.code == "export_stale"
    assert chores.erase_packages(own, bucket, bell) == 1
    with pytest.raises(NotThere):
        bucket.size(key)


def test_a_package_does_not_outlive_a_correction(
    record: Database, own: Database, bell: Bell, bucket: Bucket, case: OpenCase, tmp_path: Path
) -> None:
    """What its author put right is told by a new one alone; corrected before it was asked for, a package stands."""
    post_id = a_published_post(record, bell, files=[]).id
    link(record, case, post_id)
    asked = _asked(record, case, post_id)
    _made(record, own, bucket, case, tmp_path / "case.zip")

    with record.write(by=RESIDENT) as tx:
        correcting.correct(tx, bell, correcting.correctable(tx, post_id), "It was a contractor.")

    with record.write(by=OPERATOR) as tx, pytest.raises(Conflict) as stale:
        case_exports.hand_out(tx, case.lead, case.id, asked)
    assert stale.value.code == "export_stale"
    assert chores.erase_packages(own, bucket, bell) == 1
    _asked(record, case, post_id)
    _made(record, own, bucket, case, tmp_path / "again.zip")
    assert chores.erase_packages(own, bucket, bell) == 0


def test_a_package_lies_for_a_week(
    record: Database,
    own: Database,
    bell: Bell,
    bucket: Bucket,
    case: OpenCase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Until then the sweep leaves its bytes alone; then what is left of it is that it was, and when."""
    post_id = a_published_post(record, bell, files=[]).id
    link(record, case, post_id)
    _asked(record, case, post_id)
    with record.write(by=OPERATOR) as tx, pytest.raises(Conflict) as waits:
        case_exports.ask(tx, case.lead, case.id, {})
    assert waits.value.code == "export_waits"
    _made(record, own, bucket, case, tmp_path / "case.zip")
    monkeypatch.setattr(chores, "MEDIA_UNCLAIMED_MS", -HOUR)

    swept = [chores.erase_packages(record, bucket, bell), chores.sweep_media(record, bucket, bell)]
    monkeypatch.setattr(case_exports, "LASTS_MS", -HOUR)
    erased = chores.erase_packages(record, bucket, bell)

    assert (swept, erased) == ([0, 0], 1)
    with record.read() as conn:
        (one,) = case_exports.of_case(conn, case.id)
    assert (one.state, one.key, len(one.sha256)) == (ExportState.ERASED, "", 64)
    assert list(bucket.keys(older_than=NOON + 1000 * DAY)) == []


def test_what_cannot_be_made_fails_after_three_tries(
    record: Database, bell: Bell, bucket: Bucket, case: OpenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is told to who watches the rounds; then it is said, no words of it stay, and another can be asked for."""
    asked = _asked(record, case, a_published_post(record, bell, files=[]).id)

    def full(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(packages.Package, "seal", full)
    for _ in range(case_exports.TRIES):
        with pytest.raises(OSError, match="full"):
            packages.make_next(record, bucket, SEED)

    assert not packages.make_next(record, bucket, SEED)
    with record.read() as conn:
        (one,) = case_exports.of_case(conn, case.id)
        assert (one.state, case_exports.papers_of(conn, asked)) == (ExportState.FAILED, {})
    assert list(bucket.keys(older_than=NOON + 1000 * DAY)) == []


def _end(record: Database, bell: Bell, post_id: PostId) -> None:
    with record.write(by=AIRLOCK) as tx:
        posting.end(tx, bell, post_id, Verb.WITHDRAW)
