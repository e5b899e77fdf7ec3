"""Authorship ends: an upload may belong to nobody, a receipt takes a salt that goes with it, views are its own"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OWNED, FREE = "resident_id VARCHAR(40) NOT NULL", "resident_id VARCHAR(40)"
WITH_TIES = ("authorship", "idempotency", "uploads")


def upgrade() -> None:
    connection = op.get_bind()
    op.add_column("idempotency", sa.Column("salt", sa.String(length=40), server_default="", nullable=False))
    op.add_column("authorship", sa.Column("view_sealed", sa.LargeBinary(), nullable=True))
    if connection.dialect.name == "sqlite":
        _let_sqlite_uploads_be_nobodys(connection)
        return
    op.alter_column("uploads", "resident_id", nullable=True)
    for table in WITH_TIES:  # cleared a minute after a tie is cut, however few they are
        op.execute(f"alter table {table} set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0)")


def _let_sqlite_uploads_be_nobodys(connection: sa.Connection) -> None:
    """As SQLite's manual says to take a NOT NULL away (lang_altertable, 7): clips refer to this table, so it cannot be
    written anew while foreign keys are watched, and that is not to be changed within a transaction.
    """
    schema, row = sa.table("sqlite_master", sa.column("sql"), sa.column("name")), "uploads"
    told = connection.execute(sa.select(schema.c.sql).where(schema.c.name == row)).scalar_one()
    if OWNED not in told:
        raise RuntimeError("the table of uploads is not the one that migration 0001 made")
    version = connection.exec_driver_sql("pragma schema_version").scalar_one()
    connection.exec_driver_sql("pragma writable_schema = on")
    changed = sa.update(schema).where(schema.c.name == row).values(sql=told.replace(OWNED, FREE))
    connection.execute(changed)
    connection.exec_driver_sql(f"pragma schema_version = {version + 1}")
    connection.exec_driver_sql("pragma writable_schema = off")
