"""A decision names the version of the guidelines it was made by; those from before were made by the first."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("decisions", sa.Column("guidelines", sa.Integer(), server_default="1", nullable=False))
