"""The record's tables: what is true, and nothing that says who. Each is written by the module named beside it.

Times are milliseconds since 1970. What a post tells of time is rounded to the quarter hour before it comes here.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from storage.tables.cases import (
    camera_looks as camera_looks,
    camera_pins as camera_pins,
    case_entries as case_entries,
    case_exports as case_exports,
    case_holds as case_holds,
    case_links as case_links,
    case_members as case_members,
    cases as cases,
    incidents as incidents,
    listed_cameras as listed_cameras,
    vouched as vouched,
)
from storage.tables.footage import (
    case_keys as case_keys,
    footage_answers as footage_answers,
    footage_request_blocks as footage_request_blocks,
    footage_requests as footage_requests,
    published_requests as published_requests,
)
from storage.tables.letters import letter_answers as letter_answers, letters as letters, notices as notices
from storage.tables.moderation import (
    appeals as appeals,
    blurs as blurs,
    claims as claims,
    comment_decisions as comment_decisions,
    comment_flags as comment_flags,
    decisions as decisions,
    flags as flags,
    known_bad as known_bad,
    openings as openings,
    premoderation as premoderation,
    removed_views as removed_views,
    suspensions as suspensions,
)
from storage.tables.posts import (
    POST_VECTOR as POST_VECTOR,
    comments as comments,
    nods as nods,
    posts as posts,
    renditions as renditions,
    segments as segments,
)
from storage.tables.public import (
    public_counts as public_counts,
    published_heads as published_heads,
    shared_links as shared_links,
)
from storage.tables.shared import ID, metadata as metadata
from storage.tables.staff import (
    desks as desks,
    digest_codes as digest_codes,
    digest_mails as digest_mails,
    digests as digests,
    invitations as invitations,
    log_in_tries as log_in_tries,
    read_marks as read_marks,
    recovery_codes as recovery_codes,
    staff_log_ins as staff_log_ins,
    staff_members as staff_members,
    staff_roles as staff_roles,
    viewed_posts as viewed_posts,
    watches as watches,
)

# storage/atlas/versions.py. A block's row is never changed or deleted: old posts keep theirs.
atlas_versions = Table(
    "atlas_versions",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("k", Integer, nullable=False),
    Column("invented", Boolean, nullable=False),
    Column("loaded_at", BigInteger, nullable=False),
    Column("geojson", Text, nullable=False),  # the whole file, as it was loaded
)
divisions = Table(
    "divisions", metadata, Column("id", ID, primary_key=True), Column("name", String(120), nullable=False)
)
blocks = Table(
    "blocks",
    metadata,
    Column("id", ID, primary_key=True),
    Column("division_id", ID, ForeignKey("divisions.id"), nullable=False),
    Column("label", String(200), nullable=False),
    Column("homes", Integer, nullable=False),
    Column("since_version", Integer, nullable=False),
)

# storage/feed_log.py. A line holds no words: replay builds the event from the post as it is now.
feed_log = Table(
    "feed_log",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(24), nullable=False),
    Column("post_id", ID, nullable=False),
    Column("division_id", ID, nullable=False),
    Column("category", String(16), nullable=False),
)
feed_head = Table(
    "feed_head",
    metadata,
    Column("one", Integer, primary_key=True),
    Column("epoch", String(40), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("floor", BigInteger, nullable=False),  # lines up to this number were trimmed
)

# storage/audit.py.
audit_entries = Table(
    "audit_entries",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("by", String(80), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
for _sought in ("by", "action", "subject"):
    Index(f"ix_audit_entries_{_sought}", audit_entries.c[_sought], audit_entries.c.seq)
audit_payloads = Table(
    "audit_payloads",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("salt", String(32), nullable=False),
    Column("words", Text, nullable=False),
)
audit_head = Table(
    "audit_head",
    metadata,
    Column("one", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)

# storage/tickets.py.
tickets = Table(
    "tickets",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("ends_at", BigInteger, nullable=False),
    Column("grant", Text, nullable=False),  # what its holder may see, JSON; for a resident nothing but divisions
)

# storage/endings.py. Listeners that are to end early; the word was drawn for one ticket, and says of nobody who it is.
endings = Table(
    "endings",
    metadata,
    Column("word", ID, primary_key=True),
    Column("seq", BigInteger, nullable=False),  # the line of the log that says that somebody's rights ended
    Column("forget_at", BigInteger, nullable=False),
)
Index("ix_endings_seq", endings.c.seq)
