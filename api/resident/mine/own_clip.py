"""The clip that a call is about, by either way to it: its sender's own list, or the receipt.

A verb on one's own clip stands at both addresses, which are the same but for this.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from api.resident.desk import Asking, AtDesk
from storage.identity.clips import authorship, clips
from storage.identity.clips.clips import Clip
from storage.identity.vault import Receipt


def _by_receipt(receipt: str, _asking: Asking, desk: AtDesk) -> Clip:
    with desk.stores.vault.read() as conn:
        return clips.by_receipt(conn, Receipt(receipt))


def _by_handle(handle: str, asking: Asking, desk: AtDesk) -> Clip:
    with desk.stores.vault.read() as conn:
        return authorship.by_handle(conn, asking, handle)


BY_RECEIPT, BY_HANDLE = "/v1/receipts/{receipt}", "/v1/posts/mine/{handle}"
ByReceipt = Annotated[Clip, Depends(_by_receipt)]  # also when nothing says any more whose the clip was
ByHandle = Annotated[Clip, Depends(_by_handle)]
