"""Posts that are there for one case alone."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_holds",
        sa.Column("post_id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_case_holds_post_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_holds_case_id")),
        sa.PrimaryKeyConstraint("post_id", "case_id", name=op.f("pk_case_holds")),
    )
    op.create_index("ix_case_holds_case_id", "case_holds", ["case_id"])
    op.create_index("ix_case_links_post_id", "case_links", ["post_id"])
