"""An operator who needs a database for themselves is told who else is there."""

from __future__ import annotations

import pytest

from storage.alone import demand_alone
from storage.db import Database
from storage.kit.errors import Conflict
from tests.conftest import OWNERS
from tests.servers.postgres import PostgresServer


def test_nobody_else_is_there(record: Database) -> None:
    """This process's own connections do not count, and go on."""
    with record.read() as conn:
        demand_alone(record)

        assert conn.exec_driver_sql("select 1").scalar_one() == 1


@pytest.mark.engines("postgresql")
def test_a_program_that_is_connected_is_named(record_url: str, postgres: PostgresServer) -> None:
    """The owner, who is no superuser, sees it; on another database it is nobody's concern."""
    name = record_url.rpartition("/")[2]
    owner = Database(postgres.url(name, OWNERS["record"]))
    chores = Database(postgres.url(name, "porchlight_chores"))
    elsewhere = Database(postgres.url("record_template", OWNERS["record"]))
    with chores.read() as conn:
        conn.exec_driver_sql("select 1")

    with pytest.raises(Conflict, match="porchlight_chores"):
        demand_alone(owner)
    demand_alone(elsewhere)
    for database in (owner, chores, elsewhere):
        database.engine.dispose()
