"""Clips know how many bytes they are and when their time began anew; a canary tells another vault key"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clips", sa.Column("bytes", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("clips", sa.Column("begun_at", sa.BigInteger(), server_default="0", nullable=False))
    # Those that may still go through a lane: ended ones are many, and everybody waits for this table meanwhile.
    op.execute(
        "update clips set bytes = (select uploads.bytes from uploads where uploads.id = clips.upload_id)"
        " where ended_at is null or state = 'quarantined'"
    )
    op.create_table(
        "vault_canary",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_canary")),
    )
