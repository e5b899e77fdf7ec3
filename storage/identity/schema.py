"""The identity side's tables: who. Only the resident program and the airlock reach this database.

What could tell a person is sealed under the vault's key (mail) or under the clip's own key (words), so that a stolen
file of this database alone names nobody, and destroying a clip's key reaches every backup of it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from storage.identity.schema_alerts import (
    alert_place as alert_place,
    alert_posts as alert_posts,
    alert_wishes as alert_wishes,
    alerted as alerted,
    alerts as alerts,
    push_devices as push_devices,
    push_retries as push_retries,
    tellings as tellings,
)
from storage.identity.schema_clips import (
    arrived_letters as arrived_letters,
    authorship as authorship,
    clips as clips,
    idempotency as idempotency,
    suspended as suspended,
    upload_parts as upload_parts,
    uploads as uploads,
)
from storage.identity.schema_inbox import (
    asked as asked,
    asked_blocks as asked_blocks,
    camera_mail as camera_mail,
    inbox_answers as inbox_answers,
    inbox_flags as inbox_flags,
)
from storage.identity.tables import metadata as metadata
from storage.tables.shared import ID

# residents/residents.py
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

# residents/logins.py
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
# residents/listening.py: which listeners of the feed came in by which log-in; none of its rows is there for much over
# an hour
listening = Table(
    "listening",
    metadata,
    Column("handle", ID, primary_key=True),  # the word in the ticket, drawn for it
    Column("log_in", String(64), ForeignKey("log_ins.token_digest", ondelete="SET NULL")),  # none: it is to end
    Column("ends_at", BigInteger, nullable=False),
)
Index("ix_listening_log_in", listening.c.log_in)
# residents/passkeys.py: `credential_lookup` finds the one that a browser answers with, and does not tell it
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

# residents/partings.py: what somebody who left wants taken back, each at a time of its own; whose it was stands nowhere
partings = Table(
    "partings",
    metadata,
    Column("id", ID, primary_key=True),  # of the clip, or of the comment; of nods, their mark
    Column("what", String(8), nullable=False),  # clip | comment | nod
    Column("due_at", BigInteger, nullable=False),
)
Index("ix_partings_due_at", partings.c.due_at)

# cameras/cameras.py: what a camera can be asked for stands in clear, so that a hundred thousand are matched by an index
cameras = Table(
    "cameras",
    metadata,
    Column("id", ID, primary_key=True),  # made of its request's key (cameras/cameras.py): for its owner alone
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
# cameras/listings.py: address and contact of a camera that a business lists openly
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
