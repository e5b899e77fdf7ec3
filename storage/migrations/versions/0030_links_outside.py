"""Comments that their writer can take back, and links by which a post is seen outside."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("comments", sa.Column("mark", sa.String(length=40), nullable=False, server_default=""))
    op.create_table(
        "shared_links",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("post_id", sa.String(length=40), nullable=False),
        sa.Column("shows", sa.String(length=7), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_shared_links_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_shared_links_digest")),
    )
    op.create_index("ix_shared_links_post_id", "shared_links", ["post_id"])
