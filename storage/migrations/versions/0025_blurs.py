"""Boxes that moderators want filled in a post's picture, and what the airlock made of it."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blurs",
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("post_id", sa.String(length=40), nullable=False),
        sa.Column("boxes", sa.Text(), nullable=False),
        sa.Column("returns", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("media_keys", sa.Text(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_blurs_decision_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_blurs_post_id")),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_blurs")),
    )
    op.create_index("ix_blurs_state", "blurs", ["state"])
    op.create_index("ix_blurs_post", "blurs", ["post_id"])
