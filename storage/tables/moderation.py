"""The record's tables of moderation: what people say is wrong, who works on it, what was decided and answered."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from storage.tables.shared import ID, metadata

# storage/moderation/flags.py.
flags = Table(
    "flags",
    metadata,
    Column("id", ID, primary_key=True),
    Column("post_id", ID, ForeignKey("posts.id"), nullable=False),
    Column("origin", String(10), nullable=False),  # neighbour | police | check: never which one
    Column("reason", String(24), nullable=False),
    Column("text", Text, nullable=False),
    Column("at_seconds", Integer),
    Column("flagged_at", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),  # open | decided
    Column("decision_id", ID, nullable=False, server_default=""),  # by which it was settled; "" while open
    Column("slip_digest", String(64), nullable=False, server_default=""),  # of what only who flagged holds
)
Index("ix_flags_slip", flags.c.slip_digest)
Index("ix_flags_decision", flags.c.decision_id)
Index("ix_flags_state_post", flags.c.state, flags.c.post_id)
Index("ix_flags_post", flags.c.post_id)

# storage/moderation/decisions.py.
decisions = Table(
    "decisions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("post_id", ID, ForeignKey("posts.id"), nullable=False),
    Column("verb", String(10), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("note", Text, nullable=False),
    Column("staff_id", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("from_state", String(12), nullable=False),
    Column("to_state", String(12), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("guidelines", Integer, nullable=False, server_default="1"),  # the version that says what `reason` means
    Column("undone", Boolean, nullable=False, server_default="0"),  # its moderator took it back within the minute
)
Index("ix_decisions_post_at", decisions.c.post_id, decisions.c.at)  # the newest of a post
Index("ix_decisions_at", decisions.c.at)
Index("ix_decisions_verb", decisions.c.verb, decisions.c.post_id)

# storage/moderation/claims.py. Who is working on a post, so that nobody else does.
claims = Table(
    "claims",
    metadata,
    Column("post_id", ID, ForeignKey("posts.id"), primary_key=True),
    Column("staff_id", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)

# storage/moderation/shifts.py. That a moderator opened something, for a day.
openings = Table(
    "openings",
    metadata,
    Column("id", ID, primary_key=True),
    Column("staff_id", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
)
Index("ix_openings_staff_at", openings.c.staff_id, openings.c.at)

# storage/moderation/appeals.py. What an author answers to a decision, once; it names the decision, and nobody.
appeals = Table(
    "appeals",
    metadata,
    Column("id", ID, primary_key=True),
    Column("post_id", ID, ForeignKey("posts.id"), nullable=False),
    Column("against", ID, ForeignKey("decisions.id"), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),  # open | granted | denied
    Column("decision_id", ID, nullable=False, server_default=""),  # by which it was settled; "" while open
)
Index("ix_appeals_state_post", appeals.c.state, appeals.c.post_id)
Index("ix_appeals_post", appeals.c.post_id)
Index("ix_appeals_decision", appeals.c.decision_id)

# storage/moderation/suspensions.py. Two moderators ask that a post's author sends nothing for a while, or take that
# back. It names a post and two decisions; what the airlock found stands nowhere here.
suspensions = Table(
    "suspensions",
    metadata,
    Column("decision_id", ID, ForeignKey("decisions.id"), primary_key=True),  # of who agreed, or brought the post back
    Column("post_id", ID, ForeignKey("posts.id"), nullable=False),
    Column("proposal_id", ID, nullable=False, server_default=""),  # the decision of who proposed it; "" where it lifts
    Column("lifts", Boolean, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("carried_out", Boolean, nullable=False, server_default="0"),
)
Index("ix_suspensions_post", suspensions.c.post_id)
Index("ix_suspensions_due", suspensions.c.carried_out, suspensions.c.due_at)

# storage/moderation/blurs.py. Boxes of a post's picture that a moderator wants filled; the airlock makes the media
# anew.
blurs = Table(
    "blurs",
    metadata,
    Column("decision_id", ID, ForeignKey("decisions.id"), primary_key=True),
    Column("post_id", ID, ForeignKey("posts.id"), nullable=False),
    Column("boxes", Text, nullable=False),  # JSON list: left, top, right, bottom in hundredths; [] once it is over
    Column("returns", Boolean, nullable=False),  # whether a held post is shown again with its new media
    Column("state", String(10), nullable=False),  # asked | replaced | done | failed
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("media_keys", Text, nullable=False, server_default="[]"),  # JSON list: objects that are nobody's, to delete
)
Index("ix_blurs_state", blurs.c.state)
Index("ix_blurs_post", blurs.c.post_id)

# storage/moderation/known_bad.py. What may not be shown, packed: one value for each list, read whole by the airlock.
known_bad = Table(
    "known_bad",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("loaded_at", BigInteger, nullable=False),
    Column("files", LargeBinary, nullable=False),  # SHA-256 of files, 32 bytes each
    Column("views", LargeBinary, nullable=False),  # what pictures look like, 8 bytes each (workers/redact/views.py)
)

# storage/moderation/removed_views.py. What posts that were removed looked like, for a while; empty where nobody knows
# any more.
removed_views = Table(
    "removed_views",
    metadata,
    Column("post_id", ID, ForeignKey("posts.id"), primary_key=True),
    Column("views", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# storage/moderation/premoderation.py. Where posts are held until somebody has judged them.
premoderation = Table(
    "premoderation",
    metadata,
    Column("division_id", ID, ForeignKey("divisions.id"), primary_key=True),
    Column("category", String(16), primary_key=True),
    Column("staff_id", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("note", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)
# storage/moderation/comment_flags.py. What somebody says is wrong with a comment; its words are here until they were
# judged.
comment_flags = Table(
    "comment_flags",
    metadata,
    Column("id", ID, primary_key=True),
    Column("comment_id", ID, nullable=False),  # which may be gone
    Column("post_id", ID, ForeignKey("posts.id"), nullable=False),
    Column("said_by", String(40), nullable=False),  # the name it stands under, and its words; "" once it was decided
    Column("said", Text, nullable=False),
    Column("origin", String(10), nullable=False, server_default="neighbour"),  # neighbour | police
    Column("reason", String(24), nullable=False),
    Column("text", Text, nullable=False),
    Column("flagged_at", BigInteger, nullable=False),
    Column("decision_id", ID, nullable=False, server_default=""),  # by which it was settled; "" while open
    Column("slip_digest", String(64), nullable=False),
)
Index("ix_comment_flags_slip_digest", comment_flags.c.slip_digest)
Index("ix_comment_flags_decision_id_post_id", comment_flags.c.decision_id, comment_flags.c.post_id)
Index("ix_comment_flags_post_id", comment_flags.c.post_id)
comment_decisions = Table(
    "comment_decisions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("comment_id", ID, nullable=False),
    Column("post_id", ID, ForeignKey("posts.id"), nullable=False),
    Column("verb", String(14), nullable=False),  # keep_comment | remove_comment
    Column("reason", String(40), nullable=False),
    Column("guidelines", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("staff_id", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("undone", Boolean, nullable=False, server_default="0"),
)
Index("ix_comment_decisions_post_id", comment_decisions.c.post_id)
