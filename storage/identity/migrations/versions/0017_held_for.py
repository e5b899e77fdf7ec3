"""What a clip's post was held for before anybody decided, for its author."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clips", sa.Column("held_for", sa.Text()))
