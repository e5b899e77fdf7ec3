"""A bucket in a folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from storage.buckets.bucket import CHUNK_BYTES, Draft, demand_key, room
from storage.kit import ids
from storage.kit.errors import NotThere

_UNFINISHED = ".part"


class Folder:
    """A bucket in a folder, spread over subfolders by the first two characters of the key."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, key: str, file: Path) -> None:
        """See Bucket."""
        with file.open("rb") as source, self.draft(key) as draft:
            shutil.copyfileobj(source, draft, CHUNK_BYTES)
            draft.keep()

    @contextmanager
    def draft(self, key: str) -> Iterator[Draft]:
        """See Bucket. It is written where it will be: keeping it copies nothing."""
        place = self._place(key)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        unfinished = place.with_name(ids.new_id() + _UNFINISHED)
        try:
            with room(), unfinished.open("xb") as file:
                yield _Draft(file, unfinished, place)
        finally:
            unfinished.unlink(missing_ok=True)

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

    def keys(self, *, older_than: int, beginning: str = "") -> Iterator[str]:
        """See Bucket. What a killed `put` left unfinished is cleared away in passing."""
        for file in self._root.glob(f"{beginning[:2]}/*" if beginning else "??/*"):
            try:
                old = file.stat().st_mtime_ns < older_than * 1_000_000
            except FileNotFoundError:
                continue
            if old and file.suffix == _UNFINISHED:
                file.unlink(missing_ok=True)
            elif old and file.name.startswith(beginning):
                yield file.name

    def demand_there(self) -> None:
        """See Bucket."""
        if not self._root.is_dir():
            raise NotThere

    def _place(self, key: str) -> Path:
        demand_key(key)
        return self._root / key[:2] / key


@dataclass(frozen=True)
class _Draft:
    file: BinaryIO
    unfinished: Path
    place: Path

    def write(self, piece: bytes) -> int:
        """See Draft."""
        return self.file.write(piece)

    def keep(self) -> None:
        """See Draft."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.unfinished.replace(self.place)
        _keep_name(self.place.parent)
        _keep_name(self.place.parent.parent)


def _keep_name(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
