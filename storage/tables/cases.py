"""The record's tables about incidents that were reported to the police, and the cases opened on them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.tables.shared import ID, metadata

# storage/cases/incidents.py. What the police's own books say, no finer than a block.
incidents = Table(
    "incidents",
    metadata,
    Column("id", ID, primary_key=True),
    Column("number", String(40), nullable=False),
    Column("kind", String(80), nullable=False),
    Column("happened_at", BigInteger, nullable=False),
    Column("division_id", ID, ForeignKey("divisions.id"), nullable=False),
    Column("block_id", ID, ForeignKey("blocks.id")),
    UniqueConstraint("division_id", "number"),  # what another division's books hold tells nobody here
)
Index("ix_incidents_division_id_happened_at", incidents.c.division_id, incidents.c.happened_at)

# storage/cases/cases.py.
cases = Table(
    "cases",
    metadata,
    Column("id", ID, primary_key=True),
    Column("number", String(40), nullable=False),
    Column("incident_id", ID, ForeignKey("incidents.id"), nullable=False),
    Column("division_id", ID, ForeignKey("divisions.id"), nullable=False),
    Column("state", String(8), nullable=False),  # asked | open | refused | closed
    Column("asked_by", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("consented_by", ID, ForeignKey("staff_members.id")),  # the second person
    UniqueConstraint("division_id", "number"),
)
Index("ix_cases_division_id_asked_at", cases.c.division_id, cases.c.asked_at)
case_members = Table(
    "case_members",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Column("staff_id", ID, ForeignKey("staff_members.id"), primary_key=True),
)
Index("ix_case_members_staff_id", case_members.c.staff_id)

# storage/cases/links.py. One of the two is linked to the case.
case_links = Table(
    "case_links",
    metadata,
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    Column("post_id", ID, ForeignKey("posts.id")),
    Column("incident_id", ID, ForeignKey("incidents.id")),
    Column("reason", String(16), nullable=False),
    Column("confidence", String(10), nullable=False),
    Column("note", Text, nullable=False),
    Column("linked_by", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("linked_at", BigInteger, nullable=False),
    UniqueConstraint("case_id", "post_id"),
    UniqueConstraint("case_id", "incident_id"),
)

Index("ix_case_links_post_id", case_links.c.post_id)
# storage/cases/holds.py. Posts that are there for this case alone, from the first: clips shared for what it asked.
case_holds = Table(
    "case_holds",
    metadata,
    Column("post_id", ID, ForeignKey("posts.id"), primary_key=True),
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
)
Index("ix_case_holds_case_id", case_holds.c.case_id)

# storage/posts/vouched.py. What its author let be proved of a post: the salted SHA-256 of its original, never the salt.
vouched = Table(
    "vouched",
    metadata,
    Column("post_id", ID, ForeignKey("posts.id"), primary_key=True),
    Column("sha256", String(64), nullable=False),
)

# storage/cases/exports.py. A package for court, from when it is asked for until it is erased.
case_exports = Table(
    "case_exports",
    metadata,
    Column("id", ID, primary_key=True),
    Column("case_id", ID, ForeignKey("cases.id"), nullable=False),
    Column("asked_by", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),  # waiting | ready | failed | erased
    Column("papers", Text, nullable=False),  # all of the case that is words, JSON; "" when erased
    Column("done", Integer, nullable=False),  # files that are in it, of so many
    Column("files", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("key", String(80), nullable=False),  # of its bytes in the media bucket; "" while it has none
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("ready_at", BigInteger),
)
Index("ix_case_exports_case_id", case_exports.c.case_id, case_exports.c.asked_at)
Index("ix_case_exports_state", case_exports.c.state, case_exports.c.asked_at)
Index("ix_case_exports_key", case_exports.c.key)

# storage/cases/entries.py. What was done in a case, in order; never changed.
case_entries = Table(
    "case_entries",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(10), nullable=False),
    Column("text", Text, nullable=False),
    Column("about", ID),  # whom or what: a member of staff, a post or an incident, by `kind`
    Column("reason", String(16)),
    Column("by", ID, ForeignKey("staff_members.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
)
Index("ix_case_entries_by_at", case_entries.c.by, case_entries.c.at)

# storage/cameras/pins.py. What the airlock says of cameras: a block, a quadrant, and a class of days. No row of it is a
# camera, and none is joined with one.
camera_pins = Table(
    "camera_pins",
    metadata,
    Column("block_id", ID, primary_key=True),
    Column("quadrant", String(1), primary_key=True),  # n | e | s | w
    Column("retention", String(8), nullable=False),  # under_3 | 3_to_7 | 8_to_30 | over_30
)
# storage/cameras/looks.py.
camera_looks = Table(
    "camera_looks",
    metadata,
    Column("case_id", ID, ForeignKey("cases.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),  # the entry of the case's timeline
    Column("block_id", ID, ForeignKey("blocks.id"), primary_key=True),
)
Index("ix_camera_looks_block_id", camera_looks.c.block_id)

# storage/cameras/listed.py. Cameras that a business lists openly: the only ones of which the record has an address.
listed_cameras = Table(
    "listed_cameras",
    metadata,
    Column("id", ID, primary_key=True),  # made for the record: on the other side nothing is called by it
    Column("block_id", ID, nullable=False),
    Column("quadrant", String(1), nullable=False),
    Column("retention", String(8), nullable=False),
    Column("address", String(200), nullable=False),
    Column("contact", String(200), nullable=False),
)
Index("ix_listed_cameras_block_id", listed_cameras.c.block_id)
