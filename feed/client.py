"""A small client of the live feed: follows it across lost connections, with neither gap nor double.

    async for message in follow(get_ticket):
        ...

`get_ticket` is asked for a `Ticket` before each connection; what it raises ends the following, except `TryLater`.
Messages are the dicts of PROTOCOL.md. After `ready` with `reset` true, read the list over HTTP and go on. `Posts` holds
what may be seen, and `line=` is told how the line is: `str(line)` says it in words.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from feed.listener import BAD_HELLO, NEW_TICKET, WITHDRAWN
from storage.kit import clock
from storage.kit.errors import NotAllowed
from storage.kit.ids import spread

SILENCE_SECONDS = 60.0  # beats come every 25 s: two of them missing is a dead line
FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0
LARGEST = 1024 * 1024  # bytes of one message

Message = dict[str, Any]


@dataclass(frozen=True)
class Ticket:
    """A one-use ticket, and where to show it."""

    ticket: str
    url: str


@dataclass(frozen=True)
class Line:
    """How the line is; `since` (milliseconds since 1970) when it is offline."""

    state: Literal["catching up", "live", "offline"]
    since: int | None = None

    def __str__(self) -> str:
        """In words, with this machine's time of day."""
        at = "" if self.since is None else f" since {time.strftime('%H:%M:%S', time.localtime(self.since / 1000))}"
        return f"{self.state}{at}"


class TryLater(Exception):
    """No ticket can be had just now."""


class NotWelcome(NotAllowed):
    """The feed does not want this client back: access was withdrawn (4403), or it talks wrongly (4400)."""


class Posts:
    """The posts that may be seen, by id, kept true by what is told of them."""

    def __init__(self, listed: Iterable[Message] = ()) -> None:
        self.by_id = {str(post["id"]): post for post in listed}

    def take(self, message: Message) -> None:
        """Applies an update or a retraction; a reset forgets all, and whoever is told reads the list again."""
        if message.get("reset"):
            self.by_id.clear()
        elif "post" in message:
            self.by_id[message["post"]["id"]] = message["post"]
        elif "post_id" in message:
            self.by_id.pop(message["post_id"], None)


def _nobody(_line: Line) -> None:
    """Nobody wants to know."""


async def follow(
    get_ticket: Callable[[], Awaitable[Ticket]],
    *,
    cursor: str | None = None,
    line: Callable[[Line], None] = _nobody,
) -> AsyncGenerator[Message, None]:
    """Every message from after `cursor` (None: from now on), for ever; raises NotWelcome.

    `line` is told whenever the state of the line changes.
    """
    failures, offline = 0, False
    line(Line("catching up"))
    while True:
        try:
            async for message in _listen(await get_ticket(), cursor):
                cursor, failures = cursor_after(message, cursor), 0
                if message["type"] == "ready":
                    offline = False
                    line(Line("live"))
                yield message
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else None
            if code in (BAD_HELLO, WITHDRAWN):
                raise NotWelcome(f"The feed does not want this listener back ({code}).") from None
            failures += code != NEW_TICKET or failures > 0
        except (TryLater, InvalidHandshake, OSError, TimeoutError):
            failures += 1
        if not offline:
            offline = True
            line(Line("offline", clock.now()))
        # Spread out, or a feed that comes back meets all its listeners in the same moment.
        await asyncio.sleep(spread(min(LONGEST_WAIT, FIRST_WAIT * 2**failures)))


def cursor_after(message: Message, cursor: str | None) -> str:
    """The cursor to come back with once `message` was taken."""
    if message["type"] == "event":
        return f"{(cursor or '').partition(':')[0]}:{message['seq']}"
    return str(message["cursor"])


async def _listen(ticket: Ticket, cursor: str | None) -> AsyncIterator[Message]:
    # No proxy from the environment: a ticket goes to the feed and to nobody else.
    async with connect(ticket.url, proxy=None, max_size=LARGEST) as socket:
        await socket.send(json.dumps({"type": "hello", "ticket": ticket.ticket, "cursor": cursor}))
        while True:
            yield json.loads(await asyncio.wait_for(socket.recv(), SILENCE_SECONDS))
