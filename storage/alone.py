"""Whether anybody else is connected to a PostgreSQL database: what an operator changes whole must be theirs alone."""

from __future__ import annotations

from sqlalchemy import column, func, select, table

from storage.db import Database
from storage.kit.errors import Conflict

_THERE = table("pg_stat_activity", column("datname"), column("usename"))
_ROLES = "porchlight_"  # each program has a role of its own


def demand_alone(database: Database) -> None:
    """Raises Conflict, with their names, where programs of ours are connected under another role.

    SQLite knows nobody; there all programs are of one machine, whose stack says whether it runs.
    """
    if database.engine.dialect.name != "postgresql":
        return
    theirs = _THERE.c.usename.startswith(_ROLES, autoescape=True) & (_THERE.c.usename != func.current_user())
    here = _THERE.c.datname == func.current_database()
    with database.read() as conn:
        asked = select(_THERE.c.usename).where(theirs, here).distinct().order_by(_THERE.c.usename)
        names = conn.execute(asked).scalars().all()
    if names:
        raise Conflict(f"Stop every program first. Still connected to this database: {', '.join(names)}.")
