"""A node that follows a bell which is lost, emptied, forged, frozen."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import pytest
import redis

from feed import bell as bells, posting
from feed.bell import Bell, Ring
from storage import feed_log
from storage.db import OPERATOR, Database
from storage.kit.redis import connect
from storage.posts.posts import Post, Verb
from tests.builders import City, a_published_post
from tests.conftest import BELL_KEY
from tests.feed.conftest import OwnRedis, Running, happening_again, memory, ring, running, start_of, until

pytestmark = pytest.mark.anyio


async def test_a_lost_last_ring_is_found(feed: Running, record: Database, bell: Bell) -> None:
    """Nothing rings for the newest event; it is heard about a second later all the same."""
    post = a_published_post(record, bell, ready=False)
    async with feed.listening(cursor=start_of(feed)) as ear:
        await ear.hear_up_to(1)
        (lost,) = happening_again(record, post, times=1)
        started = time.monotonic()

        await ear.hear_up_to(lost.seq)

    # 1.5 where nobody else works. Who only listened for rings would hear of it with the next one, which never comes.
    assert time.monotonic() - started < 10.0


async def test_a_hole_is_mended_at_once(
    feed: Running, record: Database, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ring after a lost one sends the node to the log, without waiting for its next look."""
    post = a_published_post(record, bell, ready=False)
    async with feed.listening(cursor=start_of(feed)) as ear:
        await ear.hear_up_to(1)
        feed.node._following._next_look = float("inf")
        *_, last = happening_again(record, post, times=3)
        ring(_epoch(feed), bell, post, last)

        assert _numbers(await ear.hear_up_to(last.seq)) == [2, 3, 4]


async def test_redis_killed_and_started_again_empty(record: Database, city: City, own_redis: OwnRedis) -> None:
    """While it is away, and after it came back with nothing, every event is heard once."""
    async with running(record, own_redis.url) as feed, feed.listening() as ear:
        with connect(own_redis.url) as client:
            bell = Bell(client, BELL_KEY)
            post = await _publish(record, bell)
            own_redis.kill()
            for _ in range(3):
                await _publish(record, bell)
            heard = await ear.hear_up_to(4)
            own_redis.start()
            for _ in range(3):
                await _publish(record, bell)
            heard += await ear.hear_up_to(7)

    assert _numbers(heard) == [*range(1, 8)]
    assert heard[0]["post"]["id"] == post.id


async def test_redis_flushed(feed: Running, record: Database, bell: Bell, redis_client: redis.Redis) -> None:
    """A stream that begins anew costs nothing."""
    async with feed.listening() as ear:
        await _publish(record, bell)
        redis_client.flushall()
        await _publish(record, bell)
        await _publish(record, bell)

        assert _numbers(await ear.hear_up_to(3)) == [1, 2, 3]


async def test_redis_frozen(record: Database, city: City, own_redis: OwnRedis) -> None:
    """A Redis that takes questions and answers none is as good as away, and the log tells."""
    async with running(record, own_redis.url) as feed, feed.listening() as ear:
        with connect(own_redis.url) as client:
            await _publish(record, Bell(client, BELL_KEY))
            await ear.hear_up_to(1)
            own_redis.freeze()
            await _publish(record, Bell(client, BELL_KEY))
            await ear.hear_up_to(2)
            own_redis.thaw()
            await _publish(record, Bell(client, BELL_KEY))
            await ear.hear_up_to(3)


async def test_a_trimmed_stream(feed: Running, record: Database, bell: Bell, redis_client: redis.Redis) -> None:
    """What the stream no longer has comes from the log."""
    async with feed.listening() as ear:
        posts = [a_published_post(record, bell, ready=False) for _ in range(5)]
        redis_client.xtrim(bells.stream(_epoch(feed)), maxlen=1)
        posts.append(a_published_post(record, bell, ready=False))

        heard = await ear.hear_up_to(6)

    assert [message["post"]["id"] for message in heard] == [post.id for post in posts]


@pytest.mark.parametrize("entry", ["next", "far", "odd", "no-seal", "copied"])
async def test_a_forged_ring_is_an_alarm_and_tells_nobody_anything(
    feed: Running,
    record: Database,
    bell: Bell,
    redis_client: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    entry: str,
) -> None:
    """Whatever is forged and wherever, listeners hear what the log says, and the bell works again."""
    monkeypatch.setattr(logging.getLogger("porchlight"), "propagate", True)
    async with feed.listening() as ear:
        await _publish(record, bell)
        await ear.hear_up_to(1)
        _forge(redis_client, feed, entry)
        await until(lambda: "bell_forged" in caplog.text and not redis_client.exists(bells.stream(_epoch(feed))))
        await _publish(record, bell)
        heard = await ear.hear_up_to(2)
        feed.node._following._next_look = float("inf")
        await _publish(record, bell)
        heard += await ear.hear_up_to(3)

    assert [(message["seq"], message["kind"]) for message in heard] == [(2, "post.published"), (3, "post.published")]


