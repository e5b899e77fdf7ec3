"""Tables of clips: the original, where each stands, what ties it to who sent it, and what is said to them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from storage.identity.tables import metadata
from storage.tables.shared import ID

# clips/originals.py
uploads = Table(
    "uploads",
    metadata,
    Column("id", ID, primary_key=True),
    Column("resident_id", ID, ForeignKey("residents.id")),  # none: its clip's authorship is over
    Column("state", String(10), nullable=False),  # open | complete | posted | shredded
    Column("bytes", BigInteger, nullable=False),
    Column("part_bytes", BigInteger, nullable=False),
    Column("key_sealed", LargeBinary),  # the original's own key; none: shredded
    Column("created_at", BigInteger, nullable=False),
)
upload_parts = Table(
    "upload_parts",
    metadata,
    Column("upload_id", ID, ForeignKey("uploads.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("writer", ID, nullable=False),  # drawn for each who starts to send this part: only the newest may finish
    Column("object_key", String(80)),  # the confirmed bytes; none: not received yet
)

# clips/clips.py
clips = Table(
    "clips",
    metadata,
    Column("id", ID, primary_key=True),
    Column("post_id", ID, nullable=False, unique=True),  # drawn at acceptance
    Column("receipt_digest", String(64), nullable=False, unique=True),
    Column("upload_id", ID, ForeignKey("uploads.id"), nullable=False),
    Column("bytes", BigInteger, nullable=False, server_default="0"),  # of the original: says which lane it takes
    Column("state", String(12), nullable=False),
    Column("reason", String(40)),
    Column("stage", String(12), nullable=False),
    Column("progress", Float, nullable=False),
    Column("attempts", Integer, nullable=False),  # only ever rises: it is the generation of what an attempt publishes
    Column("tries", Integer, nullable=False),  # attempts that count: since acceptance, the operator's retry, hand-on
    Column("lease", ID),  # drawn by the worker that holds it
    Column("lease_ends_at", BigInteger),
    Column("retry_at", BigInteger, nullable=False),
    Column("begun_at", BigInteger, nullable=False, server_default="0"),  # when the operator let it begin anew
    Column("block_id", ID, nullable=False),
    Column("category", String(16), nullable=False),
    Column("words_sealed", LargeBinary),  # title and text as typed, under the original's key; none: shredded
    Column("happened_at", BigInteger, nullable=False),
    Column("sound", Boolean, nullable=False),
    Column("blur", Text, nullable=False, server_default="[]"),  # JSON list: nobody may change what was asked
    Column("boxes", Text, nullable=False, server_default="[]"),  # JSON list: left, top, right, bottom in hundredths
    Column("trim", Text),  # JSON, milliseconds from and to; nor this
    Column("held_for", Text),  # JSON list of what the airlock held it for: its author is told
    Column("kept_for", ID),  # the case it was shared for, and that alone will hold it; none: it is a post
    Column("findings", Text),  # JSON list of what the proof could not vouch for
    Column("accepted_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("stage_times", Text, nullable=False),  # JSON: stage -> milliseconds since acceptance
    Column("media_keys", Text, nullable=False),  # JSON list: written before the bytes are, so that none is forgotten
    Column("original_salt", String(64)),
    Column("original_hash", String(64)),  # salted: with the salt in the owner's hand it proves the original
)
Index("ix_clips_state", clips.c.state, clips.c.lease_ends_at)

# clips/authorship.py: all of it goes when a clip's authorship is over
authorship = Table(
    "authorship",
    metadata,
    Column("clip_id", ID, ForeignKey("clips.id"), primary_key=True),
    Column("resident_id", ID, ForeignKey("residents.id"), nullable=False),
    Column("handle", ID, nullable=False, unique=True),  # how the owner's own list names it
    Column("view_sealed", LargeBinary),  # what the picture looks like (clips/views.py), under a key of the owner's own
)
Index("ix_authorship_resident", authorship.c.resident_id)
# residents/suspended.py: it says of a clip that its author sends nothing for a while, and ends with its authorship at
# the latest
suspended = Table(
    "suspended",
    metadata,
    Column("clip_id", ID, ForeignKey("authorship.clip_id", ondelete="CASCADE"), primary_key=True),
    Column("reason", String(40), nullable=False),
    Column("guidelines", Integer, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)
# clips/letters.py: what the airlock brought to a clip, whoever sent it, and what is answered until it crosses
arrived_letters = Table(
    "arrived_letters",
    metadata,
    Column("id", ID, primary_key=True),  # as on the record
    Column("clip_id", ID, ForeignKey("clips.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("thread", ID, nullable=False),
    Column("text", Text, nullable=False),
    Column("listed", String(24), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("guidelines", Integer, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("answered", Boolean, nullable=False, server_default="0"),
    Column("answer", Text),  # none: not answered, or it has crossed
    Column("crosses_at", BigInteger),
)
Index("ix_arrived_letters_clip_id", arrived_letters.c.clip_id)
Index("ix_arrived_letters_crosses_at", arrived_letters.c.crosses_at)
Index("ix_arrived_letters_ends_at", arrived_letters.c.ends_at)
idempotency = Table(
    "idempotency",
    metadata,
    Column("resident_id", ID, ForeignKey("residents.id"), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("request_digest", String(64), nullable=False),
    Column("clip_id", ID, ForeignKey("clips.id"), nullable=False),
    Column("salt", String(40), nullable=False, server_default=""),  # without it nobody can make the receipt again
)
