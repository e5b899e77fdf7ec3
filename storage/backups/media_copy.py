"""A copy of the media that the record names, and the way back into a bucket."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Select, select

from storage.backups.dump import digest, private
from storage.db import Database
from storage.kit.errors import Malformed, NotThere
from storage.objects import Bucket
from storage.schema import renditions, segments

LIST = "media.jsonl.gz"
AT_ONCE = 500


@dataclass(frozen=True)
class Copied:
    """How many objects there are now, and how many that the record names are nowhere."""

    count: int
    bytes: int
    missing: int


def copy_out(record: Database, bucket: Bucket, folder: Path) -> Copied:
    """Copies every object that a rendition or a piece names into `folder`; one that goes meanwhile was taken back."""
    count = total = missing = 0
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with private(folder / LIST) as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") as lines:
        for key, size in _named(record):
            place = _place(folder, key)
            try:
                _fetch(bucket, key, place)
            except NotThere:
                place.unlink(missing_ok=True)
                missing += 1
                continue
            lines.write(json.dumps({"key": key, "bytes": size, "sha256": digest(place)}).encode() + b"\n")
            count, total = count + 1, total + size
    return Copied(count, total, missing)


def check(folder: Path) -> None:
    """Raises Malformed where a copied object is not what was written."""
    for line in _listed(folder):
        place = _place(folder, str(line["key"]))
        if not place.is_file() or digest(place) != line["sha256"]:
            raise Malformed(f"The copy of the media in {folder} is not whole.")


def put_back(record: Database, bucket: Bucket, folder: Path) -> Copied:
    """Puts what the record names and the bucket lacks back from a checked copy, or from none; twice is once."""
    count = total = missing = 0
    for key, size in _named(record):
        if not _is_there(bucket, key, size):
            place = _place(folder, key)
            if not place.is_file():
                missing += 1
                continue
            bucket.put(key, place)
        count, total = count + 1, total + size
    return Copied(count, total, missing)


def _named(record: Database) -> Iterator[tuple[str, int]]:
    """Keys and sizes: of renditions that are one object, then of the pieces of those that are many."""
    yield from _paged(record, select(renditions.c.key, renditions.c.bytes).where(renditions.c.key != ""))
    of_many = (renditions.c.post_id == segments.c.post_id) & (renditions.c.file == segments.c.file)
    pieces = select(segments.c.key, segments.c.bytes).join(renditions, of_many).where(renditions.c.key == "")
    yield from _paged(record, pieces)


def _paged(record: Database, query: Select[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """A page at a time: no transaction stays open while bytes are copied."""
    last, key = "", query.selected_columns.key
    while True:
        with record.read() as conn:
            page = conn.execute(query.where(key > last).order_by(key).limit(AT_ONCE)).all()
        yield from ((row.key, row.bytes) for row in page)
        if len(page) < AT_ONCE:
            return
        last = page[-1].key


def _fetch(bucket: Bucket, key: str, place: Path) -> None:
    place.parent.mkdir(exist_ok=True, mode=0o700)
    with private(place) as file:
        for chunk in bucket.chunks(key):
            file.write(chunk)


def _is_there(bucket: Bucket, key: str, size: int) -> bool:
    try:
        return bucket.size(key) == size
    except NotThere:
        return False


def _listed(folder: Path) -> Iterator[dict[str, object]]:
    if (folder / LIST).exists():
        with gzip.open(folder / LIST) as lines:
            yield from map(json.loads, lines)


def _place(folder: Path, key: str) -> Path:
    return folder / key[:2] / key
