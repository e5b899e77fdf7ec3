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
    UniqueConstraint,
    literal_column,
)

from storage.schema_cases import camera_looks as camera_looks
from storage.schema_cases import camera_pins as camera_pins
from storage.schema_cases import case_entries as case_entries
from storage.schema_cases import case_exports as case_exports
from storage.schema_cases import case_holds as case_holds
from storage.schema_cases import case_links as case_links
from storage.schema_cases import case_members as case_members
from storage.schema_cases import cases as cases
from storage.schema_cases import incidents as incidents
from storage.schema_cases import listed_cameras as listed_cameras
from storage.schema_cases import vouched as vouched
from storage.schema_footage import case_keys as case_keys
from storage.schema_footage import footage_answers as footage_answers
from storage.schema_footage import footage_request_blocks as footage_request_blocks
from storage.schema_footage import footage_requests as footage_requests
from storage.schema_footage import published_requests as published_requests
from storage.schema_letters import letter_answers as letter_answers
from storage.schema_letters import letters as letters
from storage.schema_letters import notices as notices
from storage.schema_moderation import appeals as appeals
from storage.schema_moderation import blurs as blurs
from storage.schema_moderation import claims as claims
from storage.schema_moderation import comment_decisions as comment_decisions
from storage.schema_moderation import comment_flags as comment_flags
from storage.schema_moderation import decisions as decisions
from storage.schema_moderation import flags as flags
from storage.schema_moderation import known_bad as known_bad
from storage.schema_moderation import openings as openings
from storage.schema_moderation import premoderation as premoderation
from storage.schema_moderation import removed_views as removed_views
from storage.schema_moderation import suspensions as suspensions
from storage.schema_public import public_counts as public_counts
from storage.schema_public import published_heads as published_heads
from storage.schema_public import shared_links as shared_links
from storage.schema_staff import desks as desks
from storage.schema_staff import digest_codes as digest_codes
from storage.schema_staff import digest_mails as digest_mails
from storage.schema_staff import digests as digests
from storage.schema_staff import invitations as invitations
from storage.schema_staff import log_in_tries as log_in_tries
from storage.schema_staff import read_marks as read_marks
from storage.schema_staff import recovery_codes as recovery_codes
from storage.schema_staff import staff_log_ins as staff_log_ins
from storage.schema_staff import staff_members as staff_members
from storage.schema_staff import staff_roles as staff_roles
from storage.schema_staff import viewed_posts as viewed_posts
from storage.schema_staff import watches as watches
from storage.tables import ID
from storage.tables import metadata as metadata

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

# storage/post_changes.py. A withdrawn post's row stays as a tombstone, empty of words and media.
posts = Table(
    "posts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("state", String(12), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("category", String(16), nullable=False),
    Column("title", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("published_at", BigInteger, nullable=False),
    Column("block_id", ID, ForeignKey("blocks.id")),
    Column("division_id", ID, ForeignKey("divisions.id")),
    Column("media_state", String(10), nullable=False),
    Column("media_generation", Integer, nullable=False),
    Column("seconds", Integer, nullable=False),  # milliseconds of play
    Column("order_key", BigInteger, nullable=False),  # the feed-log number it was published under: list order
    Column("words", Text, nullable=False, server_default=""),  # what it is found by (storage/post_words.py)
)
Index("ix_posts_division_order", posts.c.division_id, posts.c.state, posts.c.order_key)
Index("ix_posts_division_category_order", posts.c.division_id, posts.c.category, posts.c.state, posts.c.order_key)
Index(
    "ix_posts_division_kind_category_order",
    *(posts.c[name] for name in ("division_id", "kind", "category", "state", "order_key")),
)
Index("ix_posts_block_order", posts.c.block_id, posts.c.state, posts.c.order_key)
Index("ix_posts_state_order", posts.c.state, posts.c.order_key)
Index("ix_posts_state_published", posts.c.state, posts.c.published_at)
# How PostgreSQL searches words: as they are, and with no list of what is yet to be sorted in (SQLite: migration 0002).
POST_VECTOR = literal_column("array_to_tsvector(string_to_array(words, ' '))", Text)
Index(
    "ix_posts_words", POST_VECTOR, _table=posts, postgresql_using="gin", postgresql_with={"fastupdate": "off"}
).ddl_if(dialect="postgresql")

renditions = Table(
    "renditions",
    metadata,
    Column("post_id", ID, ForeignKey("posts.id"), primary_key=True),
    Column("file", String(40), primary_key=True),
    Column("key", String(80), nullable=False),  # of its bytes in the media bucket; "" where each piece has its own
    Column("generation", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),  # while it arrives, this and `pieces` are those of its publication
    Column("pieces", Integer, nullable=False, server_default="0"),  # the init not counted; 0: a plain file, of old
    Column("whole", Boolean, nullable=False, server_default="1"),
)
Index("ix_renditions_key", renditions.c.key)

# storage/segments.py. What a file is played in: number 0 is its init.
segments = Table(
    "segments",
    metadata,
    Column("post_id", ID, ForeignKey("posts.id"), primary_key=True),
    Column("file", String(40), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key", String(80), nullable=False),
    Column("start", BigInteger, nullable=False),  # where in the object under this key
    Column("bytes", BigInteger, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
)
Index("ix_segments_key", segments.c.key)

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

# storage/comments.py. `name` stands for one neighbour under one post, and for nobody anywhere else.
comments = Table(
    "comments",
    metadata,
    Column("id", ID, primary_key=True),
    Column("post_id", ID, ForeignKey("posts.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("name", String(40), nullable=False),
    Column("mark", String(40), nullable=False, server_default=""),  # as of a nod; empty: from before there were any
    Column("text", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("removed_at", BigInteger, index=True),  # hidden from everybody since, until it is erased a minute later
    UniqueConstraint("post_id", "seq"),
)

# storage/nods.py. `mark` stands for one neighbour under one post, and for nobody anywhere else.
nods = Table(
    "nods",
    metadata,
    Column("post_id", ID, ForeignKey("posts.id"), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("mark", String(40), primary_key=True),
)
