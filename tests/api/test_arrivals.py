"""Who asks for the next piece of a clip is answered when it is there: soon, once for all, and never for ever."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from sqlalchemy import event

from api import arrivals
from api.arrivals import LOOKS_SECONDS, Arrivals
from feed import posting
from feed.bell import Bell
from storage.db import AIRLOCK, OPERATOR, Database
from storage.posts.posts import Post, Verb
from tests import builders

PLAYLIST = "480p.m3u8"
AT_ONCE = 2.0  # seconds on a machine that is busy; who waits for nothing waits 6 and more

pytestmark = [pytest.mark.engines("sqlite"), pytest.mark.usefixtures("city")]


@pytest.fixture
def post(record: Database, bell: Bell) -> Post:
    """A post of which one piece is there."""
    return arriving_post(record, bell)


def arriving_post(record: Database, bell: Bell) -> Post:
    """A post of which one piece is there."""
    new = builders.a_new_post()
    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, new, [], generation=1, first=builders.arriving(builders.some_pieces(0, 1)))
    return builders.the_post(record, new.id)


def arrive(record: Database, bell: Bell, post: Post, number: int, *, whole: bool = False) -> None:
    """Another piece comes."""
    with record.write(by=AIRLOCK) as tx:
        pieces = builders.some_pieces(number)
        posting.arrive(tx, bell, post.id, "480p.mp4", pieces, generation=1, whole=whole)


def seconds_waited(waiting: Arrivals, post: Post, number: int, playlist: str = PLAYLIST) -> float:
    """How long somebody waits for that piece."""
    began = time.monotonic()
    asyncio.run(waiting.wait(post, playlist, number))
    return time.monotonic() - began


@pytest.mark.parametrize("number", [0, 1, 4, 900])
def test_what_is_there_or_far_away_is_not_waited_for(record: Database, post: Post, number: int) -> None:
    """Of one piece: the init and it are there, the fourth follows nothing that the playlist names."""
    assert seconds_waited(Arrivals(record), post, number) < AT_ONCE


def test_what_will_never_come_is_not_waited_for(record: Database, bell: Bell, post: Post) -> None:
    """Of a whole file, a ready post, one that is withdrawn by now, and a playlist that is none."""
    waiting, gone = Arrivals(record), arriving_post(record, bell)
    ready = builders.a_published_post(record, bell)
    with record.write(by=OPERATOR) as tx:
        posting.end(tx, bell, gone.id, Verb.WITHDRAW)
    arrive(record, bell, post, 2, whole=True)

    assert seconds_waited(waiting, builders.the_post(record, post.id), 3) < AT_ONCE
    assert seconds_waited(waiting, post, 3) < AT_ONCE  # seen before it was whole
    assert seconds_waited(waiting, ready, 2) < AT_ONCE
    assert seconds_waited(waiting, gone, 2) < AT_ONCE
    assert seconds_waited(waiting, post, 3, "720p.m3u8") < AT_ONCE


@pytest.mark.parametrize("number", [2, 3])
def test_the_next_pieces_are_waited_for(record: Database, bell: Bell, post: Post, number: int) -> None:
    """Until they come, and a moment longer; the end of the clip ends every waiting."""
    come = threading.Timer(0.5, arrive, (record, bell, post, 2), {"whole": number == 3})
    come.start()

    waited = seconds_waited(Arrivals(record), post, number)
    come.join()

    assert 0.45 < waited < 0.5 + AT_ONCE


def test_nobody_waits_for_ever(record: Database, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoder may be dead: who was told nothing new asks again."""
    monkeypatch.setattr(arrivals, "LONGEST_SECONDS", 0.4)

    assert 0.4 <= seconds_waited(Arrivals(record), post, 2) < 0.4 + AT_ONCE


def test_a_crowd_is_asked_for_together(record: Database, bell: Bell, post: Post) -> None:
    """A hundred who wait for two clips cost the record no more questions than one who waits for one."""
    other, asked, waiting = arriving_post(record, bell), list[str](), Arrivals(record)
    looked = threading.Event()

    def comes() -> None:
        assert looked.wait(20)  # once they have asked, and wait
        for one in (post, other):
            arrive(record, bell, one, 2)

    come = threading.Thread(target=comes)

    async def crowd() -> None:
        await asyncio.gather(*(waiting.wait(one, PLAYLIST, 2) for one in (post, other) * 50))

    def hears(*told: object) -> None:
        asked.append(str(told[2]))
        if asked[-1].startswith("SELECT renditions"):
            looked.set()

    event.listen(record.engine, "after_cursor_execute", hears)
    come.start()
    began = time.monotonic()
    asyncio.run(crowd())
    took = time.monotonic() - began
    come.join()

    questions = [one for one in asked if one.startswith("SELECT renditions")]
    assert 2 <= len(questions) <= 2 + (took + AT_ONCE) / LOOKS_SECONDS
    assert waiting._together._about == {}  # nobody is asked about any more
