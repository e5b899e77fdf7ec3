"""Tables of the inbox: what police ask the owners of cameras, and what an owner answers until it crosses.

No row says who was asked: an owner's inbox is found from the owner's own cameras when the owner looks.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.identity.tables import metadata
from storage.tables.shared import ID

# cameras/inbox.py: requests for footage as the airlock brought them from the record, once it had looked at all of each
# itself
asked = Table(
    "asked",
    metadata,
    Column("id", ID, primary_key=True),  # the record's
    Column("case_id", ID, nullable=False),
    Column("division_id", ID, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),  # empty some time after it ended
    Column("window_from", BigInteger, nullable=False),
    Column("window_to", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("public_key", LargeBinary, nullable=False),  # the case's: contacts are sealed to it
    Column("delivered_at", BigInteger, nullable=False),
    Column("over", Boolean, nullable=False),  # resolved, or its case is closed: nobody is asked any more
    Column("mailed", Boolean, nullable=False),  # counted by the mail that goes to all owners of the division
)
asked_blocks = Table(
    "asked_blocks",
    metadata,
    Column("request_id", ID, ForeignKey("asked.id", ondelete="CASCADE"), primary_key=True),
    Column("block_id", ID, primary_key=True),
)
Index("ix_asked_blocks_block_id", asked_blocks.c.block_id)

# cameras/inbox_answers.py: at most one of an owner to a request. A shared clip's goes with what ties the clip to its
# author.
inbox_answers = Table(
    "inbox_answers",
    metadata,
    Column("id", ID, primary_key=True),  # drawn for it: the record knows the answer by it
    Column("resident_id", ID, ForeignKey("residents.id", ondelete="CASCADE"), nullable=False),
    Column("request_id", ID, ForeignKey("asked.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(8), nullable=False),  # shared | nothing | ask_me | no
    Column("clip_id", ID, ForeignKey("authorship.clip_id", ondelete="CASCADE")),
    Column("contact", LargeBinary),  # sealed to the case, so that not even this side opens it; it goes when it crossed
    Column("contact_until", BigInteger),
    Column("contact_state", String(6), nullable=False),  # none | given | back | gone | opened
    Column("shown_at", BigInteger, nullable=False),  # its batch's moment
    Column("crossed", Boolean, nullable=False),
    UniqueConstraint("resident_id", "request_id"),
)
Index("ix_inbox_answers_request_id", inbox_answers.c.request_id)
Index("ix_inbox_answers_clip_id", inbox_answers.c.clip_id)
Index("ix_inbox_answers_crossed_shown_at", inbox_answers.c.crossed, inbox_answers.c.shown_at)

# cameras/inbox_flags.py: at most one of an owner about a request; its words until it crossed, that it was said a while
# longer
inbox_flags = Table(
    "inbox_flags",
    metadata,
    Column("id", ID, primary_key=True),  # drawn for it: the record knows the flag by it
    Column("resident_id", ID, ForeignKey("residents.id", ondelete="CASCADE"), nullable=False),
    Column("request_id", ID, ForeignKey("asked.id", ondelete="CASCADE"), nullable=False),
    Column("reason", String(24), nullable=False),
    Column("text", Text, nullable=False),
    Column("shown_at", BigInteger, nullable=False),  # its batch's moment
    Column("crossed", Boolean, nullable=False),
    UniqueConstraint("resident_id", "request_id"),
)
Index("ix_inbox_flags_request_id", inbox_flags.c.request_id)
Index("ix_inbox_flags_crossed_shown_at", inbox_flags.c.crossed, inbox_flags.c.shown_at)

# cameras/mail.py: where the one mail to all owners of a division goes
camera_mail = Table(
    "camera_mail",
    metadata,
    Column("id", ID, primary_key=True),
    Column("resident_id", ID, ForeignKey("residents.id", ondelete="CASCADE"), nullable=False),
    Column("division_id", ID, nullable=False),
    Column("mail_sealed", LargeBinary, nullable=False),
    UniqueConstraint("resident_id", "division_id"),
)
Index("ix_camera_mail_division_id", camera_mail.c.division_id)
