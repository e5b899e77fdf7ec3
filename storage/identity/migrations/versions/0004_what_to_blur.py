"""Clips know what their authors asked to have blurred: nothing, of all that were accepted before"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clips", sa.Column("blur", sa.Text(), server_default="[]", nullable=False))
