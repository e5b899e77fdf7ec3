"""Who works on what, what authors answer, what became of a flag, and decisions taken back within the minute."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("flags", sa.Column("decision_id", sa.String(length=40), server_default="", nullable=False))
    op.add_column("flags", sa.Column("slip_digest", sa.String(length=64), server_default="", nullable=False))
    op.create_index("ix_flags_slip", "flags", ["slip_digest"])
    op.create_index("ix_flags_decision", "flags", ["decision_id"])
    op.add_column("decisions", sa.Column("undone", sa.Boolean(), server_default="0", nullable=False))
    op.create_index("ix_decisions_verb", "decisions", ["verb", "post_id"])
    op.create_table(
        "claims",
        sa.Column("post_id", sa.String(length=40), nullable=False),
        sa.Column("staff_id", sa.String(length=40), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_claims_post_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_members.id"], name=op.f("fk_claims_staff_id")),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_claims")),
    )
    op.create_table(
        "appeals",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("post_id", sa.String(length=40), nullable=False),
        sa.Column("against", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decision_id", sa.String(length=40), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_appeals_post_id")),
        sa.ForeignKeyConstraint(["against"], ["decisions.id"], name=op.f("fk_appeals_against")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("against", name=op.f("uq_appeals_against")),
    )
    op.create_index("ix_appeals_state_post", "appeals", ["state", "post_id"])
    op.create_index("ix_appeals_post", "appeals", ["post_id"])
    op.create_index("ix_appeals_decision", "appeals", ["decision_id"])
