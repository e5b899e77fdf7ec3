"""A bucket in a folder: what only a folder has to take care of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from storage.buckets.folder import Folder
from storage.kit.clock import DAY, now
from storage.kit.errors import NotThere
from storage.kit.ids import new_id


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty bucket in a folder."""
    return Folder(tmp_path / "media")


def a_file(tmp_path: Path, content: bytes) -> Path:
    """A finished file outside the bucket."""
    file = tmp_path / "finished"
    file.write_bytes(content)
    return file


def test_a_folder_s_sweeper_clears_what_a_killed_put_left(folder: Folder, tmp_path: Path) -> None:
    """Keys come by age; what is unfinished and old goes."""
    old, new = new_id(), new_id()
    for key in (old, new):
        folder.put(key, a_file(tmp_path, b"x"))
    place = next((tmp_path / "media").glob(f"*/{old}"))
    half = place.with_name(f"{new_id()}.part")
    half.touch()
    for file in (place, half):
        os.utime(file, (1, 1))

    found = list(folder.keys(older_than=now() - DAY))

    assert found == [old]
    assert not half.exists()


def test_a_draft_is_not_there_until_it_is_kept(folder: Folder, tmp_path: Path) -> None:
    """It lies beside its place under a name that is no key, so that keeping it copies nothing."""
    key = new_id()
    with folder.draft(key) as draft:
        draft.write(b"x")
        (unfinished,) = (tmp_path / "media").glob("*/*")
        inode = unfinished.stat().st_ino
        assert unfinished.name != key
        with pytest.raises(NotThere):
            folder.size(key)
        draft.keep()

    (place,) = (tmp_path / "media").glob("*/*")
    assert (place.name, place.stat().st_ino) == (key, inode)
