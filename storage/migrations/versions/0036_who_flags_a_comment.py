"""A flag of a comment says whether a neighbour or the police sent it, as flags of posts do."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    origin = sa.Column("origin", sa.String(length=10), nullable=False, server_default="neighbour")
    op.add_column("comment_flags", origin)
