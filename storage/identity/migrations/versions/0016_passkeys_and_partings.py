"""Passkeys beside codes, and what those who left want taken back"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("resident_id", sa.String(length=40), nullable=False),
        sa.Column("credential_lookup", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_passkeys_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_lookup", name=op.f("uq_passkeys_credential_lookup")),
    )
    op.create_index("ix_passkeys_resident_id", "passkeys", ["resident_id"])
    op.create_table(
        "partings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=8), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partings")),
    )
    op.create_index("ix_partings_due_at", "partings", ["due_at"])
    if op.get_bind().dialect.name == "sqlite":
        return  # SQLite overwrites what it deletes (`secure_delete`)
    for table in ("residents", "passkeys", "partings", "cameras", "camera_listings", "log_ins", "log_in_codes"):
        op.execute(f"alter table {table} set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0)")
