"""What is said to whoever sent a clip, and what they answer until it crosses"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "arrived_letters",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("clip_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("thread", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("listed", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("guidelines", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("crosses_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name=op.f("fk_arrived_letters_clip_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrived_letters")),
    )
    for column in ("clip_id", "crosses_at", "ends_at"):
        op.create_index(f"ix_arrived_letters_{column}", "arrived_letters", [column])
    if op.get_bind().dialect.name == "sqlite":
        return  # SQLite overwrites what it deletes (`secure_delete`)
    op.execute("alter table arrived_letters set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0)")
