"""A listener hears what its ticket allows, for as long as it is allowed, and says next to nothing."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from feed import connection, posting
from feed.bell import Bell
from storage import endings
from storage.db import OPERATOR, RESIDENT, Database
from storage.kit import ids
from storage.kit.ids import StaffId
from storage.posts.posts import Verb
from storage.staff import staff
from storage.staff.staff import Role
from tests.builders import City, a_published_post, block
from tests.conftest import BELL_KEY
from tests.feed.conftest import (
    SOON,
    OwnRedis,
    Running,
    close_code,
    connections,
    hello,
    memory,
    running,
    said,
    start_of,
    until,
)

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("how", ["live", "replayed", "from the log"])
async def test_no_more_than_the_ticket_is_told(feed: Running, record: Database, bus: str, bell: Bell, how: str) -> None:
    """Neither of another division nor of another category nor that something was taken back there."""
    start = start_of(feed)

    def happen() -> str:
        other = a_published_post(record, bell, division="East", category="animal", ready=False)
        a_published_post(record, bell, division="Central", category="crime", ready=False)
        with record.write(by=OPERATOR) as tx:
            posting.decide(tx, bell, other.id, Verb.HIDE, reason="privacy")
        return str(a_published_post(record, bell, division="Central", category="animal", ready=False).id)

    if how == "live":
        async with feed.listening("Central", categories=("animal",)) as ear:
            mine = await asyncio.to_thread(happen)
            first = await ear.hear()
    else:
        mine = await asyncio.to_thread(happen)
        await until(lambda: memory(feed).last == 4)
        async with running(record, bus) as fresh:
            node = feed if how == "replayed" else fresh
            async with node.listening("Central", categories=("animal",), cursor=start) as ear:
                first = await ear.hear()

    assert (first["seq"], first["post"]["id"]) == (4, mine)


@pytest.mark.parametrize("how", ["live", "replayed", "from the log"])
async def test_of_other_blocks_than_the_tickets_only_removals_are_told(
    feed: Running, record: Database, bus: str, bell: Bell, how: str
) -> None:
    """A removal names no block: whoever may have seen the post hears of it."""
    start = start_of(feed)

    def happen() -> tuple[str, str]:
        other = a_published_post(record, bell, block_number=1, ready=False)
        with record.write(by=OPERATOR) as tx:
            posting.decide(tx, bell, other.id, Verb.HIDE, reason="privacy")
        a_published_post(record, bell, block_number=2, ready=False)
        return str(other.id), str(a_published_post(record, bell, block_number=0, ready=False).id)

    if how == "live":
        async with feed.listening("Central", blocks=(block(),)) as ear:
            other, mine = await asyncio.to_thread(happen)
            heard = [await ear.hear(), await ear.hear()]
    else:
        other, mine = await asyncio.to_thread(happen)
        await until(lambda: memory(feed).last == 4)
        async with running(record, bus) as fresh:
            node = feed if how == "replayed" else fresh
            async with node.listening("Central", blocks=(block(),), cursor=start) as ear:
                heard = [await ear.hear(), await ear.hear()]

    assert [(event["seq"], event.get("post_id")) for event in heard] == [(2, other), (4, None)]
    assert heard[1]["post"]["id"] == mine


async def test_analysts_and_residents_are_told_the_same_closed_type(
    feed: Running, record: Database, bell: Bell
) -> None:
    """Neither sees a field more than the other, nor who posted."""
    analyst = _an_analyst(record)
    async with feed.listening(staff_id=analyst) as desk, feed.listening() as neighbour:
        await asyncio.to_thread(a_published_post, record, bell)
        told = [await each.hear_up_to(2) for each in (desk, neighbour)]

    assert told[0] == told[1]
    assert set(told[0][0]) == {"type", "seq", "kind", "post"}


@pytest.mark.parametrize("change", ["role taken back", "account ended", "logged out"])
async def test_a_ticket_from_before_a_right_was_withdrawn_is_no_ticket(
    feed: Running, record: Database, change: str
) -> None:
    """It may be half a minute old: what it was issued for is looked at again when it is shown."""
    analyst = _an_analyst(record)
    with record.write(by=OPERATOR) as tx:
        token = staff.log_in(tx, analyst)
    good, late = (feed.ticket(staff_id=analyst, log_in=ids.digest(token)) for _ in range(2))
    async with said(feed, hello(good)) as before:
        assert json.loads(await before.recv())["type"] == "ready"
    _withdraw(record, analyst, token, change)

    async with said(feed, hello(late)) as after:
        assert await close_code(after) == 4401


@pytest.mark.parametrize(("change", "code"), [("role taken back", 4403), ("account ended", 4403), ("logged out", 4401)])
async def test_after_a_right_is_withdrawn_nothing_more_is_told(
    feed: Running, record: Database, bell: Bell, change: str, code: int
) -> None:
    """The line of the log in which it happened ends the listener, in order: of the next post it is not told."""
    analyst = _an_analyst(record)
    with record.write(by=OPERATOR) as tx:
        token = staff.log_in(tx, analyst)
    async with feed.listening(staff_id=analyst, log_in=ids.digest(token)) as ear, feed.listening() as neighbour:
        first = await asyncio.to_thread(a_published_post, record, bell, ready=False)
        assert (await ear.hear())["post"]["id"] == first.id
        await asyncio.to_thread(_withdraw, record, analyst, token, change)
        began = time.monotonic()
        post = await asyncio.to_thread(a_published_post, record, bell, ready=False)
        heard: list[str] = []
        closed = await close_code(ear.socket, heard)
        took = time.monotonic() - began
        await neighbour.hear()

        assert (await neighbour.hear())["post"]["id"] == post.id
    assert (closed, heard) == (code, [])
    assert took < 2.0


async def test_a_residents_listener_ends_in_order_by_the_word_in_its_ticket(
    feed: Running, record: Database, bell: Bell
) -> None:
    """4401 and not the next post; a ticket of the same log-in is no ticket; nobody else notices."""
    late = feed.ticket(handle="b")
    async with feed.listening(handle="a") as ear, feed.listening(handle="c") as neighbour:
        first = await asyncio.to_thread(a_published_post, record, bell, ready=False)
        assert (await ear.hear())["post"]["id"] == first.id
        await asyncio.to_thread(_end_listeners, record, "a", "b")
        began = time.monotonic()
        post = await asyncio.to_thread(a_published_post, record, bell, ready=False)
        heard: list[str] = []
        closed = await close_code(ear.socket, heard)
        took = time.monotonic() - began
        await neighbour.hear()
        async with said(feed, hello(late)) as after:
            refused = await close_code(after)

        assert (await neighbour.hear())["post"]["id"] == post.id
    assert (closed, heard, refused) == (4401, [], 4401)
    assert took < 2.0


async def test_a_ticket_gets_one_in_at_one_node_only(feed: Running, record: Database, bus: str) -> None:
    """Shown to two nodes at once, one lets its holder in."""
    ticket = feed.ticket()
    async with running(record, bus) as other, said(feed, hello(ticket)) as here, said(other, hello(ticket)) as there:
        answers = await asyncio.gather(here.recv(), there.recv(), return_exceptions=True)

    assert sorted(isinstance(each, str) for each in answers) == [False, True]


async def test_tickets_are_good_while_redis_is_away(record: Database, city: City, own_redis: OwnRedis) -> None:
    """They lie in the record; so does what happened meanwhile."""
    async with running(record, own_redis.url) as feed:
        own_redis.kill()
        async with feed.listening() as ear:
            await asyncio.to_thread(a_published_post, record, Bell(own_redis.client, BELL_KEY), ready=False)
            assert (await ear.hear())["seq"] == 1


async def test_only_pages_of_ours_may_listen(record: Database, city: City, bus: str) -> None:
    """403 before a word is said, for a page from elsewhere and for one that hides where it is from."""
    ours = "http://staff.localhost:8001"
    async with running(record, bus, origins=[ours]) as feed:
        async with connect(feed.url, proxy=None, origin=ours):  # type: ignore[arg-type]
            pass
        for origin in ("https://elsewhere.example", "null", ours + ".elsewhere.example"):
            with pytest.raises(InvalidStatus) as refused:
                await connect(feed.url, proxy=None, origin=origin)  # type: ignore[arg-type]
            assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "words",
    ["x" * 513, json.dumps({"type": "hello", "ticket": "t" * 490, "cursor": None}), ["in", "pieces"], b"{}"],
    ids=["long", "a long ticket", "in pieces", "bytes"],
)
async def test_what_is_longer_or_other_than_a_hello_ends_it(feed: Running, words: str | bytes | list[str]) -> None:
    """4400, and nobody is asked about it."""
    async with connect(feed.url, proxy=None) as open_:
        await open_.send(words)
        assert await close_code(open_) == 4400


async def test_a_request_without_end_is_not_read(feed: Running) -> None:
    """It is dropped at sixteen kilobytes, long before the library's own limit of a megabyte."""
    reader, writer = await asyncio.open_connection("127.0.0.1", feed.port)
    writer.write(b"GET /v1/feed HTTP/1.1\r\n")
    for _ in range(2 * connection.MOST_ASKED // 1000):
        if writer.is_closing():
            break
        writer.write(b"X-More: " + b"x" * 990 + b"\r\n")
        await asyncio.sleep(0.005)

    await until(lambda: not connections(feed), 2.0)  # the time for a hello is longer
    with suppress(ConnectionError):
        assert await reader.read() == b""
    writer.close()


async def test_who_opens_a_byte_at_a_time_is_dropped_in_time(record: Database, city: City, bus: str) -> None:
    """However busy it looks: the time for a hello begins with the connection."""
    async with running(record, bus, hello_seconds=0.5) as feed:
        reader, writer = await asyncio.open_connection("127.0.0.1", feed.port)

        async def dawdle() -> None:
            while not writer.is_closing():
                writer.write(b"G")
                await asyncio.sleep(0.02)

        dawdling = asyncio.ensure_future(dawdle())
        with suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), SOON) == b""
        await until(lambda: not connections(feed))
        writer.close()
        await dawdling


def _an_analyst(record: Database) -> StaffId:
    with record.write(by=OPERATOR) as tx:
        member = staff.make(tx, "analyst")
        staff.grant(tx, member, Role.ANALYST, None)
    return member


def _end_listeners(record: Database, *words: str) -> None:
    with record.write(by=RESIDENT) as tx:
        endings.add(tx, words)


def _withdraw(record: Database, member: StaffId, token: str, change: str) -> None:
    with record.write(by=OPERATOR) as tx:
        match change:
            case "role taken back":
                staff.take_back(tx, member, Role.ANALYST, None)
            case "account ended":
                staff.end(tx, member)
            case "logged out":
                log_in = staff.who(tx.connection, token)
                assert log_in is not None
                staff.log_out(tx, log_in)
