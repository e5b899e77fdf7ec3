"""A request that arrived, and who is asked, for tests of the owners' calls."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from api.resident.desk import Desk
from storage.db import AIRLOCK
from storage.identity.cameras import inbox
from storage.identity.cameras.inbox import Request
from storage.kit import clock
from storage.kit.clock import DAY, HOUR
from storage.kit.ids import BlockId, CaseId, DivisionId, RequestId, new_id
from tests.api.resident.conftest import Town
from tests.api.resident.neighbour import Neighbour


def arrives(desk: Desk, town: Town, *blocks: BlockId, case: str = "", days_ago: float = 1, ends: float = 6) -> str:
    """A request about these blocks, or Central's first: it went out two hours ago."""
    now = clock.now()
    begin = clock.rounded(now) - round(days_ago * DAY)
    new = Request(
        id=RequestId(new_id()),
        case=CaseId(case or new_id()),
        division=DivisionId(town.central),
        kind="burglary",
        text="A grey van left along the alley.",
        window=(begin, begin + 2 * HOUR),
        sent_at=now - 2 * HOUR,
        ends_at=now + round(ends * DAY),
        public_key=X25519PrivateKey.generate().public_key().public_bytes_raw(),
    )
    with desk.stores.vault.write(by=AIRLOCK) as tx:
        inbox.arrive(tx, new, blocks or town.blocks[:1])
    return new.id


def path(request: str, *more: str) -> str:
    """Where it is answered."""
    return "/".join(["/v1/inbox/requests", request, *more])


def share(who: Neighbour, request: str, camera: str, *, key: str = "", **other: Any) -> Any:
    """Shares a clip of an hour into the window."""
    window = who.get(path(request))["window_from"]
    body = {"upload_id": who.upload(), "camera_id": camera, "happened_at": window, "text": "At the gate.", **other}
    return who.ask("POST", path(request, "share"), body, headers={"idempotency-key": key or new_id()})
