"""Reported incidents, and the cases opened on them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("happened_at", sa.BigInteger(), nullable=False),
        sa.Column("division_id", sa.String(length=40), nullable=False),
        sa.Column("block_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["block_id"], ["blocks.id"], name=op.f("fk_incidents_block_id")),
        sa.ForeignKeyConstraint(["division_id"], ["divisions.id"], name=op.f("fk_incidents_division_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("number", name=op.f("uq_incidents_number")),
    )
    op.create_index("ix_incidents_division_id_happened_at", "incidents", ["division_id", "happened_at"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("incident_id", sa.String(length=40), nullable=False),
        sa.Column("division_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("consented_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["staff_members.id"], name=op.f("fk_cases_asked_by")),
        sa.ForeignKeyConstraint(["consented_by"], ["staff_members.id"], name=op.f("fk_cases_consented_by")),
        sa.ForeignKeyConstraint(["division_id"], ["divisions.id"], name=op.f("fk_cases_division_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_cases_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
    )
    op.create_index("ix_cases_division_id_asked_at", "cases", ["division_id", "asked_at"], unique=False)
    op.create_table(
        "case_entries",
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff_members.id"], name=op.f("fk_case_entries_by")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_entries_case_id")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_case_entries")),
    )
    op.create_table(
        "case_links",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("post_id", sa.String(length=40), nullable=True),
        sa.Column("incident_id", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("confidence", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("linked_by", sa.String(length=40), nullable=False),
        sa.Column("linked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_links_case_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_case_links_incident_id")),
        sa.ForeignKeyConstraint(["linked_by"], ["staff_members.id"], name=op.f("fk_case_links_linked_by")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_case_links_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_links")),
        sa.UniqueConstraint("case_id", "incident_id", name=op.f("uq_case_links_case_id_incident_id")),
        sa.UniqueConstraint("case_id", "post_id", name=op.f("uq_case_links_case_id_post_id")),
    )
    op.create_table(
        "case_members",
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("staff_id", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_members_case_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_members.id"], name=op.f("fk_case_members_staff_id")),
        sa.PrimaryKeyConstraint("case_id", "staff_id", name=op.f("pk_case_members")),
    )
    op.create_index("ix_case_members_staff_id", "case_members", ["staff_id"], unique=False)
