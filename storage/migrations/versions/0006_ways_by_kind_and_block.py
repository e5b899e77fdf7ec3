"""A way through many posts by their kind, and by their block: what an analyst narrows a list to."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    by_kind = ["division_id", "kind", "category", "state", "order_key"]
    op.create_index(op.f("ix_posts_division_kind_category_order"), "posts", by_kind)
    op.create_index(op.f("ix_posts_block_order"), "posts", ["block_id", "state", "order_key"])
