"""Connections to Redis give up soon."""

from __future__ import annotations

import asyncio
import time

import pytest
import redis as library

from storage.kit import redis


def test_a_server_that_is_there_answers(redis_server: str) -> None:
    """The client speaks to the server at the address."""
    with redis.connect(redis_server) as client:
        assert client.ping()


def test_an_async_client_answers_too(redis_server: str) -> None:
    """The same server, for a program that waits."""

    async def ask() -> bool:
        async with redis.connect_async(redis_server, answer_seconds=1.0) as client:
            return bool(await client.ping())

    assert asyncio.run(ask())


def test_a_lost_server_holds_nobody_up() -> None:
    """Without a server the error comes at once, not after a default of minutes."""
    started = time.monotonic()

    with redis.connect("unix:///nowhere/redis.sock") as client, pytest.raises(library.ConnectionError):
        client.ping()

    assert time.monotonic() - started < redis.CONNECT_SECONDS + redis.ANSWER_SECONDS
