"""Clips know what their authors covered, nothing of all that came before; uploads, whether they are to be a photo"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clips", sa.Column("boxes", sa.Text(), server_default="[]", nullable=False))
    op.add_column("uploads", sa.Column("photo", sa.Boolean(), server_default=sa.false(), nullable=False))
