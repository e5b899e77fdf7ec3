"""All that is held about me, as one file: what each part is in plain words, and the parts themselves as JSON."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from api.resident.account.held_words import WORDS, Language
from api.resident.desk import AtDesk, Desk, Proved
from storage.identity.residents.held import HELD
from storage.identity.vault import ResidentId

router = APIRouter(tags=["my account"])

NAME = "porchlight-about-me.zip"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say: when it was made is nobody's business but its owner's


@router.get("/v1/me/held")
def held(asking: Proved, desk: AtDesk) -> StreamingResponse:
    """Everything the identity side holds about me, read as it is sent; kept nowhere on the way."""
    headers = {"content-disposition": f'attachment; filename="{NAME}"', "cache-control": "no-store"}
    return StreamingResponse(_zipped(desk, asking), media_type="application/zip", headers=headers)


def _zipped(desk: Desk, asking: ResidentId) -> Iterator[bytes]:
    sent = _Sent()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED) as file:
        for language in Language:
            file.writestr(zipfile.ZipInfo(WORDS[language].file, _EPOCH), WORDS[language].text)
            yield sent.taken()
        for part, (_, asked) in HELD.items():
            with desk.stores.vault.read() as conn:
                rows = asked(conn, desk.stores.vault, asking)
            said = json.dumps(list(rows), indent=2, ensure_ascii=False)
            file.writestr(zipfile.ZipInfo(f"{part}.json", _EPOCH), said)
            yield sent.taken()
    yield sent.taken()


class _Sent:
    """What a zip file is written to: it goes out as it comes, so nothing of it is ever a file of ours."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, some: bytes) -> int:
        """Takes the next bytes."""
        self._waiting += some
        return len(some)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        """What came since the last time."""
        some, self._waiting = bytes(self._waiting), bytearray()
        return some
