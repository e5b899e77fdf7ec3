"""A copy of tables: all columns are decided on, nothing changes unseen, it goes into empty databases alone."""

from __future__ import annotations

import gzip
import json
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import column, func, select, table

from storage import audit, engines
from storage.backups import backup, dump
from storage.backups.backup import RECORD
from storage.backups.dump import MANIFEST, Side
from storage.db import OPERATOR, Database
from storage.identity.backup import IDENTITY
from storage.kit.errors import Conflict, Malformed
from storage.schema import posts
from tests.builders import a_published_post
from tests.conftest import NewDatabase

SIDES = [RECORD, IDENTITY]


@pytest.mark.parametrize("side", SIDES, ids=lambda side: side.name)
def test_every_column_is_kept_or_left_out_with_a_reason(side: Side) -> None:
    """A new column is neither until somebody decides: that is the moment to ask what a backup may tell."""
    columns = {f"{table.name}.{column.name}" for table in side.tables.tables.values() for column in table.columns}
    kept = {f"{table}.{column}" for table, names in side.kept.items() for column in names}
    left_out = {name for name in columns if name in side.left_out or name.partition(".")[0] in side.left_out}

    assert kept | left_out == columns
    assert kept & left_out == set()
    assert all(len(why) > 15 for why in side.left_out.values())


def test_secrets_that_end_are_in_no_copy() -> None:
    """Keys of originals, words as typed, log-ins, codes, tickets and tries are left out by name."""
    assert {"uploads.key_sealed", "clips.words_sealed", "log_ins", "log_in_codes", "tries"} <= IDENTITY.left_out.keys()
    assert {"tickets", "staff_log_ins", "log_in_tries"} <= RECORD.left_out.keys()


@pytest.mark.usefixtures("city")
def test_a_copy_is_private_and_plain_json(record: Database, bell: object, tmp_path: Path) -> None:
    """Files only their owner reads, a line for each row, counted and hashed in the manifest."""
    post = a_published_post(record, bell, title="Ein Lieferwagen, früh")  # type: ignore[arg-type]

    manifest = backup.back_up(record, tmp_path / "copy")

    with gzip.open(tmp_path / "copy/posts.jsonl.gz") as lines:
        assert [json.loads(line)["title"] for line in lines] == ["Ein Lieferwagen, früh"]
    assert manifest.tables["posts"].rows == 1
    assert manifest.tables["posts"].sha256 == dump.digest(tmp_path / "copy/posts.jsonl.gz")
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "copy").iterdir()} == {0o600}
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o700
    assert post.id not in (tmp_path / "copy" / MANIFEST).read_text()


@pytest.mark.usefixtures("city")
def test_the_same_rows_are_the_same_bytes(record: Database, tmp_path: Path) -> None:
    """Two copies of one state differ in nothing but when they were made."""
    first, second = backup.back_up(record, tmp_path / "a"), backup.back_up(record, tmp_path / "b")

    assert first.tables == second.tables


