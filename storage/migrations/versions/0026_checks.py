"""Lists of what may not be shown, what removed clips looked like, and where posts are judged before they are shown."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_bad",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.Column("views", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_known_bad")),
    )
    op.create_table(
        "removed_views",
        sa.Column("post_id", sa.String(length=40), nullable=False),
        sa.Column("views", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_removed_views_post_id")),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_removed_views")),
    )
    op.create_table(
        "premoderation",
        sa.Column("division_id", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("staff_id", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["division_id"], ["divisions.id"], name=op.f("fk_premoderation_division_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_members.id"], name=op.f("fk_premoderation_staff_id")),
        sa.PrimaryKeyConstraint("division_id", "category", name=op.f("pk_premoderation")),
    )
