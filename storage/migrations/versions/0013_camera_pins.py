"""Which blocks have cameras that could be asked about, and which of them were looked at for which case."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "camera_pins",
        sa.Column("block_id", sa.String(length=40), nullable=False),
        sa.Column("quadrant", sa.String(length=1), nullable=False),
        sa.Column("retention", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("block_id", "quadrant", name=op.f("pk_camera_pins")),
    )
    op.create_table(
        "camera_looks",
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("block_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["block_id"], ["blocks.id"], name=op.f("fk_camera_looks_block_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_camera_looks_case_id")),
        sa.PrimaryKeyConstraint("case_id", "seq", "block_id", name=op.f("pk_camera_looks")),
    )
    op.create_index("ix_camera_looks_block_id", "camera_looks", ["block_id"])
    op.create_index("ix_case_entries_by_at", "case_entries", ["by", "at"])
    if op.get_bind().dialect.name == "sqlite":
        return  # SQLite overwrites what it deletes (`secure_delete`)
    # Cleared a minute after an owner took something back, however few do.
    op.execute("alter table camera_pins set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0)")
