"""What neighbours nod at: seen it too, and thank you."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nods",
        sa.Column("post_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_nods_post_id")),
        sa.PrimaryKeyConstraint("post_id", "kind", "mark", name=op.f("pk_nods")),
    )
