"""What only a clip has is refused of a photo before it is accepted: by the first bytes, whatever it was called."""

from __future__ import annotations

from storage.identity.clips import originals, sealed_parts
from storage.identity.clips.originals import UploadState
from storage.identity.vault import ResidentId
from storage.kit.errors import Refused
from workers.airlock.both_sides import BothSides
from workers.media.refusals import SENTENCES, Reason, RefusedClip
from workers.media.sniff import HEAD, photo_in


def demand_no_photo(stores: BothSides, upload_id: str, asking: ResidentId, why: Reason, *, field: str) -> None:
    """Raises Refused, for that reason and about that field, where the upload is a photo; raises NotThere."""
    with stores.vault.read() as conn:
        if originals.mine(conn, upload_id, asking).state is not UploadState.COMPLETE:
            return  # nothing to look at; who posts it is told so
        key = originals.key_of(conn, stores.vault, upload_id)
        first, *_ = originals.object_keys(conn, upload_id)
    head = b""
    for chunk in sealed_parts.unseal(key, stores.originals.chunks(first, 0, HEAD)):
        head += chunk
    if _is_photo(head):
        raise Refused(SENTENCES[why], code=why.value, fields={field: SENTENCES[why]})


def _is_photo(head: bytes) -> bool:
    try:
        return photo_in(head) is not None
    except RefusedClip:  # a picture that moves is refused by the airlock, and for that
        return False
