"""Shredded keys leave soon: PostgreSQL clears old rows after a hundred changes, not after a fifth of a table."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WITH_SECRETS = ("uploads", "clips", "authorship", "residents", "log_in_codes")


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return  # SQLite overwrites what it deletes (`secure_delete`)
    for table in WITH_SECRETS:
        op.execute(f"alter table {table} set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100)")
