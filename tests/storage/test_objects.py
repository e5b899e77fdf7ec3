"""The media bucket in a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from storage.kit.clock import DAY, now
from storage.kit.errors import NotThere
from storage.kit.ids import new_id
from storage.objects import CHUNK_BYTES, Folder, open_bucket


@pytest.fixture
def bucket(tmp_path: Path) -> Folder:
    """An empty bucket."""
    return Folder(tmp_path / "media")


def a_file(tmp_path: Path, content: bytes) -> Path:
    """A finished file outside the bucket."""
    file = tmp_path / "finished"
    file.write_bytes(content)
    return file


def test_what_was_put_comes_back(bucket: Folder, tmp_path: Path) -> None:
    """The bytes under a key are the file's, in pieces of one size."""
    content = os.urandom(CHUNK_BYTES + 1000)
    key = new_id()

    bucket.put(key, a_file(tmp_path, content))

    assert bucket.size(key) == len(content)
    assert [len(piece) for piece in bucket.chunks(key)] == [CHUNK_BYTES, 1000]
    assert b"".join(bucket.chunks(key)) == content


@pytest.mark.parametrize(("start", "end"), [(0, 1), (3, 7), (9, 10), (5, None), (10, 10), (4, 99)])
def test_a_span_is_read_alone(bucket: Folder, tmp_path: Path, start: int, end: int | None) -> None:
    """Start is the first byte, end the first left out."""
    key = new_id()
    bucket.put(key, a_file(tmp_path, b"0123456789"))

    assert b"".join(bucket.chunks(key, start, end)) == b"0123456789"[start:end]


def test_putting_again_replaces(bucket: Folder, tmp_path: Path) -> None:
    """A second put under a key wins whole."""
    key = new_id()
    bucket.put(key, a_file(tmp_path, b"first and longer"))

    bucket.put(key, a_file(tmp_path, b"second"))

    assert b"".join(bucket.chunks(key)) == b"second"


def test_a_put_that_fails_leaves_nothing(bucket: Folder, tmp_path: Path) -> None:
    """No half-written object, no leavings."""
    with pytest.raises(FileNotFoundError):
        bucket.put(new_id(), tmp_path / "never made")

    assert list((tmp_path / "media").glob("*/*")) == []


def test_what_is_not_there_is_said_so(bucket: Folder) -> None:
    """Size and bytes of an unknown key are NotThere; deleting it is no fault."""
    key = new_id()

    bucket.delete(key)

    with pytest.raises(NotThere):
        bucket.size(key)
    with pytest.raises(NotThere):
        next(bucket.chunks(key))


def test_deleting_is_for_good(bucket: Folder, tmp_path: Path) -> None:
    """Twice is once."""
    key = new_id()
    bucket.put(key, a_file(tmp_path, b"x"))

    bucket.delete(key)
    bucket.delete(key)

    with pytest.raises(NotThere):
        bucket.size(key)


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "UPPER" * 5, "a" * 19, "a" * 81, "a" * 25 + "\n", "a/" * 15])
def test_a_key_is_letters_and_digits(bucket: Folder, key: str) -> None:
    """Nothing that could lead out of the folder is a key."""
    for use in (bucket.size, bucket.delete, lambda key: next(bucket.chunks(key))):
        with pytest.raises(ValueError, match="not a key"):
            use(key)


def test_the_sweeper_sees_what_is_old(bucket: Folder, tmp_path: Path) -> None:
    """Keys come by age; what a killed put left goes."""
    old, new = new_id(), new_id()
    for key in (old, new):
        bucket.put(key, a_file(tmp_path, b"x"))
    place = next((tmp_path / "media").glob(f"*/{old}"))
    half = place.with_name(f"{new_id()}.part")
    half.touch()
    for file in (place, half):
        os.utime(file, (1, 1))

    found = list(bucket.keys(older_than=now() - DAY))

    assert found == [old]
    assert not half.exists()
    assert set(bucket.keys(older_than=now() + DAY)) == {old, new}


def test_a_folder_is_named_by_its_path(tmp_path: Path) -> None:
    """S3 is refused until it is built, not guessed at."""
    assert isinstance(open_bucket(str(tmp_path / "m")), Folder)
    with pytest.raises(ValueError, match="not built"):
        open_bucket("s3://media")
