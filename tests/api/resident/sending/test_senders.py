"""Senders of parts: one to a part, a few to a resident, so many in all; who is evicted stops at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from api.resident.sending import senders
from api.resident.sending.senders import IN_ALL, OF_ONE_RESIDENT, Sender, Senders
from storage.identity.clips.originals import PART_BYTES, Upload, UploadState
from storage.identity.vault import ResidentId
from storage.kit.errors import Conflict, Malformed, TooOften, Unavailable


def an_upload(name: str = "a", resident: str = "ada") -> Upload:
    """An upload of many parts."""
    return Upload(name, ResidentId(resident), UploadState.OPEN, 50 * PART_BYTES, PART_BYTES, frozenset())


class Instant(asyncio.SelectorEventLoop):
    """Time passes on it while it waits, and at no other moment: no machine is too slow for it."""

    def __init__(self) -> None:
        super().__init__()
        self._passed, select = 0.0, self._selector.select

        def passes(timeout: float | None = None) -> Any:
            self._passed += timeout or 0.0
            return select(0)

        self._selector.select = passes

    def time(self) -> float:
        """Seconds that were waited for."""
        return self._passed


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Runs it on a loop of its own."""

    async def whole() -> None:
        await test()

    asyncio.run(whole())


async def listens(sender: Sender, seconds: float = 20) -> None:
    """A sender that says nothing."""
    async with sender.listening():
        await asyncio.sleep(seconds)


def test_an_older_sender_is_stopped_as_soon_as_a_newer_one_comes() -> None:
    """In the middle of its silence; the newer one is not touched."""

    async def test() -> None:
        everybody, began = Senders(), time.monotonic()
        with everybody.enter(an_upload(), 1) as older:
            waiting = asyncio.create_task(listens(older))
            await asyncio.sleep(0)
            with everybody.enter(an_upload(), 1) as newer:
                with pytest.raises(Conflict) as told:
                    await waiting
                await listens(newer, 0)
            assert told.value.code == "evicted"
            assert time.monotonic() - began < 5

    run(test)


def test_an_older_sender_that_does_not_listen_yet_is_stopped_when_it_does() -> None:
    """It had only just been let in."""

    async def test() -> None:
        everybody = Senders()
        with everybody.enter(an_upload(), 1) as older, everybody.enter(an_upload(), 1), pytest.raises(Conflict):
            await listens(older)

    run(test)


def test_a_newer_sender_may_come_on_another_thread() -> None:
    """Each thread has a loop of its own."""

    async def test() -> None:
        everybody = Senders()

        def comes() -> None:
            async def enter() -> None:
                with everybody.enter(an_upload(), 1):
                    pass

            asyncio.run(enter())

        with everybody.enter(an_upload(), 1) as older:
            newer = threading.Timer(0.05, comes)
            newer.start()
            with pytest.raises(Conflict):
                await listens(older)
            newer.join()

    run(test)


def test_a_sender_that_says_something_is_waited_for() -> None:
    """Slow is not silent."""

    async def test() -> None:
        with Senders().enter(an_upload(), 1) as sender:
            async with sender.listening() as heard:
                for _ in range(8):
                    await asyncio.sleep(senders.SILENCE_SECONDS / 4)
                    heard()
            with pytest.raises(Malformed) as told:
                await listens(sender, 2 * senders.SILENCE_SECONDS)
            assert told.value.code == "silent"

    with asyncio.Runner(loop_factory=Instant) as runner:
        runner.run(test())


def test_one_resident_sends_a_few_parts_at_once() -> None:
    """The next is told when to come back, and another resident is not held up; a part sent anew is no further one."""

    async def test() -> None:
        everybody, upload = Senders(), an_upload()
        inside = [everybody.enter(upload, number) for number in range(1, OF_ONE_RESIDENT + 1)]
        for one in inside:
            one.__enter__()
        with pytest.raises(TooOften), everybody.enter(an_upload("b"), 1):
            pass
        with everybody.enter(upload, 1), everybody.enter(an_upload("c", "bob"), 1):
            pass
        for one in inside:
            one.__exit__(None, None, None)
        with everybody.enter(upload, 20):
            pass

    run(test)


def test_so_many_are_taken_in_all() -> None:
    """Beyond, nobody's part is taken, and none of those inside is lost."""

    async def test() -> None:
        everybody = Senders()
        inside = [everybody.enter(an_upload(str(number), str(number)), 1) for number in range(IN_ALL)]
        for one in inside:
            one.__enter__()
        with pytest.raises(Unavailable) as told, everybody.enter(an_upload("more", "zoe"), 1):
            pass
        assert told.value.code == "crowded"
        inside.pop().__exit__(None, None, None)
        with everybody.enter(an_upload("more", "zoe"), 1):
            pass
        for one in inside:
            one.__exit__(None, None, None)

    run(test)
