"""A node of the feed, with real sockets, a real record and a real Redis."""

from __future__ import annotations

import asyncio
import time

import pytest
from websockets.asyncio.client import connect

from feed import posting, server
from feed.bell import Bell
from storage import feed_log
from storage.db import CHORES, OPERATOR, Database
from storage.kit import clock, ids
from storage.posts.posts import Verb
from storage.staff import staff
from storage.staff.staff import Role
from tests.builders import City, a_published_post
from tests.feed.conftest import SOON, Running, close_code, happening_again, hello, memory, running, start_of, until

pytestmark = pytest.mark.anyio


async def test_a_post_reaches_a_listener(feed: Running, record: Database, bell: Bell) -> None:
    """What is published is heard at once."""
    async with feed.listening("Central") as ear:
        post = await asyncio.to_thread(a_published_post, record, bell, ready=False)

        event = await ear.hear(1.0)

    assert ear.ready == {"type": "ready", "cursor": ear.ready["cursor"], "reset": False}
    assert (event["kind"], event["post"]["id"]) == ("post.published", post.id)
    assert "committed_ns" not in event


async def test_a_post_of_another_division_does_not(feed: Running, record: Database, bell: Bell) -> None:
    """The ticket decides, live and in replay."""
    async with feed.listening("East") as ear:
        a_published_post(record, bell, division="Central")
        mine = a_published_post(record, bell, division="East", ready=False)

        assert (await ear.hear())["post"]["id"] == mine.id
    async with feed.listening("East", cursor=start_of(feed)) as later:
        assert (await later.hear())["post"]["id"] == mine.id


async def test_a_ticket_of_some_categories_hears_of_those(feed: Running, record: Database, bell: Bell) -> None:
    """Others pass it by."""
    async with feed.listening(categories=("animal",)) as ear:
        a_published_post(record, bell, category="crime")
        dog = a_published_post(record, bell, category="animal", ready=False)

        assert (await ear.hear())["post"]["id"] == dog.id


async def test_a_cursor_brings_back_what_was_missed(feed: Running, record: Database, bell: Bell) -> None:
    """Everything after it, in order, once, and then what happens."""
    start = start_of(feed)
    for _ in range(3):
        a_published_post(record, bell, ready=False)
    await until(lambda: memory(feed).last == 3)

    async with feed.listening(cursor=start) as ear:
        a_published_post(record, bell, ready=False)
        heard = await ear.hear_up_to(4)

    assert ear.ready == {"type": "ready", "cursor": start, "reset": False}
    assert [message["seq"] for message in heard] == [1, 2, 3, 4]


async def test_what_was_missed_long_ago_comes_from_the_log(
    feed: Running, record: Database, bus: str, bell: Bell
) -> None:
    """A node that was started after it all happened tells it too, over several pages."""
    post = a_published_post(record, bell, ready=False)
    happening_again(record, post, times=1200)

    async with running(record, bus) as later, later.listening(cursor=start_of(feed)) as ear:
        heard = await ear.hear_up_to(1201)

    assert [message["seq"] for message in heard] == [*range(1, 1202)]


async def test_a_hidden_post_is_never_replayed(feed: Running, record: Database, bus: str, bell: Bell) -> None:
    """Neither from memory nor from the log: only that it was hidden."""
    start = start_of(feed)
    post = a_published_post(record, bell, title="A secret")
    with record.write(by=OPERATOR) as tx:
        posting.decide(tx, bell, post.id, Verb.HIDE, reason="privacy")
    await until(lambda: memory(feed).last == 3)

    async with running(record, bus) as fresh:
        for node in (feed, fresh):
            async with node.listening(cursor=start) as ear:
                assert await ear.hear() == {"type": "event", "seq": 3, "kind": "post.hidden", "post_id": post.id}


async def test_a_cursor_of_another_epoch_is_a_reset(feed: Running, record: Database, bell: Bell) -> None:
    """Ready at the head, and go on from there."""
    a_published_post(record, bell)
    await until(lambda: memory(feed).last == 2)

    async with feed.listening(cursor="another:1") as ear:
        pass

    assert ear.ready["reset"] is True
    assert ear.ready["cursor"].endswith(":2")


async def test_a_cursor_below_the_floor_is_a_reset(feed: Running, record: Database, bell: Bell) -> None:
    """What was trimmed cannot be told."""
    epoch = memory(feed).epoch
    a_published_post(record, bell)
    await until(lambda: memory(feed).last == 2)
    with record.write(by=CHORES) as tx:
        feed_log.trim(tx, keep=1)
    await until(lambda: memory(feed).floor == 1)

    async with feed.listening(cursor=f"{epoch}:0") as below, feed.listening(cursor=f"{epoch}:1") as at:
        assert (below.ready["reset"], at.ready["reset"]) == (True, False)


