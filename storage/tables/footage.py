"""The record's tables about footage that a detective asks the owners of cameras for, and what they answer."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from storage.tables.shared import ID, metadata

# storage/footage/footage.py. What is asked is written once: no role may change a word, an hour or a block of it.
footage_requests = Table(
    "footage_requests",
    metadata,
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    Column("division_id", ID, ForeignKey("divisions.id"), nullable=False),
    Column("kind", String(16), nullable=False),  # of incident: a closed list, in everybody's language
    Column("case_number", String(40), nullable=False),  # for the agency's books; no owner is told
    Column("text", Text, nullable=False),
    Column("window_from", BigInteger, nullable=False),  # both on quarter hours
    Column("window_to", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),  # waiting | sent | refused | resolved | recalled
    Column("asked_by", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("approved_by", ID, ForeignKey("staff_members.id")),  # the second person, where it took one
    Column("sent_at", BigInteger),
    Column("resolved_at", BigInteger),
    Column("ends_at", BigInteger),  # set with sent_at: from then on no answer is taken
)
Index("ix_footage_requests_case_id", footage_requests.c.case_id)
Index("ix_footage_requests_asked_by_asked_at", footage_requests.c.asked_by, footage_requests.c.asked_at)
Index("ix_footage_requests_state_ends_at", footage_requests.c.state, footage_requests.c.ends_at)
footage_request_blocks = Table(
    "footage_request_blocks",
    metadata,
    Column("request_id", ID, ForeignKey("footage_requests.id"), primary_key=True),
    Column("block_id", ID, ForeignKey("blocks.id"), primary_key=True),
)
Index("ix_footage_request_blocks_block_id", footage_request_blocks.c.block_id)

# storage/footage/answers.py. Brought by the airlock alone. Nothing in a row says when it came or from which block, and
# no staff program sees it before the moment that all answers of a batch share.
footage_answers = Table(
    "footage_answers",
    metadata,
    Column("id", ID, primary_key=True),  # random, and the order in which they are told
    Column("request_id", ID, ForeignKey("footage_requests.id"), nullable=False),
    Column("kind", String(8), nullable=False),  # shared | nothing | ask_me | no
    Column("post_id", ID, ForeignKey("posts.id")),  # of the clip that was shared: its block says where
    Column("contact", LargeBinary),  # sealed to the case
    Column("contact_expires_at", BigInteger),
    Column("contact_opened_at", BigInteger),
    Column("shown_at", BigInteger, nullable=False),  # the batch's moment
)
Index("ix_footage_answers_request_id_shown_at", footage_answers.c.request_id, footage_answers.c.shown_at)
Index("ix_footage_answers_contact_expires_at", footage_answers.c.contact_expires_at)

# storage/cases/keys.py. What contacts are sealed to: X25519, the private half under the staff program's own key.
case_keys = Table(
    "case_keys",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("private_key_sealed", LargeBinary, nullable=False),
)

# storage/footage/log.py. What everybody may read of a request, once it takes no more answers.
published_requests = Table(
    "published_requests",
    metadata,
    Column("id", ID, primary_key=True),  # the request's own: who was asked can find it
    Column("day", String(10), nullable=False),  # on which it went out, UTC
    Column("division_id", ID, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("window_from", BigInteger, nullable=False),
    Column("window_to", BigInteger, nullable=False),
    Column("square_miles", Integer, nullable=False),  # in thousandths
    Column("places", Text, nullable=False),  # the labels of its blocks, JSON
)
Index("ix_published_requests_day_id", published_requests.c.day, published_requests.c.id)

# storage/moderation/request_flags.py. What residents and staff say is wrong with a request, never which of them. An
# owner's comes with a batch of answers, and no staff program sees it before that moment.
request_flags = Table(
    "request_flags",
    metadata,
    Column("id", ID, primary_key=True),  # random, and the order in which they are told
    Column("request_id", ID, ForeignKey("footage_requests.id"), nullable=False),
    Column("origin", String(10), nullable=False),  # resident | police
    Column("reason", String(24), nullable=False),
    Column("text", Text, nullable=False),
    Column("shown_at", BigInteger, nullable=False),  # its batch's moment, or the quarter hour in which it was said
    Column("decision_id", ID, nullable=False, server_default=""),  # by which it was settled; "" while open
    Column("judged_at", BigInteger),  # set with that, until its words are erased a minute later
    Column("slip_digest", String(64), nullable=False, server_default=""),  # of what only who flagged holds
)
Index("ix_request_flags_slip_digest", request_flags.c.slip_digest)
Index("ix_request_flags_decision_id_request_id", request_flags.c.decision_id, request_flags.c.request_id)
Index("ix_request_flags_request_id", request_flags.c.request_id)
Index("ix_request_flags_judged_at", request_flags.c.judged_at)

# storage/moderation/request_decisions.py.
request_decisions = Table(
    "request_decisions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("request_id", ID, ForeignKey("footage_requests.id"), nullable=False),
    Column("verb", String(10), nullable=False),  # dismiss | take_back
    Column("reason", String(40), nullable=False),
    Column("guidelines", Integer, nullable=False),  # the version that says what `reason` means
    Column("note", Text, nullable=False),
    Column("staff_id", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("undone", Boolean, nullable=False, server_default="0"),
)
Index("ix_request_decisions_request_id", request_decisions.c.request_id)

# storage/moderation/claims.py. Who is judging a request, so that nobody else does.
request_claims = Table(
    "request_claims",
    metadata,
    Column("request_id", ID, ForeignKey("footage_requests.id"), primary_key=True),
    Column("staff_id", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)
