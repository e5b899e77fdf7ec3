"""Nothing missed, nothing twice, and nothing that was taken back: told to a real client by real nodes."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from feed import following, posting, server
from feed.bell import Bell
from feed.client import Posts, Ticket, follow
from storage import feed_log
from storage.db import AIRLOCK, CHORES, OPERATOR, Database
from storage.posts.posts import Post, Verb
from tests.builders import City, a_published_post
from tests.conftest import BELL_KEY
from tests.feed.conftest import OwnRedis, Running, happening_again, memory, ring_again, running, start_of, until
from tests.feed.scenarios.conftest import Town, meanwhile, opened

pytestmark = pytest.mark.anyio
TAKEN_BACK = {
    Verb.HIDE: "post.hidden",
    Verb.HOLD: "post.hidden",
    Verb.REMOVE: "post.removed",
    Verb.WITHDRAW: "post.withdrawn",
    Verb.EXPIRE: "post.expired",
}


async def test_ready_comes_before_everything_that_was_missed(feed: Running, record: Database, bell: Bell) -> None:
    """And says where this listener is, not where the feed is: nothing is jumped over if the line is cut then."""
    start = await _published(feed, record, bell, 3)

    async with feed.listening(cursor=start) as ear:
        heard = await ear.hear_up_to(3)

    assert ear.ready == {"type": "ready", "cursor": start, "reset": False}
    assert _numbers(heard) == [1, 2, 3]


async def test_nothing_falls_between_the_replay_and_what_happens(feed: Running, record: Database, bell: Bell) -> None:
    """Listeners join at any moment while lines are written as fast as they can be."""
    post = await asyncio.to_thread(a_published_post, record, bell, ready=False)
    start = start_of(feed)
    with meanwhile(lambda: ring_again(record, bell, post, times=7)):
        for _ in range(15):
            async with feed.listening(cursor=start) as ear:
                goal = memory(feed).last + 20
                heard = await ear.hear_up_to(goal)
                assert _numbers(heard)[: goal - 1] == [*range(1, goal)]


async def test_older_comes_from_the_log_while_more_happens(record: Database, city: City, bus: str, bell: Bell) -> None:
    """A node that remembers nothing reads page after page, and what is told meanwhile comes after, once."""
    post = await asyncio.to_thread(a_published_post, record, bell, ready=False)
    await asyncio.to_thread(happening_again, record, post, times=1300)
    async with running(record, bus) as fresh:
        with meanwhile(lambda: ring_again(record, bell, post, times=3)):
            async with fresh.listening(cursor=start_of(fresh)) as ear:
                heard = await ear.hear_up_to(1400)

    assert _numbers(heard) == [*range(1, heard[-1]["seq"] + 1)]


@pytest.mark.parametrize("verb", TAKEN_BACK)
async def test_a_removal_reaches_everyone_who_saw_the_post(
    feed: Running, record: Database, bus: str, bell: Bell, verb: Verb
) -> None:
    """Who listens, who comes back to this node, and who comes back to another; to the last two the post is not told."""
    start = start_of(feed)
    async with running(record, bus) as other, feed.listening() as there, feed.listening() as away:
        post = await asyncio.to_thread(a_published_post, record, bell, title="A secret")
        seen = [(await each.hear_up_to(2))[-1] for each in (there, away)]
        await away.socket.close()
        await asyncio.to_thread(_take_back, record, bell, post, verb)
        told = [await there.hear()]
        await until(lambda: memory(feed).last == memory(other).last == 3)
        for node, cursor in ((feed, f"{memory(feed).epoch}:2"), (feed, start), (other, start)):
            async with node.listening(cursor=cursor) as back:
                told.append(await back.hear())

    assert {each["post"]["id"] for each in seen} == {post.id}
    assert told == 4 * [{"type": "event", "seq": 3, "kind": TAKEN_BACK[verb], "post_id": post.id}]


async def test_what_is_restored_is_told_whole(feed: Running, record: Database, bell: Bell) -> None:
    """Who heard that it was hidden hears of it again; who comes later hears of it as it is now."""
    start = start_of(feed)
    async with feed.listening() as ear:
        post = await asyncio.to_thread(a_published_post, record, bell, ready=False)
        for verb in (Verb.HIDE, Verb.RESTORE):
            await asyncio.to_thread(_take_back, record, bell, post, verb)
        posts = Posts()
        for message in await ear.hear_up_to(3):
            posts.take(message)
    async with feed.listening(cursor=start) as later:
        heard = await later.hear_up_to(3)

    assert [message["kind"] for message in heard] == ["post.published", "post.hidden", "post.updated"]
    assert posts.by_id == {post.id: heard[-1]["post"]}


async def test_who_is_behind_a_trimmed_log_reads_the_list_again(feed: Running, record: Database, bell: Bell) -> None:
    """Reset, then everything from there; one at the floor misses nothing and is not reset."""
    start = await _published(feed, record, bell, 5)
    with record.write(by=CHORES) as tx:
        feed_log.trim(tx, keep=2)
    await until(lambda: memory(feed).floor == 3)

    async with feed.listening(cursor=start) as lost, feed.listening(cursor=start.replace(":0", ":3")) as kept:
        await asyncio.to_thread(a_published_post, record, bell, ready=False)
        heard = [await each.hear_up_to(6) for each in (lost, kept)]

    assert (lost.ready["reset"], lost.ready["cursor"][-2:]) == (True, ":5")
    assert kept.ready["reset"] is False
    assert [_numbers(each) for each in heard] == [[6], [4, 5, 6]]


async def test_a_restore_makes_every_cursor_worthless(feed: Running, record: Database, bell: Bell) -> None:
    """The log goes back to fewer lines, under a new epoch: who was ahead of it is sent back and told to reset."""
    post = await asyncio.to_thread(a_published_post, record, bell, ready=False)
    async with feed.listening() as ear:
        await asyncio.to_thread(ring_again, record, bell, post, times=5)
        await ear.hear_up_to(6)
        old = memory(feed).epoch
        with record.write(by=OPERATOR) as tx:
            tx.connection.exec_driver_sql("delete from feed_log where seq > 2")
            tx.connection.exec_driver_sql("update feed_head set seq = 2")
            feed_log.new_epoch(tx)
        await until(lambda: memory(feed).epoch != old)
    async with feed.listening(cursor=f"{old}:6") as ahead, feed.listening(cursor=f"{old}:1") as behind:
        await asyncio.to_thread(ring_again, record, bell, post, times=1)

        assert [(each.ready["reset"], (await each.hear())["seq"]) for each in (ahead, behind)] == [(True, 3), (True, 3)]


async def test_two_nodes_tell_the_same(feed: Running, record: Database, bus: str, bell: Bell) -> None:
    """On one Redis and one log, in one order."""
    async with running(record, bus) as other, feed.listening() as here, other.listening() as there:
        for _ in range(3):
            await asyncio.to_thread(a_published_post, record, bell, ready=False)

        assert await here.hear_up_to(3) == await there.hear_up_to(3)


async def test_who_comes_from_a_quicker_node_is_known_here(
    feed: Running, record: Database, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was told there is looked up here before an answer: no list to read again, and nothing told twice."""
    monkeypatch.setattr(following, "LOOK_SECONDS", 60.0)
    start = await _published(feed, record, bell, 1)
    post = await asyncio.to_thread(a_published_post, record, bell, ready=False)
    await asyncio.to_thread(happening_again, record, post, times=2)  # no ring: only a look at the log can tell
    epoch, _, seq = start.partition(":")
    ahead = f"{epoch}:{int(seq) + 4}"

    async with feed.listening(cursor=ahead) as ear:
        await asyncio.to_thread(ring_again, record, bell, post, times=1)

        assert ear.ready == {"type": "ready", "cursor": ahead, "reset": False}
        assert (await ear.hear())["seq"] == int(seq) + 5