async def test_a_new_epoch_sends_everyone_back(feed: Running, record: Database, bell: Bell) -> None:
    """1012; who comes back with an old cursor is told to reset, and hears what happens then."""
    async with feed.listening() as ear:
        with record.write(by=OPERATOR) as tx:
            feed_log.new_epoch(tx)
        assert await close_code(ear.socket) == 1012

    async with feed.listening(cursor=ear.ready["cursor"]) as again:
        post = a_published_post(record, bell, ready=False)
        assert again.ready["reset"] is True
        assert (await again.hear())["post"]["id"] == post.id


async def test_a_guessed_ticket_waits_for_no_writer(feed: Running, record: Database) -> None:
    """It is refused while the record is being written to, and holds nobody up."""
    with record.write(by=OPERATOR):
        async with connect(feed.url) as guess:
            await guess.send(hello("guess", None))
            assert await asyncio.wait_for(close_code(guess), SOON) == 4401


async def test_beats_move_the_cursor(
    record: Database, city: City, bus: str, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every 25 s, to listeners for whom nothing happens too."""
    assert server.BEAT_SECONDS == 25
    monkeypatch.setattr(server, "BEAT_SECONDS", 0.1)
    async with running(record, bus) as feed, feed.listening("East") as ear:
        a_published_post(record, bell, division="Central", ready=False)
        await until(lambda: memory(feed).last == 1)
        beats = [await ear.hear() for _ in range(5)]

    assert {beat["type"] for beat in beats} == {"beat"}
    assert beats[-1]["cursor"].endswith(":1")


async def test_a_log_in_that_ends_ends_the_listener(
    record: Database, city: City, bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4401: get a new ticket, if you still can."""
    monkeypatch.setattr(server, "TIDY_SECONDS", 0.05)
    async with running(record, bus) as feed, feed.listening(ends_at=clock.now() + 300) as ear:
        assert await close_code(ear.socket) == 4401


async def test_stopping_sends_everyone_back(record: Database, city: City, bus: str) -> None:
    """1012: come back with jitter."""
    async with running(record, bus) as feed, feed.listening() as ear:
        code, _ = await asyncio.gather(close_code(ear.socket), feed.node.stop())

    assert code == 1012


async def test_committed_ns_is_told_only_when_measuring(record: Database, city: City, bus: str, bell: Bell) -> None:
    """With it a live event carries the nanosecond of its commit."""
    async with running(record, bus, timed=True) as feed, feed.listening() as ear:
        await until(lambda: feed.node._following._next_look > time.monotonic())
        feed.node._following._next_look = float("inf")  # or the log could tell of it before the ring does
        before = clock.now_ns()
        a_published_post(record, bell, ready=False)
        event = await ear.hear()

    assert before < event["committed_ns"] < clock.now_ns()


async def test_a_log_out_ends_the_listener(record: Database, city: City, bus: str) -> None:
    """4401 within two seconds, and only the one whose log-in it was; a ticket without one is not asked for it."""
    with record.write(by=OPERATOR) as tx:
        member = staff.make(tx, "analyst")
        staff.grant(tx, member, Role.ANALYST, None)
        tokens = [staff.log_in(tx, member) for _ in range(2)]
    leaves, stays = (ids.digest(token) for token in tokens)
    async with (
        running(record, bus) as feed,
        feed.listening(staff_id=member, log_in=leaves) as first,
        feed.listening(staff_id=member, log_in=stays) as second,
        feed.listening(staff_id=member) as third,
    ):
        with record.write(by=OPERATOR) as tx:
            log_in = staff.who(tx.connection, tokens[0])
            assert log_in is not None
            staff.log_out(tx, log_in)
        began = time.monotonic()
        code = await close_code(first.socket)
        took = time.monotonic() - began
        for each in (second, third):
            await (await each.socket.ping())

    assert code == 4401
    assert took < 2.0


async def test_a_permission_withdrawn_ends_the_listener(
    record: Database, city: City, bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4403 when nothing is left to see, 4401 when a narrower ticket can be had; others hear on."""
    monkeypatch.setattr(server, "TIDY_SECONDS", 0.05)
    east, north = city.divisions["East"], city.divisions["North"]
    with record.write(by=OPERATOR) as tx:
        ended, narrowed, whole, moved = (staff.make(tx, name) for name in ("ended", "narrowed", "whole", "moved"))
        for member, division in ((ended, east), (narrowed, east), (narrowed, north), (whole, None), (moved, east)):
            staff.grant(tx, member, Role.ANALYST, division)
    async with (
        running(record, bus) as feed,
        feed.listening("East", staff_id=ended) as first,
        feed.listening("East", "North", staff_id=narrowed) as second,
        feed.listening(staff_id=whole) as third,
        feed.listening("East", staff_id=moved) as fourth,
        feed.listening("East") as neighbour,
    ):
        with record.write(by=OPERATOR) as tx:
            staff.end(tx, ended)
            staff.take_back(tx, narrowed, Role.ANALYST, north)
            staff.take_back(tx, moved, Role.ANALYST, east)
            staff.grant(tx, moved, Role.ADMIN, east)

        codes = [await close_code(each.socket) for each in (first, second, fourth)]
        for each in (third, neighbour):
            await (await each.socket.ping())

    assert codes == [4403, 4401, 4403]
