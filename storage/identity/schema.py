"""The identity side's tables: who. Only the resident program and the airlock reach this database.

What could tell a person is sealed under the vault's key (mail) or under the clip's own key (words), so that a stolen
file of this database alone names nobody, and destroying a clip's key reaches every backup of it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from storage.identity.schema_alerts import alert_place as alert_place
from storage.identity.schema_alerts import alert_posts as alert_posts
from storage.identity.schema_alerts import alert_wishes as alert_wishes
from storage.identity.schema_alerts import alerted as alerted
from storage.identity.schema_alerts import alerts as alerts
from storage.identity.schema_alerts import push_devices as push_devices
from storage.identity.schema_alerts import push_retries as push_retries
from storage.identity.schema_alerts import tellings as tellings
from storage.identity.schema_inbox import asked as asked
from storage.identity.schema_inbox import asked_blocks as asked_blocks
from storage.identity.schema_inbox import camera_mail as camera_mail
from storage.identity.schema_inbox import inbox_answers as inbox_answers
from storage.identity.schema_inbox import inbox_flags as inbox_flags
from storage.identity.tables import metadata as metadata
from storage.tables import ID

# residents.py
residents = Table(
    "residents",
    metadata,
    Column("id", ID, primary_key=True),
    Column("mail_lookup", String(64), nullable=False, unique=True),  # keyed hash: finds, does not tell
    Column("mail_sealed", LargeBinary, nullable=False),
    Column("home_block", ID),
    Column("home_changes", Text, nullable=False),  # JSON list of times, for "at most twice in 30 days"
    Column("camera_moves", Text, nullable=False, server_default="[]"),  # the same, of cameras that came to a new block
)

# logins.py
log_in_codes = Table(
    "log_in_codes",
    metadata,
    Column("mail_lookup", String(64), primary_key=True),
    Column("code_hash", String(64), nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("tries_left", Integer, nullable=False),
)
log_ins = Table(
    "log_ins",
    metadata,
    Column("token_digest", String(64), primary_key=True),
    Column("resident_id", ID, ForeignKey("residents.id"), nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)
# listening.py: which listeners of the feed came in by which log-in; none of its rows is there for much over an hour
listening = Table(
    "listening",
    metadata,
    Column("handle", ID, primary_key=True),  # the word in the ticket, drawn for it
    Column("log_in", String(64), ForeignKey("log_ins.token_digest", ondelete="SET NULL")),  # none: it is to end
    Column("ends_at", BigInteger, nullable=False),
)
Index("ix_listening_log_in", listening.c.log_in)
# passkeys.py: `credential_lookup` finds the one that a browser answers with, and does not tell it
passkeys = Table(
    "passkeys",
    metadata,
    Column("id", ID, primary_key=True),  # how its owner's list names it
    Column("resident_id", ID, ForeignKey("residents.id"), nullable=False),
    Column("credential_lookup", String(64), nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),  # its name, the credential's id and public key
)
Index("ix_passkeys_resident_id", passkeys.c.resident_id)
# limits.py: how often a keyed thing (mail, address, resident) was tried in a window
tries = Table(
    "tries",
    metadata,
    Column("what", String(100), primary_key=True),
    Column("window_start", BigInteger, nullable=False),
    Column("tried", Integer, nullable=False),
)

# originals.py
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

# clips.py
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

# authorship.py: all of it goes when a clip's authorship is over
authorship = Table(
    "authorship",
    metadata,
    Column("clip_id", ID, ForeignKey("clips.id"), primary_key=True),
    Column("resident_id", ID, ForeignKey("residents.id"), nullable=False),
    Column("handle", ID, nullable=False, unique=True),  # how the owner's own list names it
    Column("view_sealed", LargeBinary),  # what the picture looks like (views.py), under a key of the owner's own
)
Index("ix_authorship_resident", authorship.c.resident_id)
# suspended.py: it says of a clip that its author sends nothing for a while, and ends with its authorship at the latest
suspended = Table(
    "suspended",
    metadata,
    Column("clip_id", ID, ForeignKey("authorship.clip_id", ondelete="CASCADE"), primary_key=True),
    Column("reason", String(40), nullable=False),
    Column("guidelines", Integer, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)
# letters.py: what the airlock brought to a clip, whoever sent it, and what is answered until it crosses
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

# partings.py: what somebody who left wants taken back, each at a time of its own; whose it was stands nowhere
partings = Table(
    "partings",
    metadata,
    Column("id", ID, primary_key=True),  # of the clip, or of the comment; of nods, their mark
    Column("what", String(8), nullable=False),  # clip | comment | nod
    Column("due_at", BigInteger, nullable=False),
)
Index("ix_partings_due_at", partings.c.due_at)

# cameras.py: what a camera can be asked for stands in clear, so that a hundred thousand are matched by an index
cameras = Table(
    "cameras",
    metadata,
    Column("id", ID, primary_key=True),  # made of its request's key (cameras.py): for its owner alone
    Column("resident_id", ID, ForeignKey("residents.id"), nullable=False),
    Column("block_id", ID, nullable=False),
    Column("facing", String(2), nullable=False),  # n | ne | e | se | s | sw | w | nw
    Column("indoor", Boolean, nullable=False),
    Column("retention_days", Integer, nullable=False),
    Column("ask", String(5), nullable=False),  # inbox | mail
    Column("state", String(6), nullable=False),  # active | paused | asleep
    Column("confirmed_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger),  # none: it stands; a day later the row is erased
    Column("name_sealed", LargeBinary, nullable=False),
    Column("request_digest", String(64), nullable=False),  # keyed: finds the same request again, and does not tell it
)
Index("ix_cameras_block_id_state", cameras.c.block_id, cameras.c.state)
Index("ix_cameras_resident_id", cameras.c.resident_id)
# listings.py: address and contact of a camera that a business lists openly
camera_listings = Table(
    "camera_listings",
    metadata,
    Column("id", ID, ForeignKey("cameras.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

# vault.py: one row, a constant sealed under the vault's key, so that another key is noticed before anything is sealed
vault_canary = Table(
    "vault_canary",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)
