"""A removed comment is hidden for the minute in which that can be undone, and staff flag comments too."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("comments", sa.Column("removed_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_comments_removed_at", "comments", ["removed_at"])
    op.add_column("comment_decisions", sa.Column("undone", sa.Boolean(), nullable=False, server_default=sa.false()))
