"""A record from before a migration goes on with what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from storage.db import OPERATOR, Database
from storage.kit import migrate
from storage.record import LINEAGE
from storage.schema import case_members, cases, incidents, staff_members
from tests import builders

pytestmark = pytest.mark.engines("sqlite")  # which makes tables anew; PostgreSQL changes a constraint alone


@pytest.fixture
def before(tmp_path: Path) -> Iterator[Database]:
    """A record without any table."""
    database = Database(f"sqlite:///{tmp_path / 'before.db'}")
    yield database
    database.engine.dispose()


def test_incidents_and_cases_stay_when_their_numbers_become_a_divisions_own(
    before: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all that names them; the same number is then free in another division, and taken in this one."""
    with monkeypatch.context() as then:
        then.setattr(migrate, "HEAD", "0027")
        migrate.to_newest(before.engine, LINEAGE)
    one = {"number": "25-1", "kind": "Theft", "happened_at": 1, "division_id": builders.division()}
    member = {"id": "ann", "name": "ann", "second_factor_step": 0, "ended": False, "last_log_in_at": 0}
    case = {"number": "CR-1", "incident_id": "i", "state": "asked", "asked_by": "ann", "asked_at": 1}
    with before.write(by=OPERATOR) as tx:
        builders.load_city(tx)
        tx.execute(insert(staff_members).values(**member))
        tx.execute(insert(incidents).values(id="i", **one))
        tx.execute(insert(cases).values(id="c", division_id=builders.division(), **case))
        tx.execute(insert(case_members).values(case_id="c", staff_id="ann"))

    migrate.to_newest(before.engine, LINEAGE)

    with before.write(by=OPERATOR) as tx:
        tx.execute(insert(incidents).values(id="j", **{**one, "division_id": builders.division("East")}))
        tx.audit("test", "")
    with before.read() as conn:
        assert sorted(conn.execute(select(incidents.c.id)).scalars()) == ["i", "j"]
        joined = select(cases.c.number, case_members.c.staff_id).join(case_members)
        assert [tuple(row) for row in conn.execute(joined)] == [("CR-1", "ann")]
    with pytest.raises(IntegrityError), before.write(by=OPERATOR) as tx:
        tx.execute(insert(incidents).values(id="k", **one))
