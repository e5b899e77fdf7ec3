"""Of which clips the author sends nothing for a while"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suspended",
        sa.Column("clip_id", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("guidelines", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clip_id"], ["authorship.clip_id"], name=op.f("fk_suspended_clip_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clip_id", name=op.f("pk_suspended")),
    )
    if op.get_bind().dialect.name == "sqlite":
        return  # SQLite overwrites what it deletes (`secure_delete`)
    op.execute("alter table suspended set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0)")
