"""Key files: made once, readable by their owner alone."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.kit import keys


def test_a_key_is_made_once(tmp_path: Path) -> None:
    """The first reader draws it, every later one reads the same 32 bytes."""
    path = tmp_path / "keys" / "bell.key"

    first, second = keys.read_or_make(path), keys.read_or_make(path)

    assert first == second
    assert len(first) == keys.KEY_BYTES


def test_two_keys_differ(tmp_path: Path) -> None:
    """A key is random, not derived from its place."""
    assert keys.read_or_make(tmp_path / "a") != keys.read_or_make(tmp_path / "b")


def test_only_the_owner_reads_a_key(tmp_path: Path) -> None:
    """File and folder are closed to group and others, and no draft is left beside the key."""
    path = tmp_path / "keys" / "bell.key"

    keys.read_or_make(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_many_who_make_it_at_once_end_with_the_same_key(tmp_path: Path) -> None:
    """Programs that start together share one key."""
    path = tmp_path / "bell.key"

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: keys.read_or_make(path), range(32)))

    assert len(found) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_key_is_not_replaced(tmp_path: Path) -> None:
    """A key of the wrong length is an error that names the file and not its bytes."""
    path = tmp_path / "bell.key"
    path.write_bytes(b"short")

    with pytest.raises(ValueError, match=r"bell\.key") as raised:
        keys.read_or_make(path)

    assert path.read_bytes() == b"short"
    assert "short" not in str(raised.value)


def test_the_key_before_lies_beside_while_it_is_changed(tmp_path: Path) -> None:
    """None, most of the time: it is never drawn."""
    path = tmp_path / "bell.key"
    older = path.with_name("bell.key.old")
    before = keys.older(path)
    older.touch()
    empty = keys.older(path)
    older.write_bytes(bytes(32))

    assert (before, empty, keys.older(path)) == ((), (), (bytes(32),))
    assert not path.exists()