async def test_a_node_dies_and_its_clients_go_on_at_another(town: Town) -> None:
    """kill -9 in the middle: with the cursor in hand nothing is missed or doubled, and the line says how it is."""
    lines: list[str] = []
    async with opened(town.node("one")) as one, opened(town.node("two")) as two:
        doors = [one, two]

        async def ticket() -> Ticket:
            return await doors[0].get_ticket()

        numbers: list[int] = []
        async for message in follow(ticket, line=lambda line: lines.append(line.state)):
            if message["type"] == "event":
                numbers.append(message["seq"])
            if len(numbers) == 3 and doors[0] is one:
                one.program.process.kill()
                doors.pop(0)
            if len(numbers) == 6:
                break
            await asyncio.to_thread(town.publish)

    assert numbers == [1, 2, 3, 4, 5, 6]
    assert lines == ["catching up", "live", "offline", "live"]


async def test_a_slow_redis_delays_nothing_by_more_than_the_look(
    record: Database, city: City, own_redis: OwnRedis
) -> None:
    """It stands still most of the time and answers late: the log tells, and late rings tell nothing twice."""
    bell = Bell(own_redis.client, BELL_KEY)
    post = await asyncio.to_thread(a_published_post, record, bell, ready=False)

    def stand_still() -> None:
        own_redis.freeze()
        time.sleep(0.35)
        own_redis.thaw()
        time.sleep(0.05)

    async with running(record, own_redis.url) as feed, feed.listening() as ear:
        with meanwhile(stand_still):
            for _ in range(8):
                await asyncio.to_thread(ring_again, record, bell, post, times=1)
        heard = await ear.hear_up_to(9)

    assert _numbers(heard) == [*range(2, 10)]


