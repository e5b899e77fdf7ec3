"""What moderators opened in a shift, decisions by when they were made, and numbers that are unique in a division.

A number that is taken in another division tells nobody there: so it is none of this one's.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "openings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("staff_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_members.id"], name=op.f("fk_openings_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_openings")),
    )
    op.create_index("ix_openings_staff_at", "openings", ["staff_id", "at"])
    op.create_index("ix_decisions_at", "decisions", ["at"])
    # Or a database looks for a post's newest decision along all that were ever made.
    op.drop_index("ix_decisions_post", "decisions")
    op.create_index("ix_decisions_post_at", "decisions", ["post_id", "at"])
    for table in ("incidents", "cases"):
        if op.get_bind().dialect.name == "sqlite":
            _made_anew(table)
        else:
            op.drop_constraint(f"uq_{table}_number", table)
            op.create_unique_constraint(f"uq_{table}_division_id_number", table, ["division_id", "number"])


def _made_anew(name: str) -> None:
    """SQLite changes no constraint, so the table is made anew, as it is but for this one, with all of its rows."""
    bind, tables = op.get_bind(), sa.MetaData()
    table = sa.Table(name, tables, autoload_with=bind)
    (old,) = [one for one in table.constraints if isinstance(one, sa.UniqueConstraint)]
    table.constraints.remove(old)
    unique = sa.UniqueConstraint(table.c.division_id, table.c.number, name=f"uq_{name}_division_id_number")
    table.append_constraint(unique)
    rows = [dict(row) for row in bind.execute(sa.select(table)).mappings()]
    bind.exec_driver_sql("pragma defer_foreign_keys=on")  # rows that name these look again at the commit
    table.drop(bind)
    table.create(bind)
    if rows:
        bind.execute(sa.insert(table), rows)
