"""What each member of staff has viewed, kept with the record: another desk shows the same."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "viewed_posts",
        sa.Column("staff_id", sa.String(length=40), nullable=False),
        sa.Column("post_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_viewed_posts_post_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_members.id"], name=op.f("fk_viewed_posts_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "post_id", name=op.f("pk_viewed_posts")),
    )
    op.create_table(
        "read_marks",
        sa.Column("staff_id", sa.String(length=40), nullable=False),
        sa.Column("order_key", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_members.id"], name=op.f("fk_read_marks_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_read_marks")),
    )
