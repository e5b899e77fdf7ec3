"""The record's tables about members of staff: who they are, how they come in, and what they have seen."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.tables.shared import ID, metadata

# storage/staff/staff.py.
staff_members = Table(
    "staff_members",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("password_hash", String(200)),  # argon2id; none: this account cannot log in with a password
    Column("second_factor", String(64)),  # TOTP key, base32
    Column("second_factor_step", BigInteger, nullable=False),  # the last time step used: a code works once
    Column("second_factor_next", String(64)),  # a key that is not proved yet: it takes the other's place with its code
    Column("ended", Boolean, nullable=False),
    Column("last_log_in_at", BigInteger, nullable=False, server_default="0"),  # or when it was made, or taken in again
    Column("language", String(2)),  # in which they are written to (storage/staff/language.py); none: in each there is
)
staff_roles = Table(
    "staff_roles",
    metadata,
    Column("staff_id", ID, ForeignKey("staff_members.id"), primary_key=True),
    Column("role", String(12), primary_key=True),
    Column("division_id", ID, primary_key=True),  # "" where the role is for the whole city
)
staff_log_ins = Table(
    "staff_log_ins",
    metadata,
    Column("token_digest", String(64), primary_key=True),
    Column("staff_id", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("begun_at", BigInteger, nullable=False, server_default="0"),
)
# storage/staff/desks.py. A log-in of a browser, or one whose owner has shown once more who they are.
desks = Table(
    "desks",
    metadata,
    Column("token_digest", String(64), primary_key=True),
    Column("touched_at", BigInteger),  # when somebody last did; none: a program's, which never locks
    Column("locked", Boolean, nullable=False),
    Column("proved_at", BigInteger, nullable=False),  # when its owner last showed a second factor
)
# storage/staff/recovery_codes.py. What opens the door once each, for who has lost their phone.
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("staff_id", ID, ForeignKey("staff_members.id"), primary_key=True),
    Column("code_digest", String(64), primary_key=True),
)
# storage/staff/invitations.py. A link that makes one account, once.
invitations = Table(
    "invitations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("secret_digest", String(64), nullable=False, unique=True),
    Column("invited_by", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("second_factor", String(64), nullable=False),  # the key its account will have
    Column("role", String(12), nullable=False),
    Column("division_id", ID, nullable=False),  # "" for the whole city
    Column("ends_at", BigInteger, nullable=False),
)
log_in_tries = Table(
    "log_in_tries",
    metadata,
    Column("name_digest", String(64), primary_key=True),
    Column("window_start", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
)

# storage/staff/unread.py. Which posts a member has viewed, and the place in the list up to which all counts as read.
viewed_posts = Table(
    "viewed_posts",
    metadata,
    Column("staff_id", ID, ForeignKey("staff_members.id"), primary_key=True),
    Column("post_id", ID, ForeignKey("posts.id"), primary_key=True),
)
read_marks = Table(
    "read_marks",
    metadata,
    Column("staff_id", ID, ForeignKey("staff_members.id"), primary_key=True),
    Column("order_key", BigInteger, nullable=False),
)

# storage/staff/watches.py. What a member looks out for, in their own words, under the place it has in their list.
watches = Table(
    "watches",
    metadata,
    Column("id", ID, primary_key=True),
    Column("staff_id", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("name", String(60), nullable=False),
    Column("sound", String(12), nullable=False),
    Column("wanted", Text, nullable=False),  # JSON
    UniqueConstraint("staff_id", "name"),
    UniqueConstraint("staff_id", "place"),
)

# storage/staff/digests.py. Who wants a mail at the start of a shift; it goes to a mailbox of the city's own.
digests = Table(
    "digests",
    metadata,
    Column("staff_id", ID, ForeignKey("staff_members.id"), primary_key=True),
    Column("mailbox", String(254), nullable=False),
    Column("minute", Integer, nullable=False),  # of the city's day
    Column("divisions", Text),  # JSON; none: all of theirs
    Column("next_at", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("order_key", BigInteger, nullable=False),  # the place in the list up to which the last one told
    Column("confirmed", Boolean, nullable=False, server_default="0"),  # the mailbox is its owner's, by a code
)
Index("ix_digests_next_at", digests.c.next_at)
digest_mails = Table(
    "digest_mails",
    metadata,
    Column("id", ID, primary_key=True),
    Column("staff_id", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("told", Text, nullable=False),  # JSON: counts by division and category, or a code
    Column("made_at", BigInteger, nullable=False),
    Column("kind", String(8), nullable=False, server_default="digest"),  # digest | code
)
# storage/staff/digest_codes.py. The code that was mailed to a mailbox, hashed with it, and how many were of late.
digest_codes = Table(
    "digest_codes",
    metadata,
    Column("staff_id", ID, ForeignKey("staff_members.id"), primary_key=True),
    Column("code_hash", String(64), nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("tries_left", Integer, nullable=False),
    Column("window_start", BigInteger, nullable=False),
    Column("drawn", Integer, nullable=False),
)
