"""Buckets: bytes under random keys, in a folder or on an S3 server; only what both can do is asked of them."""

from __future__ import annotations

import os
import pkgutil
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast
from urllib.parse import urlsplit

from storage.kit import ids
from storage.kit.errors import NotThere
from storage.kit.settings import MisconfiguredError

CHUNK_BYTES = 256 * 1024  # one hop to a reading thread each: a tenth of a second of 1080p
_KEY = re.compile(r"[a-z0-9]{20,80}")
_UNFINISHED = ".part"


class Draft(Protocol):
    """Bytes on their way into a bucket; nothing of them stays unless they are kept."""

    def write(self, piece: bytes) -> object:
        """Adds to them."""

    def keep(self) -> None:
        """Makes them the object: all of them, on disk, or nothing; raises Unavailable."""


class Bucket(Protocol):
    """Where bytes are. A key is 20 to 80 lower-case letters and digits (`ids.new_id`).

    Whatever asks an S3 server raises Unavailable when it does not answer, or not as it should.
    """

    def put(self, key: str, file: Path) -> None:
        """Keeps a copy of `file` under `key`: all of it, on disk, or nothing."""

    def draft(self, key: str) -> AbstractContextManager[Draft]:
        """Room for bytes that are still coming; `keep` puts them under `key`."""

    def size(self, key: str) -> int:
        """Bytes under `key`; raises NotThere."""

    def chunks(self, key: str, start: int = 0, end: int | None = None) -> Generator[bytes, None, None]:
        """The bytes from `start` up to, not including, `end`, a piece at a time; raises NotThere at the first.

        `start` and `end` lie within the object. All bytes asked for come, in order, or it raises.
        """

    def delete(self, key: str) -> None:
        """Forgets `key`; nothing happens if there is none."""

    def keys(self, *, older_than: int) -> Iterator[str]:
        """Keys put before `older_than` (milliseconds since 1970), in no order: for the sweeper."""


def open_bucket(url: str) -> Bucket:
    """The bucket that `url` names: a folder's path, or an S3 server's (storage/s3_client.py says how).

    Raises MisconfiguredError for one that anybody can read.
    """
    return cast(Bucket, _of_s3("storage.s3:open_s3")(url)) if "://" in url else Folder(Path(url))


def prepare(url: str, expire_days: int | None = None) -> list[str]:
    """Makes the bucket and its rules, once, by the operator; answers lines that say which its server does not know."""
    if "://" in url:
        return cast(list[str], _of_s3("storage.s3_rules:prepare")(url, expire_days))
    Folder(Path(url))
    return []


def demand_apart(media: str, originals: str) -> None:
    """Raises MisconfiguredError where two buckets are one, or one key pair opens both: no wall stands between them."""
    one, other = urlsplit(media), urlsplit(originals)
    if (one.hostname, one.port, one.path) == (other.hostname, other.port, other.path):
        raise MisconfiguredError("Media and originals lie in one place: name a bucket for each.")
    if one.username and one.username == other.username:
        raise MisconfiguredError("One key pair opens media and originals: make one for each, good for its bucket only.")


def _of_s3(name: str) -> Callable[..., object]:
    # By name, as SQLAlchemy finds its drivers: imported above, boto3 would cost each program of an embedded city a
    # second of its start and 20 MB, for nothing.
    return cast(Callable[..., object], pkgutil.resolve_name(name))


def demand_key(key: str) -> None:
    """Raises ValueError for what is no key: nothing that could lead out of a folder is one."""
    if not is_key(key):
        raise ValueError("not a key of a bucket")


def is_key(name: str) -> bool:
    """Whether `name` is a key."""
    return _KEY.fullmatch(name) is not None


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
            with unfinished.open("xb") as file:
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