async def test_a_silent_redis_does_not_delay_the_look(record: Database, city: City, own_redis: OwnRedis) -> None:
    """Frozen, it holds the question about the bell; the log's head is looked at all the same."""
    post = await asyncio.to_thread(a_published_post, record, Bell(own_redis.client, BELL_KEY), ready=False)
    async with running(record, own_redis.url) as feed, feed.listening() as ear:
        own_redis.freeze()
        took = []
        for _ in range(3):
            began = time.monotonic()
            await asyncio.to_thread(happening_again, record, post, times=1)
            await ear.hear()
            took.append(time.monotonic() - began)
        own_redis.thaw()

    assert min(took) < 1.2  # a second, and the writing of the line on a busy machine


async def test_health_says_that_the_bus_is_away_and_that_it_is_back(
    record: Database, city: City, own_redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meanwhile listeners hear from the log: silence of the bus is a warning, not a loss."""
    monkeypatch.setattr(server, "SILENT_SECONDS", 2.5)
    async with running(record, own_redis.url) as feed, feed.listening() as ear:
        well = [feed.node._health()[0]]
        own_redis.kill()
        await until(lambda: not feed.node._health()[0], 20.0)
        await asyncio.to_thread(a_published_post, record, Bell(own_redis.client, BELL_KEY), ready=False)
        heard = await ear.hear()
        own_redis.start()
        await until(lambda: feed.node._health()[0], 20.0)

    assert well == [True]
    assert heard["seq"] == 1


async def test_what_one_listener_holds_is_what_the_list_holds(feed: Running, record: Database, bell: Bell) -> None:
    """Through publishing, changing, hiding and withdrawing, over lines that are cut at every third message."""
    lived, cursor, posts = [], start_of(feed), Posts()
    for number in range(9):
        post = await asyncio.to_thread(a_published_post, record, bell)
        if number % 3:
            await asyncio.to_thread(_take_back, record, bell, post, Verb.HIDE if number % 3 == 1 else Verb.WITHDRAW)
        else:
            lived.append(post.id)
    last = memory_at(feed)
    await until(lambda: memory(feed).last == last())
    while not cursor.endswith(f":{last()}"):
        async with feed.listening(cursor=cursor) as ear:
            for _ in range(3):
                message = await ear.hear()
                posts.take(message)
                cursor = f"{memory(feed).epoch}:{message['seq']}"
                if cursor.endswith(f":{last()}"):
                    break

    assert posts.by_id.keys() == set(lived)


def memory_at(feed: Running) -> Any:
    """How far the log is, by the record."""

    def look() -> int:
        with feed.record.read() as conn:
            return feed_log.head(conn).seq

    return look


async def _published(feed: Running, record: Database, bell: Bell, times: int) -> str:
    start = start_of(feed)
    for _ in range(times):
        await asyncio.to_thread(a_published_post, record, bell, ready=False)
    await until(lambda: memory(feed).last == times)
    return start


def _take_back(record: Database, bell: Bell, post: Post, verb: Verb) -> None:
    by = {Verb.WITHDRAW: AIRLOCK, Verb.EXPIRE: CHORES}.get(verb, OPERATOR)
    with record.write(by=by) as tx:
        if verb in (Verb.WITHDRAW, Verb.EXPIRE):
            posting.end(tx, bell, post.id, verb)
        else:
            posting.decide(tx, bell, post.id, verb, reason="privacy")


def _numbers(heard: list[dict[str, Any]]) -> list[int]:
    return [message["seq"] for message in heard]
