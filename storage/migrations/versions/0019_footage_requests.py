"""Requests for footage, what owners answer, and the keys their contacts are sealed to."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "footage_requests",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("division_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("window_from", sa.BigInteger(), nullable=False),
        sa.Column("window_to", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.String(length=40), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by"], ["staff_members.id"], name=op.f("fk_footage_requests_approved_by")),
        sa.ForeignKeyConstraint(["asked_by"], ["staff_members.id"], name=op.f("fk_footage_requests_asked_by")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_footage_requests_case_id")),
        sa.ForeignKeyConstraint(["division_id"], ["divisions.id"], name=op.f("fk_footage_requests_division_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_footage_requests")),
    )
    op.create_index("ix_footage_requests_case_id", "footage_requests", ["case_id"])
    op.create_index("ix_footage_requests_asked_by_asked_at", "footage_requests", ["asked_by", "asked_at"])
    op.create_index("ix_footage_requests_state_ends_at", "footage_requests", ["state", "ends_at"])
    op.create_table(
        "footage_request_blocks",
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("block_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["block_id"], ["blocks.id"], name=op.f("fk_footage_request_blocks_block_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["footage_requests.id"], name=op.f("fk_footage_request_blocks_request_id")
        ),
        sa.PrimaryKeyConstraint("request_id", "block_id", name=op.f("pk_footage_request_blocks")),
    )
    op.create_index("ix_footage_request_blocks_block_id", "footage_request_blocks", ["block_id"])
    op.create_table(
        "footage_answers",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("post_id", sa.String(length=40), nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("contact_expires_at", sa.BigInteger(), nullable=True),
        sa.Column("contact_opened_at", sa.BigInteger(), nullable=True),
        sa.Column("shown_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_footage_answers_post_id")),
        sa.ForeignKeyConstraint(["request_id"], ["footage_requests.id"], name=op.f("fk_footage_answers_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_footage_answers")),
    )
    op.create_index("ix_footage_answers_request_id_shown_at", "footage_answers", ["request_id", "shown_at"])
    op.create_index("ix_footage_answers_contact_expires_at", "footage_answers", ["contact_expires_at"])
    op.create_table(
        "case_keys",
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("private_key_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_keys_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_keys")),
    )
