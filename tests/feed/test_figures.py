"""What a node tells of itself: how many listen, how much it sends, how late, and how the bus answers."""

from __future__ import annotations

import asyncio

import pytest

from feed.bell import Bell
from storage import feed_log
from storage.db import OPERATOR, Database
from storage.kit import metrics
from storage.staff import staff
from storage.staff.staff import Role
from tests.builders import a_published_post, division
from tests.feed.conftest import Running, happening_again, memory, start_of, until

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Metrics of each test's own."""
    monkeypatch.setattr(metrics, "_here", metrics._Here())


async def test_listeners_and_deliveries_are_counted(feed: Running, record: Database, bell: Bell) -> None:
    """By audience, never by division or ticket; the lag is that from the commit to the write."""
    feed.node.measure()
    with record.write(by=OPERATOR) as tx:
        analyst = staff.make(tx, "analyst")
        staff.grant(tx, analyst, Role.ANALYST, None)
    async with feed.listening("Central") as one, feed.listening("Central", staff_id=analyst):
        here = {audience: metrics.value_of("listeners", audience=audience) for audience in ("staff", "resident")}
        post = await asyncio.to_thread(a_published_post, record, bell, ready=False)
        await one.hear()
        await until(lambda: metrics.value_of("deliveries") == 2)

        told = metrics.text().decode()

    assert here == {"staff": 1, "resident": 1}
    assert metrics.value_of("feed_lag_seconds") == 1
    assert metrics.value_of("feed_memory") == 1
    assert (metrics.value_of("bus_age_seconds") or 99) < 5
    assert (metrics.value_of("log_age_seconds") or 99) < 5
    assert not [known for known in (post.id, division(), analyst) if known in told]


async def test_reading_what_was_missed_is_counted(feed: Running, record: Database, bell: Bell) -> None:
    """A listener that comes back further behind than the node remembers reads the log; what it is told counts too."""
    post = await asyncio.to_thread(a_published_post, record, bell, ready=False)
    start = start_of(feed)
    await asyncio.to_thread(happening_again, record, post, times=2)
    with record.read() as conn:
        memory(feed).restart(feed_log.head(conn))

    async with feed.listening(cursor=start) as ear:
        await ear.hear_up_to(3)

    assert metrics.value_of("catch_ups", source="log") == 1
    assert metrics.value_of("catch_ups", source="cursor") == 1
    assert metrics.value_of("deliveries") == 3