async def test_a_ring_from_beyond_the_log_is_thrown_away(
    feed: Running, record: Database, bell: Bell, redis_client: redis.Redis
) -> None:
    """Rightly sealed, of a log that was rolled back: the numbers below it can be rung again."""
    post = await _publish(record, bell)
    line = feed_log.Line(500, feed_log.Kind.UPDATED, post.id, post.division, post.category)
    bell.ring(_epoch(feed), line, b"{}")
    await until(lambda: not redis_client.exists(bells.stream(_epoch(feed))))

    async with feed.listening() as ear:
        await _publish(record, bell)
        assert _numbers(await ear.hear_up_to(2)) == [2]


@pytest.mark.parametrize("event", [b'{"kind":"post.published","post":{"title":"A secret"}}', b"A secret"])
async def test_a_ring_of_another_version_is_a_hole(
    feed: Running, record: Database, bell: Bell, caplog: pytest.LogCaptureFixture, event: bytes
) -> None:
    """The log tells what it was about at once; of what the ring said nothing is logged."""
    post = await _publish(record, bell)
    async with feed.listening(cursor=start_of(feed)) as ear:
        await ear.hear_up_to(1)
        feed.node._following._next_look = float("inf")
        seq = 1
        while "bell_unreadable" not in caplog.text and seq < 20:  # a look that was under way may be before the ring
            (line,) = happening_again(record, post, times=1)
            bell.ring(_epoch(feed), line, event)
            seq += 1

            assert _numbers(await ear.hear_up_to(seq)) == [seq]
        await _publish(record, bell)
        assert _numbers(await ear.hear_up_to(seq + 1)) == [seq + 1]
    assert "bell_unreadable" in caplog.text
    assert "secret" not in caplog.text


async def test_late_rings_are_not_told_twice(feed: Running, record: Database, bell: Bell) -> None:
    """The log told of it first; its ring comes afterwards."""
    post = await _publish(record, bell)
    lines = happening_again(record, post, times=2)
    async with feed.listening(cursor=start_of(feed)) as ear:
        heard = await ear.hear_up_to(3)
        for line in lines:
            ring(_epoch(feed), bell, post, line)
        await _publish(record, bell)
        heard += await ear.hear_up_to(4)

    assert _numbers(heard) == [1, 2, 3, 4]


async def test_a_hidden_post_that_is_mended_tells_no_words(feed: Running, record: Database, bell: Bell) -> None:
    """The log is read after the post was hidden: of its publishing nothing is told."""
    async with feed.listening() as ear:
        await _publish(record, bell)
        await ear.hear_up_to(1)
        silent = Bell(connect("unix:///nowhere"), BELL_KEY)
        post = a_published_post(record, silent, title="A secret", ready=False)
        with record.write(by=OPERATOR) as tx:
            posting.decide(tx, silent, post.id, Verb.HIDE, reason="privacy")

        assert await ear.hear() == {"type": "event", "seq": 3, "kind": "post.hidden", "post_id": post.id}


async def test_words_taken_back_before_they_were_told_are_not_told(
    feed: Running, record: Database, bell: Bell, redis_client: redis.Redis
) -> None:
    """A node that was held up hears of publishing and hiding in one batch, and tells only of the hiding."""
    async with feed.listening() as ear:
        # One transaction of Redis holds the node up: it reads both rings at once.
        with redis_client.pipeline(transaction=True) as both:
            held_up = Bell(both, BELL_KEY)
            post = a_published_post(record, held_up, title="A secret", ready=False)
            with record.write(by=OPERATOR) as tx:
                posting.decide(tx, held_up, post.id, Verb.HIDE, reason="privacy")
            feed.node._following._next_look = float("inf")
            both.execute()

        assert (await ear.hear())["kind"] == "post.hidden"


async def test_a_record_that_cannot_be_read_is_waited_for(
    feed: Running, record: Database, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bell goes on; the log is read when it can be again."""
    async with feed.listening() as ear:
        with record.write(by=OPERATOR) as tx:
            tx.connection.exec_driver_sql("alter table feed_head rename to gone")
        await until(lambda: time.monotonic() - feed.node._following.log_answered > 1.5)
        with record.write(by=OPERATOR) as tx:
            tx.connection.exec_driver_sql("alter table gone rename to feed_head")
        post = await _publish(record, bell)

        assert (await ear.hear())["post"]["id"] == post.id


async def _publish(record: Database, bell: Bell) -> Post:
    return await asyncio.to_thread(lambda: a_published_post(record, bell, ready=False))


def _forge(client: redis.Redis, feed: Running, entry: str) -> None:
    rung: Any = client.xrange(bells.stream(_epoch(feed)))
    other = bells.seal(bytes(32), _epoch(feed), Ring(2, "d", "crime", b"{}", 0))
    id_, fields = {
        "next": ("2-0", {"r": other}),
        "far": ("999999-0", {"r": other}),
        "odd": ("1-7", {"r": other}),
        "no-seal": ("2-0", {"x": "y"}),
        "copied": ("2-0", rung[0][1]),
    }[entry]
    client.xadd(bells.stream(_epoch(feed)), fields, id=id_)


def _epoch(feed: Running) -> str:
    return memory(feed).epoch


def _numbers(heard: list[dict[str, object]]) -> list[object]:
    return [message["seq"] for message in heard]
