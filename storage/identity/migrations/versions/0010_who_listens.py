"""Which listeners of the feed came in by which log-in, for as long as they may last"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listening",
        sa.Column("handle", sa.String(length=40), nullable=False),
        sa.Column("log_in", sa.String(length=64), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["log_in"], ["log_ins.token_digest"], name=op.f("fk_listening_log_in"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("handle", name=op.f("pk_listening")),
    )
    op.create_index("ix_listening_log_in", "listening", ["log_in"])
    if op.get_bind().dialect.name == "sqlite":
        return  # SQLite overwrites what it deletes (`secure_delete`)
    op.execute("alter table listening set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0)")
