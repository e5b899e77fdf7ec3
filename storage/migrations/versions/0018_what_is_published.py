"""What is published for everybody: rounded counts of months that are over, and signed heads of the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "public_counts",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("division_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "division_id", "kind", name=op.f("pk_public_counts")),
    )
    op.create_table(
        "published_heads",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_published_heads")),
    )
