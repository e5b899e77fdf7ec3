"""Clips know what their authors covered, nothing of all that came before"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clips", sa.Column("boxes", sa.Text(), server_default="[]", nullable=False))
