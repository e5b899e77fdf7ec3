"""What an owner says is wrong with a request of the inbox, until it crosses, and that they said it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.String(length=40)


def upgrade() -> None:
    op.create_table(
        "inbox_flags",
        sa.Column("id", ID, nullable=False),
        sa.Column("resident_id", ID, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.BigInteger(), nullable=False),
        sa.Column("crossed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name=op.f("fk_inbox_flags_resident_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["asked.id"], name=op.f("fk_inbox_flags_request_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_flags")),
        sa.UniqueConstraint("resident_id", "request_id", name=op.f("uq_inbox_flags_resident_id_request_id")),
    )
    op.create_index("ix_inbox_flags_request_id", "inbox_flags", ["request_id"])
    op.create_index("ix_inbox_flags_crossed_shown_at", "inbox_flags", ["crossed", "shown_at"])
    if op.get_bind().dialect.name != "sqlite":  # as of answers: cleared a minute after one is taken back
        off = "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0"
        op.execute(f"alter table inbox_flags set ({off})")
