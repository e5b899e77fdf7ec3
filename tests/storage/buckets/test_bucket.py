"""Buckets: the same promises in a folder and on an S3 server that checks signatures."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from storage.buckets.bucket import CHUNK_BYTES, Bucket
from storage.buckets.folder import Folder
from storage.kit.clock import DAY, now
from storage.kit.errors import NotThere, Unavailable
from storage.kit.ids import new_id
from tests.servers.s3 import an_empty_bucket, s3_server  # noqa: F401 - fixtures


@pytest.fixture(params=["folder", "s3"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Bucket:
    """An empty bucket, on each of the engines."""
    if request.param == "folder":
        return Folder(tmp_path / "media")
    server = request.getfixturevalue("s3_server")
    return an_empty_bucket(server)


def a_file(tmp_path: Path, content: bytes) -> Path:
    """A finished file outside the bucket."""
    file = tmp_path / "finished"
    file.write_bytes(content)
    return file


def test_what_was_put_comes_back(bucket: Bucket, tmp_path: Path) -> None:
    """The bytes under a key are the file's, in pieces of one size."""
    content = os.urandom(CHUNK_BYTES + 1000)
    key = new_id()

    bucket.put(key, a_file(tmp_path, content))

    assert bucket.size(key) == len(content)
    assert [len(piece) for piece in bucket.chunks(key)] == [CHUNK_BYTES, 1000]
    assert b"".join(bucket.chunks(key)) == content


@pytest.mark.parametrize(("start", "end"), [(0, 1), (3, 7), (9, 10), (5, None), (10, 10), (0, 0), (0, 10)])
def test_a_span_is_read_alone(bucket: Bucket, tmp_path: Path, start: int, end: int | None) -> None:
    """Start is the first byte, end the first left out."""
    key = new_id()
    bucket.put(key, a_file(tmp_path, b"0123456789"))

    assert b"".join(bucket.chunks(key, start, end)) == b"0123456789"[start:end]


def test_putting_again_replaces(bucket: Bucket, tmp_path: Path) -> None:
    """A second put under a key wins whole."""
    key = new_id()
    bucket.put(key, a_file(tmp_path, b"first and longer"))

    bucket.put(key, a_file(tmp_path, b"second"))

    assert b"".join(bucket.chunks(key)) == b"second"


def test_a_put_that_fails_leaves_nothing(bucket: Bucket, tmp_path: Path) -> None:
    """No half-written object, no leavings."""
    with pytest.raises(FileNotFoundError):
        bucket.put(new_id(), tmp_path / "never made")

    assert kept(bucket) == []


def test_what_is_not_there_is_said_so(bucket: Bucket) -> None:
    """Size and bytes of an unknown key are NotThere; deleting it is no fault."""
    key = new_id()

    bucket.delete(key)

    with pytest.raises(NotThere):
        bucket.size(key)
    with pytest.raises(NotThere):
        next(bucket.chunks(key))


def test_deleting_is_for_good(bucket: Bucket, tmp_path: Path) -> None:
    """Twice is once."""
    key = new_id()
    bucket.put(key, a_file(tmp_path, b"x"))

    bucket.delete(key)
    bucket.delete(key)

    with pytest.raises(NotThere):
        bucket.size(key)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "UPPER" * 5, "a" * 19, "a" * 81, "a" * 25 + "\n", "a/" * 15])
def test_a_key_is_letters_and_digits(bucket: Bucket, key: str) -> None:
    """Nothing that could lead out of the folder is a key."""
    for use in (bucket.size, bucket.delete, lambda key: next(bucket.chunks(key))):
        with pytest.raises(ValueError, match="not a key"):
            use(key)


def test_a_draft_is_kept_whole_or_not_at_all(bucket: Bucket) -> None:
    """One that was left, or broke off, is as if it had never been begun."""
    kept_key, left, broken = new_id(), new_id(), new_id()

    with bucket.draft(kept_key) as draft:
        for piece in (b"in ", b"three ", b"pieces"):
            draft.write(piece)
        draft.keep()
    with bucket.draft(left) as draft:
        draft.write(b"x")
    with pytest.raises(ZeroDivisionError), bucket.draft(broken) as draft:
        draft.write(b"x")
        raise ZeroDivisionError

    assert b"".join(bucket.chunks(kept_key)) == b"in three pieces"
    assert kept(bucket) == [kept_key]


def test_a_full_disk_is_ours_to_mend(bucket: Bucket) -> None:
    """Whoever sends is told to come back; nothing is left. Another fault of the disk stays one."""
    for number, said in ((errno.ENOSPC, Unavailable), (errno.EDQUOT, Unavailable), (errno.EIO, OSError)):
        with pytest.raises(said), bucket.draft(new_id()) as draft:
            draft.write(b"x")
            raise OSError(number, "as the system says")

    assert kept(bucket) == []


def test_an_empty_object_is_one(bucket: Bucket, tmp_path: Path) -> None:
    """It is there, and has no bytes."""
    key = new_id()

    bucket.put(key, a_file(tmp_path, b""))

    assert (bucket.size(key), list(bucket.chunks(key))) == (0, [])


def test_the_sweeper_is_told_by_age(bucket: Bucket, tmp_path: Path) -> None:
    """All that were put before, and none put after."""
    keys = {new_id() for _ in range(3)}
    for key in keys:
        bucket.put(key, a_file(tmp_path, b"x"))

    assert set(bucket.keys(older_than=now() + DAY)) == keys
    assert list(bucket.keys(older_than=now() - DAY)) == []


def kept(bucket: Bucket) -> list[str]:
    """All keys there are."""
    return list(bucket.keys(older_than=now() + DAY))


def test_keys_are_asked_for_by_their_beginning(bucket: Bucket, tmp_path: Path) -> None:
    """Those and no others, also where two share their first letters."""
    there = {begins: begins + new_id() for begins in ("gone", "gold", "down")}
    for key in there.values():
        bucket.put(key, a_file(tmp_path, b"x"))

    assert list(bucket.keys(older_than=now() + DAY, beginning="gone")) == [there["gone"]]
