"""Words taken back leave soon: PostgreSQL clears old rows after hundreds of changes, not after a fifth of a table."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WITH_WORDS = ("posts", "comments", "flags", "decisions", "audit_payloads")


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return  # SQLite overwrites what it deletes (`secure_delete`)
    for table in WITH_WORDS:
        op.execute(f"alter table {table} set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500)")
