"""Which part of a clip is to be seen, as its author may ask for it."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from storage.identity import originals, sealed_parts
from storage.identity.originals import UploadState
from storage.identity.vault import ResidentId
from storage.kit.errors import Refused
from workers.airlock.both_sides import BothSides
from workers.media.refusals import SENTENCES, Reason, RefusedClip
from workers.media.sniff import HEAD, photo_in

LEAST_LEFT = 0.5  # seconds between start and end of what is kept
MOST_SECONDS = 121.0  # no clip that is taken is longer


class Trim(BaseModel):
    """The part that is to be seen, in seconds of the clip; what the clip does not have is not missed."""

    model_config = ConfigDict(extra="forbid")
    start: float = Field(ge=0, allow_inf_nan=False)
    end: float = Field(le=MOST_SECONDS, allow_inf_nan=False)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end - self.start < LEAST_LEFT:
            raise ValueError("The end must come half a second after the start, or later.")
        return self

    def milliseconds(self) -> tuple[int, int]:
        """From and to."""
        return round(self.start * 1000), round(self.end * 1000)


def demand_no_photo(stores: BothSides, upload_id: str, asking: ResidentId) -> None:
    """Raises Refused where the upload is a photo: it has no start and no end; raises NotThere."""
    with stores.vault.read() as conn:
        if originals.mine(conn, upload_id, asking).state is not UploadState.COMPLETE:
            return  # nothing to look at; who posts it is told so
        key = originals.key_of(conn, stores.vault, upload_id)
        first, *_ = originals.object_keys(conn, upload_id)
    head = b""
    for chunk in sealed_parts.unseal(key, stores.originals.chunks(first, 0, HEAD)):
        head += chunk
    if _is_photo(head):
        told = SENTENCES[Reason.TRIM_OF_PHOTO]
        raise Refused(told, code=Reason.TRIM_OF_PHOTO.value, fields={"trim": told})


def _is_photo(head: bytes) -> bool:
    try:
        return photo_in(head) is not None
    except RefusedClip:  # a picture that moves is refused by the airlock, and for that
        return False
