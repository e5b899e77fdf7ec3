"""Connections to Redis, with time-outs short enough that a lost doorbell never holds up the one who rings."""

from __future__ import annotations

import redis
import redis.asyncio

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 2.0


def connect(url: str) -> redis.Redis:
    """A client for short commands; an unreachable server raises within about a second."""
    return redis.Redis.from_url(url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS)


def connect_async(url: str, *, answer_seconds: float) -> redis.asyncio.Redis:
    """A client for a program that waits: `answer_seconds` must exceed the longest blocking read."""
    return redis.asyncio.Redis.from_url(
        url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=answer_seconds, single_connection_client=True
    )