@pytest.mark.usefixtures("city")
def test_a_copy_is_of_one_moment(
    record: Database, bell: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written while the copying runs is in none of its tables."""
    write_table = dump._write_table

    def and_then_post(*args: object) -> object:
        written = write_table(*args)  # type: ignore[arg-type]
        if args[2] == "divisions":
            a_published_post(record, bell)  # type: ignore[arg-type]
        return written

    monkeypatch.setattr(dump, "_write_table", and_then_post)

    manifest = backup.back_up(record, tmp_path / "copy")

    assert manifest.tables["posts"].rows == 0
    assert manifest.tables["renditions"].rows == 0
    assert manifest.tables["audit_entries"].rows == 1  # the city was loaded


@pytest.mark.usefixtures("city")
def test_a_copy_is_never_written_over(record: Database, tmp_path: Path) -> None:
    """A folder that holds one is refused."""
    backup.back_up(record, tmp_path)

    with pytest.raises(Conflict, match="already"):
        backup.back_up(record, tmp_path)


@pytest.mark.usefixtures("city")
def test_a_copy_that_broke_off_is_made_anew(record: Database, tmp_path: Path) -> None:
    """In the same folder: what the run before left there is no copy, and nothing of it stays."""
    backup.back_up(record, tmp_path)
    (tmp_path / MANIFEST).unlink()
    (tmp_path / "blocks.jsonl.gz").write_bytes(b"half of a fi")

    manifest = backup.back_up(record, tmp_path)

    assert dump.check(RECORD, tmp_path) == manifest


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("slow", ["writing", "keeping"])
def test_a_slow_disk_does_not_cost_the_copy(
    record_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: str
) -> None:
    """The server cuts off programs that stop in the middle of a transaction; a copy takes as long as it takes."""
    monkeypatch.setattr(engines, "IDLE_MS", 100)
    record = Database(record_url)

    @contextmanager
    def slowly(file: BinaryIO) -> Iterator[BinaryIO]:
        yield file
        time.sleep(late.pop() if late else 0)

    def keep_slowly(_handle: int) -> None:
        with record.read() as conn:
            others = select(func.count()).where(column("state").like("idle in transaction%"))
            in_the_middle.append(conn.execute(others.select_from(table("pg_stat_activity"))).scalar_one())

    in_the_middle, late = list[int](), [0.3] * 3  # seconds, of three files: more of them show no more
    if slow == "keeping":
        monkeypatch.setattr(os, "fsync", keep_slowly)
    manifest = dump.write(record, RECORD, tmp_path / "copy", wrap=slowly if slow == "writing" else nullcontext)
    record.engine.dispose()

    assert set(in_the_middle) <= {0}
    assert dump.check(RECORD, tmp_path / "copy") == manifest


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("harm", ["changed", "gone", "unfinished", "another side", "another table"])
def test_a_copy_that_is_not_whole_is_refused(record: Database, tmp_path: Path, harm: str) -> None:
    """A changed or missing file, no manifest, or one of something else."""
    backup.back_up(record, tmp_path)
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    if harm == "changed":
        with (tmp_path / "blocks.jsonl.gz").open("ab") as file:
            file.write(b"x")
    elif harm == "gone":
        (tmp_path / "blocks.jsonl.gz").unlink()
    elif harm == "unfinished":
        (tmp_path / MANIFEST).unlink()
    else:
        manifest["side" if harm == "another side" else "tables"] = "identity" if harm == "another side" else {}
        (tmp_path / MANIFEST).write_text(json.dumps(manifest))

    with pytest.raises(Malformed):
        dump.check(RECORD, tmp_path)


@pytest.mark.usefixtures("city")
def test_a_copy_goes_into_an_empty_database_alone(record: Database, tmp_path: Path) -> None:
    """One that holds something is refused, by the names of its tables, and stays as it is."""
    manifest = backup.back_up(record, tmp_path)

    with pytest.raises(Conflict, match="audit_entries"), record.write(by=OPERATOR) as tx:
        backup.restore(tx, tmp_path, manifest)
    with record.read() as conn:
        assert audit.verify(conn) == (1, None)


@pytest.mark.usefixtures("city")
def test_a_copy_goes_into_its_own_revision_alone(record: Database, new_record: NewDatabase, tmp_path: Path) -> None:
    """Told with the version that can take it."""
    manifest = backup.back_up(record, tmp_path / "copy").model_copy(update={"revision": "0000", "program": "0.0.9"})
    (tmp_path / "other").mkdir()
    other = Database(new_record(tmp_path / "other"))

    with pytest.raises(Conflict, match=r"revision 0000 \(porchlight 0.0.9\)"), other.write(by=OPERATOR) as tx:
        backup.restore(tx, tmp_path / "copy", manifest)
    other.engine.dispose()


@pytest.mark.usefixtures("city")
def test_a_file_with_fewer_rows_than_told_changes_nothing(
    record: Database, new_record: NewDatabase, tmp_path: Path
) -> None:
    """It is found at the latest when the rows are counted, and all of it is rolled back."""
    manifest = backup.back_up(record, tmp_path / "copy")
    more = {**manifest.tables, "blocks": manifest.tables["blocks"].model_copy(update={"rows": 99})}
    (tmp_path / "other").mkdir()
    other = Database(new_record(tmp_path / "other"))

    with pytest.raises(Malformed, match="blocks"), other.write(by=OPERATOR) as tx:
        backup.restore(tx, tmp_path / "copy", manifest.model_copy(update={"tables": more}))
    with other.read() as conn:
        assert conn.execute(select(posts.c.id)).all() == []
        assert audit.verify(conn) == (0, None)
    other.engine.dispose()
