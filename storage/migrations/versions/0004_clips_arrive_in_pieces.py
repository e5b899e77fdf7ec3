"""Clips arrive in pieces: where each one's bytes are, and how many a rendition has."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was there before is a plain file, and all there.
    op.add_column("renditions", sa.Column("pieces", sa.Integer(), server_default="0", nullable=False))
    op.add_column("renditions", sa.Column("whole", sa.Boolean(), server_default="1", nullable=False))
    op.create_table(
        "segments",
        sa.Column("post_id", sa.String(length=40), nullable=False),
        sa.Column("file", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_segments_post_id")),
        sa.PrimaryKeyConstraint("post_id", "file", "number", name=op.f("pk_segments")),
    )
    op.create_index(op.f("ix_segments_key"), "segments", ["key"])
