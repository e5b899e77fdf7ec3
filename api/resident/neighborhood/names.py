"""Under which name and mark a resident speaks below one post, and under which mark they nod at it."""

from __future__ import annotations

from storage.identity.vault import ResidentId, Vault
from storage.kit import ids
from storage.kit.ids import PostId
from storage.kit.pseudonyms import name_for

MARK_BYTES = 16  # nobody has another's by chance


def signed(vault: Vault, post_id: PostId, resident_id: ResidentId) -> tuple[str, str]:
    """Name and mark of a resident under one post: made, so that they can be made again and need be stored nowhere."""
    mark = vault.keyed("comment mark", post_id, resident_id)[:MARK_BYTES]
    return name_for(vault.keyed("comment name", post_id, resident_id)), ids.base32(mark)


def nod_mark(vault: Vault, post_id: PostId, resident_id: ResidentId) -> str:
    """The mark of a resident's nods at one post: made anew each time, and no other post's."""
    return ids.base32(vault.keyed("nod", post_id, resident_id)[:MARK_BYTES])
