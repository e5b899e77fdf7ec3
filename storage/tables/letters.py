"""The record's tables of what staff say to people they do not know: to a post's author, to a division."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from storage.tables.shared import ID, metadata

# storage/cases/letters.py. The airlock collects them; what it found stands nowhere here.
letters = Table(
    "letters",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(8), nullable=False),  # question, helped (a case's); warning, asked, decided
    Column("post_id", ID, ForeignKey("posts.id"), nullable=False),
    Column("case_id", ID, ForeignKey("cases.id")),
    Column("decision_id", ID, ForeignKey("decisions.id")),
    Column("thread", ID, nullable=False),  # the id of the first letter of its thread
    Column("text", Text, nullable=False),
    Column("listed", String(24), nullable=False),  # which of the listed questions; "" where it is in words of its own
    Column("reason", String(40), nullable=False),  # of a moderator: the guideline
    Column("guidelines", Integer, nullable=False),
    Column("asked_by", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),  # a batch's moment: no answer is taken after it
    Column("carried_out", Boolean, nullable=False, server_default="0"),
)
Index("ix_letters_post_id", letters.c.post_id)
Index("ix_letters_case_id", letters.c.case_id)
Index("ix_letters_decision_id", letters.c.decision_id)
Index("ix_letters_carried_out_due_at", letters.c.carried_out, letters.c.due_at)
# What an author answers. The airlock alone writes it, at a batch's moment: no row has a time or an order of its own.
letter_answers = Table(
    "letter_answers",
    metadata,
    Column("letter_id", ID, ForeignKey("letters.id"), primary_key=True),
    Column("name", String(40), nullable=False),  # made of the thread alone
    Column("text", Text, nullable=False),
    Column("shown_at", BigInteger, nullable=False),
)
# storage/notices.py. What the police let all neighbours of a division know.
notices = Table(
    "notices",
    metadata,
    Column("id", ID, primary_key=True),
    Column("division_id", ID, ForeignKey("divisions.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", String(8), nullable=False),  # waiting | shown | refused | ended
    Column("written_by", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Column("days", Integer, nullable=False),
    Column("consented_by", ID, ForeignKey("staff_members.id")),  # the second person
    Column("shown_at", BigInteger),
    Column("ends_at", BigInteger),
)
Index("ix_notices_division_id_state", notices.c.division_id, notices.c.state)
