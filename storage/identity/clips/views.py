"""Views: what the picture of a clip looks like, in 256 bits: its author is told which of their posts look alike.

A fixed camera shows the same background in every clip, and who lays two side by side sees it. So its author is told
before sending. The bits are made in their browser, from the median of a few frames: for each of 16 x 16 places whether
the next one to the right is brighter. They tell one camera from another and nobody's face, but they would also find the
posts of a resident on the record: so they are sealed under a key of that resident's own, stand in the row of authorship
and go with it, are in no backup, and are compared with the same resident's alone.

What this does not find: the same camera by night, in much other light, or turned away; what was sent by a program.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from storage.identity.clips.states import GONE
from storage.identity.schema import authorship, clips
from storage.identity.vault import ClipId, ResidentId, Vault, seal_with, unseal_with

BITS = 256
# Measured on two fixed cameras, three stretches each: 14 to 44 of one camera, 127 to 141 of two (chance: 128 +- 8).
NEAR = 72


def sealed(vault: Vault, resident_id: ResidentId, clip_id: ClipId, view: bytes) -> bytes:
    """The view as only its owner's questions open it."""
    return seal_with(_key(vault, resident_id), f"authorship:{clip_id}", view)


def alike(conn: Connection, vault: Vault, resident_id: ResidentId, view: bytes) -> int:
    """How many of the resident's posts, those taken back not counted, show what `view` shows."""
    return len(which_alike(conn, vault, resident_id, view))


def which_alike(conn: Connection, vault: Vault, resident_id: ResidentId, view: bytes) -> set[ClipId]:
    """Which ones."""
    query = select(authorship.c.clip_id, authorship.c.view_sealed).join(clips, clips.c.id == authorship.c.clip_id)
    mine = (authorship.c.resident_id == resident_id) & authorship.c.view_sealed.is_not(None)
    key = _key(vault, resident_id)
    found = conn.execute(query.where(mine, clips.c.state.not_in(GONE))).all()
    views = {row.clip_id: unseal_with(key, f"authorship:{row.clip_id}", row.view_sealed) for row in found}
    return {ClipId(clip_id) for clip_id, earlier in views.items() if _apart(view, earlier) <= NEAR}


def _apart(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def _key(vault: Vault, resident_id: ResidentId) -> bytes:
    return vault.keyed("view", resident_id)
