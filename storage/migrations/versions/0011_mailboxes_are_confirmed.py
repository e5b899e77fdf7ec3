"""A digest's mailbox is confirmed by a code that was mailed to it; those from before are yet to be."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("digests", sa.Column("confirmed", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("digest_mails", sa.Column("kind", sa.String(length=8), server_default="digest", nullable=False))
    op.create_table(
        "digest_codes",
        sa.Column("staff_id", sa.String(length=40), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("window_start", sa.BigInteger(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_members.id"], name=op.f("fk_digest_codes_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_digest_codes")),
    )
