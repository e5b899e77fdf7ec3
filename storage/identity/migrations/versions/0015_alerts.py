"""Who is alerted of what, by which devices, and how far"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

PASSING = ("alerted", "tellings", "push_devices", "push_retries", "alert_posts")


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("resident_id", sa.String(length=40), nullable=False),
        sa.Column("block_id", sa.String(length=40), nullable=False),
        sa.Column("mail_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.Column("digest_minute", sa.Integer(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name=op.f("fk_alerts_resident_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("resident_id", name=op.f("uq_alerts_resident_id")),
    )
    op.create_index("ix_alerts_next_at", "alerts", ["next_at"])
    op.create_table(
        "alert_wishes",
        sa.Column("alert_id", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("block_id", sa.String(length=40), nullable=False),
        sa.Column("reach", sa.String(length=6), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_wishes_alert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("alert_id", "category", name=op.f("pk_alert_wishes")),
    )
    op.create_index("ix_alert_wishes_reached", "alert_wishes", ["block_id", "category", "alert_id"])
    op.create_table(
        "push_devices",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("alert_id", sa.String(length=40), nullable=False),
        sa.Column("log_in", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_push_devices_alert_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["log_in"], ["log_ins.token_digest"], name=op.f("fk_push_devices_log_in"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_devices")),
    )
    op.create_index("ix_push_devices_alert_id", "push_devices", ["alert_id"])
    op.create_index("ix_push_devices_log_in", "push_devices", ["log_in"])
    op.create_table(
        "alert_place",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_place")),
    )
    op.create_table(
        "alert_posts",
        sa.Column("post_id", sa.String(length=40), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("block_id", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("words_digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_alert_posts")),
    )
    op.create_index("ix_alert_posts_block_id_n", "alert_posts", ["block_id", "n"])
    op.create_table(
        "tellings",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("post_id", sa.String(length=40), nullable=True),
        sa.Column("only", sa.String(length=40), nullable=True),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("done_to", sa.String(length=90), nullable=False),
        sa.Column("batches", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["only"], ["alerts.id"], name=op.f("fk_tellings_only"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tellings")),
    )
    op.create_table(
        "alerted",
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.Column("alert_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pushed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alerted_alert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mark", "alert_id", name=op.f("pk_alerted")),
    )
    op.create_index("ix_alerted_alert_id", "alerted", ["alert_id"])
    op.create_table(
        "push_retries",
        sa.Column("device_id", sa.String(length=40), nullable=False),
        sa.Column("post_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["push_devices.id"], name=op.f("fk_push_retries_device_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("device_id", "post_id", name=op.f("pk_push_retries")),
    )
    op.create_index("ix_push_retries_retry_at", "push_retries", ["retry_at"])
    if op.get_bind().dialect.name == "sqlite":
        return  # SQLite overwrites what it deletes (`secure_delete`)
    for table in PASSING:
        op.execute(f"alter table {table} set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0)")
