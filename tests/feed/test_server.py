"""A node of the feed, with real sockets, a real record and a real Redis."""

from __future__ import annotations

import asyncio

import pytest

from feed.bell import Bell
from storage.db import Database
from tests.builders import a_published_post
from tests.feed.conftest import Running

pytestmark = pytest.mark.anyio


async def test_a_post_reaches_a_listener(feed: Running, record: Database, bell: Bell) -> None:
    """What is published is heard at once, as the staff API tells it."""
    async with feed.listening("Central") as ear:
        post = await asyncio.to_thread(a_published_post, record, bell, ready=False)

        event = await ear.hear(1.0)

    assert ear.ready == {"type": "ready", "cursor": ear.ready["cursor"], "reset": False}
    assert (event["kind"], event["post"]["id"]) == ("post.published", post.id)
    assert "committed_ns" not in event
