"""Media go out with a backup and come back, checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from feed import posting
from feed.bell import Bell
from storage.backups import media_copy
from storage.backups.media_copy import Copied
from storage.db import AIRLOCK, Database
from storage.kit.errors import Malformed
from storage.kit.ids import new_id
from storage.objects import Bucket, Folder
from storage.posts.posts import Rendition
from storage.posts.segments import Piece
from tests.builders import a_new_post, a_published_post, a_rendition, arriving

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def bucket(record: Database, bell: Bell, tmp_path: Path) -> Bucket:
    """A bucket with the two files of one post, and one that is nobody's."""
    kept = Folder(tmp_path / "media")
    files = [Rendition(name, new_id(), 2, 2, len(content)) for name, content in (("a.jpg", b"jpg"), ("b.mp4", b"mp4!"))]
    a_published_post(record, bell, files=files)
    for key, content in ((files[0].key, b"jpg"), (files[1].key, b"mp4!"), (new_id(), b"stray")):
        draft = tmp_path / "draft"
        draft.write_bytes(content)
        kept.put(key, draft)
    return kept


def test_what_the_record_names_is_copied(
    record: Database, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every rendition's bytes, page after page, and nothing else."""
    monkeypatch.setattr(media_copy, "AT_ONCE", 1)

    copied = media_copy.copy_out(record, bucket, tmp_path / "copy")

    assert copied == Copied(2, 7, 0)
    files = [file for file in (tmp_path / "copy").glob("*/*") if file.is_file()]
    assert sorted(file.read_bytes() for file in files) == [b"jpg", b"mp4!"]
    media_copy.check(tmp_path / "copy")


def test_what_is_lost_comes_back(record: Database, bucket: Bucket, tmp_path: Path) -> None:
    """Into another bucket, all of it; said again it copies nothing."""
    media_copy.copy_out(record, bucket, tmp_path / "copy")
    other = Folder(tmp_path / "other")

    assert media_copy.put_back(record, other, tmp_path / "copy") == Copied(2, 7, 0)
    assert media_copy.put_back(record, other, tmp_path / "no copy") == Copied(2, 7, 0)


def test_a_clip_in_pieces_is_copied_once(
    record: Database, bell: Bell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each object of the first rung, the one of a larger rung, whatever ranges it is played in; all come back."""
    monkeypatch.setattr(media_copy, "AT_ONCE", 1)
    bucket, new = Folder(tmp_path / "media"), a_new_post()
    small = [Piece(number, new_id(), 0, 3, 2000) for number in range(3)]
    large = a_rendition("720p.mp4")
    ranges = [Piece(number, large.key, number * 500_000, 500_000, 2000) for number in range(2)]
    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, new, [], generation=1, first=arriving(small, whole=True))
        posting.add_media(tx, bell, new.id, [large], generation=1, last=True, pieces={large.file: ranges})
    for key, size in ((large.key, large.bytes), *((piece.key, piece.bytes) for piece in small)):
        with bucket.draft(key) as draft:
            draft.write(bytes(size))
            draft.keep()

    copied = media_copy.copy_out(record, bucket, tmp_path / "copy")

    assert copied == Copied(4, large.bytes + 9, 0)
    media_copy.check(tmp_path / "copy")
    assert media_copy.put_back(record, Folder(tmp_path / "other"), tmp_path / "copy") == copied


def test_what_is_nowhere_is_counted(record: Database, bucket: Bucket, tmp_path: Path) -> None:
    """An object that is gone, when copying and when coming back."""
    for key in list(bucket.keys(older_than=1 << 60)):
        bucket.delete(key)

    assert media_copy.copy_out(record, bucket, tmp_path / "copy") == Copied(0, 0, 2)
    assert media_copy.put_back(record, bucket, tmp_path / "copy") == Copied(0, 0, 2)


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_copy_that_is_not_whole_is_refused(record: Database, bucket: Bucket, tmp_path: Path, harm: str) -> None:
    """A changed or missing file."""
    media_copy.copy_out(record, bucket, tmp_path / "copy")
    file = next(file for file in (tmp_path / "copy").glob("*/*") if file.is_file())
    file.write_bytes(b"other") if harm == "changed" else file.unlink()

    with pytest.raises(Malformed):
        media_copy.check(tmp_path / "copy")
