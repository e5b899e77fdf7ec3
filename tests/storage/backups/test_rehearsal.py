"""Whether a copy would go in, or is there already, is known before anything is changed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from feed.bell import Bell
from storage.backups import backup, dump, rehearsal
from storage.backups.backup import RECORD
from storage.backups.dump import Manifest
from storage.db import OPERATOR, Database
from storage.kit.errors import Conflict, Malformed
from tests.builders import a_published_post
from tests.conftest import NewDatabase

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def copy(record: Database, bell: Bell, tmp_path: Path) -> Manifest:
    """A copy of a record with three posts, in `copy`."""
    for _ in range(3):
        a_published_post(record, bell)
    return backup.back_up(record, tmp_path / "copy")


@pytest.fixture
def empty(new_record: NewDatabase, tmp_path: Path) -> Iterator[Database]:
    """An empty record."""
    (tmp_path / "other").mkdir()
    opened = Database(new_record(tmp_path / "other"))
    yield opened
    opened.engine.dispose()


def test_a_copy_is_known_by_its_rows(
    record: Database, empty: Database, bell: Bell, copy: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database it is of has them, page after page; an empty one has none; one more is another state."""
    monkeypatch.setattr(rehearsal, "AT_ONCE", 2)
    known = []
    for database in (record, empty):
        with database.read() as conn:
            known.append(rehearsal.holds(conn, RECORD, tmp_path / "copy", copy))
    a_published_post(record, bell)
    with record.read() as conn:
        known.append(rehearsal.holds(conn, RECORD, tmp_path / "copy", copy))

    assert known == [True, False, False]


def test_as_many_rows_of_others_are_another_state(
    record: Database, empty: Database, copy: Manifest, tmp_path: Path
) -> None:
    """It is not the count alone."""
    with empty.write(by=OPERATOR) as tx:
        backup.restore(tx, tmp_path / "copy", copy)
    again = backup.back_up(empty, tmp_path / "again")
    posts = tmp_path / "again/posts.jsonl.gz"
    with gzip.open(posts) as lines:
        other = lines.read().replace(b'"id": "', b'"id": "x')
    with gzip.open(posts, "wb") as lines:
        lines.write(other)

    with empty.read() as conn:
        assert not rehearsal.holds(conn, RECORD, tmp_path / "again", again)


def test_a_record_knows_what_was_restored_into_it(
    record: Database, empty: Database, copy: Manifest, tmp_path: Path
) -> None:
    """Also after it lived on; a record that holds something else is refused."""
    before = backup.rehearse(empty, tmp_path / "copy", copy)
    with empty.write(by=OPERATOR) as tx:
        backup.restore(tx, tmp_path / "copy", copy)

    assert (before, backup.rehearse(empty, tmp_path / "copy", copy)) == (False, True)
    with pytest.raises(Conflict):
        backup.rehearse(record, tmp_path / "copy", copy)


def test_a_file_with_fewer_rows_is_found_before(empty: Database, copy: Manifest, tmp_path: Path) -> None:
    """Nothing was begun."""
    more = {**copy.tables, "blocks": copy.tables["blocks"].model_copy(update={"rows": 99})}

    with pytest.raises(Malformed, match="blocks"):
        backup.rehearse(empty, tmp_path / "copy", copy.model_copy(update={"tables": more}))
    with empty.read() as conn:
        dump.demand_room(conn, RECORD, copy)
