"""A logical copy of one side's tables: gzipped JSON lines from one snapshot, and a manifest. It knows no engine.

What is kept stands in an allow-list of columns: a new column is neither kept nor left out until somebody decides.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal, cast

from alembic.runtime.migration import MigrationContext
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection, LargeBinary, MetaData, select, text

from storage.db import Database, Tx
from storage.kit import clock
from storage.kit.errors import Conflict, Malformed

AT_ONCE = 500  # rows in one statement
MANIFEST = "manifest.json"  # written last: a folder without one is no copy
CHUNK_BYTES = 1 << 20

Row = dict[str, object]
Wrap = Callable[[BinaryIO], AbstractContextManager[BinaryIO]]  # what a file's bytes go through: nothing, or a seal


@dataclass(frozen=True)
class Side:
    """What of one side is copied; `left_out` says why, for tables and for `table.column`."""

    name: str
    tables: MetaData
    kept: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, str]
    seeded: frozenset[str] = frozenset()  # one-row tables the migrations fill: a restore replaces that row


class Part(BaseModel):
    """One file of a copy."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    rows: int
    sha256: str


class Manifest(BaseModel):
    """What a copy holds. The revision is that of the migrations: a copy goes back into the same one."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: Literal[1] = 1
    side: str
    revision: str
    program: str
    made_at: int  # milliseconds since 1970
    tables: dict[str, Part]


def write(database: Database, side: Side, folder: Path, *, wrap: Wrap = nullcontext) -> Manifest:
    """Copies the side into `folder`, which must not hold a copy yet; raises Conflict otherwise."""
    if (folder / MANIFEST).exists():
        raise Conflict(f"{folder} holds a backup already: choose another folder.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with database.read() as conn:  # one moment of all tables, however long the reading takes
        _take_time(conn)
        counts = {name: _write_table(conn, side, name, folder, wrap) for name in side.kept}
        here = revision(conn)
    # After it, so that no disk, however slow, keeps the moment open: the database remembers all that changed since.
    parts = {name: Part(rows=count, sha256=_kept(_place(folder, name))) for name, count in counts.items()}
    manifest = Manifest(side=side.name, revision=here, program=version("porchlight"), made_at=clock.now(), tables=parts)
    with private(folder / MANIFEST) as file:
        file.write(manifest.model_dump_json(indent=1).encode())
    return manifest


def check(side: Side, folder: Path) -> Manifest:
    """The copy's manifest, once every file was found to be as it says; raises Malformed."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        raise Malformed(f"There is no whole backup of the {side.name} in {folder}.") from None
    if manifest.side != side.name or manifest.tables.keys() != side.kept.keys():
        raise Malformed(f"{folder} holds no backup of the {side.name} that this version can read.")
    for name, part in manifest.tables.items():
        if not _place(folder, name).is_file() or digest(_place(folder, name)) != part.sha256:
            raise Malformed(f"The file of {name} in {folder} is not the one that was written.")
    return manifest


def fill(
    tx: Tx,
    side: Side,
    folder: Path,
    manifest: Manifest,
    *,
    wrap: Wrap = nullcontext,
    change: Callable[[str, Row], Row] = lambda _table, row: row,
) -> None:
    """Puts a checked copy into an empty database of the same revision; raises Conflict, Malformed.

    It writes every table, past the modules that keep them: only where there is nothing yet. `change` sees each row.
    """
    demand_room(tx.connection, side, manifest)
    for table in side.tables.sorted_tables:
        if table.name in side.kept:
            if table.name in side.seeded:
                tx.execute(table.delete())
            told = rows(side, folder, manifest, table.name, wrap=wrap)
            while batch := [change(table.name, row) for row in islice(told, AT_ONCE)]:
                tx.execute(table.insert(), batch)


def demand_room(conn: Connection, side: Side, manifest: Manifest) -> None:
    """Raises Conflict where the database is of another revision than the copy, or not empty."""
    here = revision(conn)
    if here != manifest.revision:
        told = f"{manifest.revision} (porchlight {manifest.program}), this database is at {here}"
        raise Conflict(f"This backup is of revision {told}: restore it with that version, then upgrade.")
    if filled := [name for name in side.kept if _is_filled(conn, side, name)]:
        raise Conflict(f"A restore needs an empty database, and this one holds {', '.join(filled)}.")


def rows(side: Side, folder: Path, manifest: Manifest, name: str, *, wrap: Wrap = nullcontext) -> Iterator[Row]:
    """The rows of one table in a checked copy; raises Malformed at the end where they are not as many as were written.

    What `wrap` raises of a broken seal comes through.
    """
    binary = [column.name for column in side.tables.tables[name].columns if isinstance(column.type, LargeBinary)]
    found, told = 0, manifest.tables[name].rows
    with _place(folder, name).open("rb") as file, wrap(file) as wrapped, gzip.open(wrapped) as lines:
        for line in lines:
            yield _read(line, binary)
            found += 1
    if found != told:
        raise Malformed(f"The file of {name} holds {found} rows instead of {told}.")


def revision(conn: Connection) -> str:
    """The revision the database's tables have."""
    return MigrationContext.configure(conn).get_current_revision() or "none"


def digest(file: Path) -> str:
    """The SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def private(path: Path) -> Iterator[BinaryIO]:
    """A new file that only its owner reads, on disk when this ends."""
    with _fresh(path) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _fresh(path: Path) -> BinaryIO:
    path.unlink(missing_ok=True)  # of a run that broke off: a whole copy has a manifest, and is not come near
    return cast(BinaryIO, os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"))


def _kept(file: Path) -> str:
    """The digest of a file that is on disk from here on."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
    return digest(file)


def _take_time(conn: Connection) -> None:
    # Programs are cut off by these; a large city's table takes minutes to read, and its lines a while to be written.
    if conn.dialect.name == "postgresql":
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            conn.execute(text(f"set local {limit} = 0"))


def _write_table(conn: Connection, side: Side, name: str, folder: Path, wrap: Wrap) -> int:
    table, count = side.tables.tables[name], 0
    columns = [table.c[column] for column in side.kept[name]]
    query = select(*columns).order_by(*table.primary_key).execution_options(yield_per=AT_ONCE)
    with _fresh(_place(folder, name)) as file, wrap(file) as wrapped, _zipped(wrapped) as lines:
        for row in conn.execute(query):
            lines.write(json.dumps({key: _told(value) for key, value in row._mapping.items()}) + "\n")
            count += 1
    return count


def _zipped(file: BinaryIO) -> TextIOWrapper:
    # Without a time in its head: the same rows are the same bytes.
    return TextIOWrapper(cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="")))


def _is_filled(conn: Connection, side: Side, name: str) -> bool:
    table = side.tables.tables[name]
    query = select(*table.primary_key).limit(1)
    if name in side.seeded:
        query = query.where(table.c.seq > 0)
    return conn.execute(query).first() is not None


def _place(folder: Path, table: str) -> Path:
    return folder / f"{table}.jsonl.gz"


def _told(value: object) -> object:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _read(line: bytes, binary: list[str]) -> Row:
    row: Row = json.loads(line)
    return row | {name: base64.b64decode(str(row[name])) for name in binary if row.get(name) is not None}
