"""The media bucket: finished files under random keys. A folder today; only what S3 can do as well is asked of it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Protocol

from storage.kit import ids
from storage.kit.errors import NotThere

CHUNK_BYTES = 256 * 1024  # one hop to a reading thread each: a tenth of a second of 1080p
_KEY = re.compile(r"[a-z0-9]{20,80}")
_UNFINISHED = ".part"


class Bucket(Protocol):
    """Where the bytes of renditions are. A key is 20 to 80 lower-case letters and digits (`ids.new_id`)."""

    def put(self, key: str, file: Path) -> None:
        """Keeps a copy of `file` under `key`: all of it, on disk, or nothing."""

    def size(self, key: str) -> int:
        """Bytes under `key`; raises NotThere."""

    def chunks(self, key: str, start: int = 0, end: int | None = None) -> Generator[bytes, None, None]:
        """The bytes from `start` up to, not including, `end`, a piece at a time; raises NotThere at the first."""

    def delete(self, key: str) -> None:
        """Forgets `key`; nothing happens if there is none."""

    def keys(self, *, older_than: int) -> Iterator[str]:
        """Keys put before `older_than` (milliseconds since 1970), in no order: for the sweeper."""


def open_bucket(url: str) -> Bucket:
    """The bucket that `url` names: a folder's path."""
    if "://" in url:
        raise ValueError("media in S3 are not built yet: name a folder")
    return Folder(Path(url))


class Folder:
    """A bucket in a folder, spread over subfolders by the first two characters of the key."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, key: str, file: Path) -> None:
        """See Bucket."""
        place = self._place(key)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        draft = place.with_name(ids.new_id() + _UNFINISHED)
        try:
            with file.open("rb") as source, draft.open("xb") as target:
                shutil.copyfileobj(source, target, CHUNK_BYTES)
                target.flush()
                os.fsync(target.fileno())
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)
        _keep_name(place.parent)
        _keep_name(self._root)

    def size(self, key: str) -> int:
        """See Bucket."""
        try:
            return self._place(key).stat().st_size
        except FileNotFoundError:
            raise NotThere from None

    def chunks(self, key: str, start: int = 0, end: int | None = None) -> Generator[bytes, None, None]:
        """See Bucket."""
        try:
            file = self._place(key).open("rb", buffering=0)
        except FileNotFoundError:
            raise NotThere from None
        with file:
            left = (self.size(key) if end is None else end) - file.seek(start)
            while left > 0 and (piece := file.read(min(left, CHUNK_BYTES))):
                left -= len(piece)
                yield piece

    def delete(self, key: str) -> None:
        """See Bucket."""
        self._place(key).unlink(missing_ok=True)

    def keys(self, *, older_than: int) -> Iterator[str]:
        """See Bucket. What a killed `put` left unfinished is cleared away in passing."""
        for file in self._root.glob("??/*"):
            try:
                old = file.stat().st_mtime_ns < older_than * 1_000_000
            except FileNotFoundError:
                continue
            if old and file.suffix == _UNFINISHED:
                file.unlink(missing_ok=True)
            elif old:
                yield file.name

    def _place(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("not a key of the media bucket")
        return self._root / key[:2] / key


def _keep_name(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
