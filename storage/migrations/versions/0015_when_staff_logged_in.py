"""When each log-in began, and each member's last one: who has none on record is taken to have logged in just now."""

import sqlalchemy as sa
from alembic import op

from storage.db import database_now

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_members", sa.Column("last_log_in_at", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("staff_log_ins", sa.Column("begun_at", sa.BigInteger(), server_default="0", nullable=False))
    members = sa.table("staff_members", sa.column("last_log_in_at", sa.BigInteger()))
    op.execute(members.update().values(last_log_in_at=database_now(op.get_bind())))
