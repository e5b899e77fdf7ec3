"""Clips know which part of them their authors want to be seen: all, of those that were accepted before"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clips", sa.Column("trim", sa.Text()))
