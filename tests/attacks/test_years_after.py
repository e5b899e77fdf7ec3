"""Attack 58: the city is older than its authorship, and somebody holds the identity side's whole database."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import exists, select, update

from api.commands.asking import ask
from storage.db import AIRLOCK, Database
from storage.identity.schema import (
    alert_posts,
    alert_wishes,
    alerts,
    authorship,
    clips,
    idempotency,
    metadata,
    residents,
)
from storage.kit import clock
from storage.kit.settings import AUTHORSHIP_DAYS
from tests.attacks.harvest import A_TIME, LEAST
from tests.attacks.oracle import Oracle, Secrets
from tests.attacks.table import Tried
from tests.attacks.world import World

ENDS_WITHIN = 120.0  # seconds: a round of whoever reconciles, on a machine that is busy
# What many rows share, and says only where somebody lives or what a clip shows: a guess among all of a block.
SHARED = {
    *(clips.c.block_id, clips.c.category, residents.c.home_block),
    *(alerts.c.block_id, alert_wishes.c.block_id, alert_posts.c.block_id),
}


def test_a58_once_authorship_is_over_no_row_leads_from_a_resident_to_their_clip(world: World, tried: Tried) -> None:
    """By whatever values rows have in common, from one to the next: before, they do. The receipt still opens."""
    sent = world.live[-1]
    with world.stores.vault() as vault:
        with vault.read() as conn:
            mine = (clips.c.post_id == sent.post_id) & (authorship.c.clip_id == clips.c.id)
            found = conn.execute(select(clips.c.id, authorship.c.resident_id, authorship.c.handle).where(mine)).one()
            key = conn.execute(select(idempotency.c.key).where(idempotency.c.clip_id == found.id)).scalar_one()
        assert found.id in _led_to(vault, found.resident_id), "what leads there is seen"
        with vault.write(by=AIRLOCK) as tx:
            aged = clips.c.accepted_at - (AUTHORSHIP_DAYS + 1) * clock.DAY
            tx.execute(update(clips).where(clips.c.id == found.id).values(accepted_at=aged))
        _wait_until_over(vault, found.id)

        reached = _led_to(vault, found.resident_id)

    tried(len(reached))
    assert found.id not in reached
    with world.author(sent).client(world.stack.resident) as http:
        assert ask(http, "GET", f"/v1/receipts/{sent.receipt}")["state"] == "published"
    if world.stores.overwrites:
        secrets = Secrets()
        secrets.add("what joined them", found.handle, key)
        assert [str(hit) for hit in Oracle(secrets).hits_in(world.stores.identity_files())] == []


def _wait_until_over(vault: Database, clip_id: str) -> None:
    deadline, there = time.monotonic() + ENDS_WITHIN, exists().where(authorship.c.clip_id == clip_id)
    while time.monotonic() < deadline:
        with vault.read() as conn:
            if not conn.execute(select(there)).scalar_one():
                return
        time.sleep(0.5)
    raise AssertionError("authorship did not end")


def _led_to(vault: Database, resident_id: str) -> set[object]:
    """All values that stand in a row with this one, or in a row that shares one with such a row, and so on."""
    rows = list(_rows(vault))
    holding: dict[object, list[int]] = defaultdict(list)
    for number, values in enumerate(rows):
        for value in values:
            holding[value].append(number)
    waiting: list[object] = [resident_id]
    reached = set(waiting)
    while waiting:
        for number in holding[waiting.pop()]:
            fresh = rows[number] - reached
            reached |= fresh
            waiting += fresh
    return reached


def _rows(vault: Database) -> Iterable[set[object]]:
    """Each row's values by which it could be known again: ids, digests, seals, moments to the millisecond."""
    with vault.read() as conn:
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if column not in SHARED]
            for row in conn.execute(select(*columns)):
                yield {value for value in row if _tells(value)}


def _tells(value: object) -> bool:
    if isinstance(value, int):
        return value > A_TIME and bool(value % clock.QUARTER_HOUR)
    return isinstance(value, str | bytes) and len(value) >= LEAST and value[:1] not in ("[", "{")
