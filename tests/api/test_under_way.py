"""Whether what is under way still stands: asked rarely, for all at once, and never believed without an answer."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import Connection, event

from api.under_way import HOLDS_SECONDS, LOOKS_SECONDS, UnderWay
from feed import posting
from feed.bell import Bell
from storage.db import OPERATOR, Database
from storage.kit.errors import NotThere, Unavailable
from storage.posts.posts import Post, Verb
from tests import builders

pytestmark = [pytest.mark.engines("sqlite"), pytest.mark.usefixtures("city")]


@pytest.fixture
def post(record: Database, bell: Bell) -> Post:
    """A live post."""
    return builders.a_published_post(record, bell)


@pytest.mark.parametrize("verb", [Verb.HOLD, Verb.HIDE, Verb.REMOVE, Verb.WITHDRAW])
def test_what_was_taken_back_stands_no_more(record: Database, bell: Bell, post: Post, verb: Verb) -> None:
    """By a moderator or by its author; to who saw it hidden, as a moderator may, it stands hidden."""
    under_way = UnderWay(record)
    with under_way.streaming(post):
        before = asyncio.run(under_way.stands(post))
        with record.write(by=OPERATOR) as tx:
            if verb is Verb.WITHDRAW:
                posting.end(tx, bell, post.id, verb)
            else:
                posting.decide(tx, bell, post.id, verb, reason="privacy")
        time.sleep(LOOKS_SECONDS)

        assert (before, asyncio.run(under_way.stands(post))) == (True, False)
        if verb is not Verb.WITHDRAW:
            assert asyncio.run(under_way.stands(builders.the_post(record, post.id)))


def test_a_crowd_of_viewers_asks_once(
    record: Database, bell: Bell, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For all the posts they see; one that has just come is asked about at once."""
    monkeypatch.setattr("api.under_way.HOLDS_SECONDS", 60.0)  # however long a busy machine takes to hand it out
    others, asked = [builders.a_published_post(record, bell) for _ in range(3)], []
    event.listen(record.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    under_way = UnderWay(record)

    async def crowd(seen: list[Post]) -> bool:
        return all(await asyncio.gather(*(under_way.stands(one) for one in seen * 50)))

    with ExitStack() as streams:
        for one in others:
            streams.enter_context(under_way.streaming(one))
        assert asyncio.run(crowd(others))
        assert len([one for one in asked if one.startswith("SELECT")]) == 1
        with under_way.streaming(post):
            assert asyncio.run(crowd([post, *others]))
        assert len([one for one in asked if one.startswith("SELECT")]) == 2


def test_a_record_that_does_not_answer_lets_nothing_pass(
    record: Database, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Away, or too slow for the promise: who cannot ask whether a post stands shows it no longer."""
    under_way, slow = UnderWay(record), threading.Event()

    @contextmanager
    def away() -> Iterator[Connection]:
        raise Unavailable("gone")
        yield

    @contextmanager
    def late() -> Iterator[Connection]:
        slow.wait(10)
        raise Unavailable("gone")
        yield

    with under_way.streaming(post):
        for reading in (away, late):
            monkeypatch.setattr(record, "read", reading)
            began = time.monotonic()

            assert not asyncio.run(asks_and_wakes(under_way, post, slow))
            assert time.monotonic() - began < 2


def test_one_slow_answer_cuts_nobody(record: Database, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last good one holds meanwhile: one second of the two that are promised, and what is slower than that cuts."""
    under_way, reading, wait = UnderWay(record), record.read, [0.0, 0.9, 5.0]
    woken = threading.Event()

    @contextmanager
    def slowly() -> Iterator[Connection]:
        woken.wait(wait.pop(0))
        with reading() as conn:
            yield conn

    async def looks() -> list[bool]:
        seen = []
        for _ in range(2):
            seen.append(await under_way.stands(post))
            await asyncio.sleep(under_way.pause)
        began = time.monotonic()
        seen.append(await under_way.stands(post))
        woken.set()
        return [*seen, time.monotonic() - began < HOLDS_SECONDS]

    monkeypatch.setattr(record, "read", slowly)
    with under_way.streaming(post):
        assert asyncio.run(looks()) == [True, True, False, True]


def test_what_does_not_stand_is_not_begun(
    record: Database, bell: Bell, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken back since somebody was let see it: not there; a record that is away: come back."""
    under_way = UnderWay(record)

    @contextmanager
    def away() -> Iterator[Connection]:
        raise Unavailable("gone")
        yield

    with under_way.streaming(post):
        asyncio.run(under_way.must_stand(post))
        with record.write(by=OPERATOR) as tx:
            posting.decide(tx, bell, post.id, Verb.HIDE, reason="privacy")
        time.sleep(LOOKS_SECONDS)

        with pytest.raises(NotThere):
            asyncio.run(under_way.must_stand(post))
    monkeypatch.setattr(record, "read", away)
    with pytest.raises(Unavailable):
        asyncio.run(UnderWay(record).must_stand(post))


async def asks_and_wakes(under_way: UnderWay, post: Post, slow: threading.Event) -> bool:
    """Whether it stands; then nobody waits any more."""
    answer = await under_way.stands(post)
    slow.set()
    return answer
