"""What two moderators ask of the airlock: that the author of a post sends nothing for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suspensions",
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("post_id", sa.String(length=40), nullable=False),
        sa.Column("proposal_id", sa.String(length=40), server_default="", nullable=False),
        sa.Column("lifts", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("carried_out", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_suspensions_decision_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_suspensions_post_id")),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_suspensions")),
    )
    op.create_index("ix_suspensions_post", "suspensions", ["post_id"])
    op.create_index("ix_suspensions_due", "suspensions", ["carried_out", "due_at"])
