"""What residents and staff say is wrong with a request for footage, and what moderators decided."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0030"
branch_labels = None
depends_on = None

ID = sa.String(length=40)


def upgrade() -> None:
    op.create_table(
        "request_flags",
        sa.Column("id", ID, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.BigInteger(), nullable=False),
        sa.Column("decision_id", ID, nullable=False, server_default=""),
        sa.Column("judged_at", sa.BigInteger(), nullable=True),
        sa.Column("slip_digest", sa.String(length=64), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["request_id"], ["footage_requests.id"], name=op.f("fk_request_flags_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_flags")),
    )
    op.create_index("ix_request_flags_slip_digest", "request_flags", ["slip_digest"])
    op.create_index("ix_request_flags_decision_id_request_id", "request_flags", ["decision_id", "request_id"])
    op.create_index("ix_request_flags_request_id", "request_flags", ["request_id"])
    op.create_index("ix_request_flags_judged_at", "request_flags", ["judged_at"])
    op.create_table(
        "request_decisions",
        sa.Column("id", ID, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("verb", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("guidelines", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.ForeignKeyConstraint(["request_id"], ["footage_requests.id"], name=op.f("fk_request_decisions_request_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_members.id"], name=op.f("fk_request_decisions_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_decisions")),
    )
    op.create_index("ix_request_decisions_request_id", "request_decisions", ["request_id"])
    op.create_table(
        "request_claims",
        sa.Column("request_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["footage_requests.id"], name=op.f("fk_request_claims_request_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_members.id"], name=op.f("fk_request_claims_staff_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_request_claims")),
    )
