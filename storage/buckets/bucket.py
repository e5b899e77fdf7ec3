"""What is asked of a bucket, and of nothing but what a folder and an S3 server can both do."""

from __future__ import annotations

import errno
import re
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from storage.kit import log
from storage.kit.errors import Unavailable

CHUNK_BYTES = 256 * 1024  # one hop to a reading thread each: a tenth of a second of 1080p
_KEY = re.compile(r"[a-z0-9]{20,80}")


class Draft(Protocol):
    """Bytes on their way into a bucket; nothing of them stays unless they are kept."""

    def write(self, piece: bytes) -> object:
        """Adds to them."""

    def keep(self) -> None:
        """Makes them the object: all of them, on disk, or nothing; raises Unavailable."""


class Bucket(Protocol):
    """Where bytes are. A key is 20 to 80 lower-case letters and digits (`ids.new_id`).

    All of it raises Unavailable when an S3 server does not answer, or not as it should, or a disk is full.
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

    def keys(self, *, older_than: int, beginning: str = "") -> Iterator[str]:
        """Keys put before `older_than` (milliseconds since 1970), in no order, that begin so: for the sweeper."""

    def demand_there(self) -> None:
        """Raises NotThere where there is no such bucket."""


@contextmanager
def room() -> Iterator[None]:
    """Says Unavailable where a disk is full: it is ours to empty, and what was sent can be sent again."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        log.event("no_room")
        raise Unavailable(
            "There is no room for clips at this moment. Please try again later.", code="no_room"
        ) from None


def demand_key(key: str) -> None:
    """Raises ValueError for what is no key: nothing that could lead out of a folder is one."""
    if not is_key(key):
        raise ValueError("not a key of a bucket")


def is_key(name: str) -> bool:
    """Whether `name` is a key."""
    return _KEY.fullmatch(name) is not None
