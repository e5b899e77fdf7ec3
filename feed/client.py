"""A small client of the live feed: follows it across lost connections, with neither gap nor double.

    async for message in follow(get_ticket):
        ...

`get_ticket` is asked for a `Ticket` before each connection; what it raises ends the following, except `TryLater`.
Messages are the dicts of PROTOCOL.md. After `ready` with `reset` true, read the list over HTTP and go on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from feed.listener import BAD_HELLO, NEW_TICKET, WITHDRAWN
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


class TryLater(Exception):
    """No ticket can be had just now."""


class NotWelcome(NotAllowed):
    """The feed does not want this client back: access was withdrawn (4403), or it talks wrongly (4400)."""


async def follow(
    get_ticket: Callable[[], Awaitable[Ticket]], *, cursor: str | None = None
) -> AsyncGenerator[Message, None]:
    """Every message from after `cursor` (None: from now on), for ever; raises NotWelcome."""
    failures = 0
    while True:
        try:
            async for message in _listen(await get_ticket(), cursor):
                cursor, failures = cursor_after(message, cursor), 0
                yield message
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else None
            if code in (BAD_HELLO, WITHDRAWN):
                raise NotWelcome(f"The feed does not want this listener back ({code}).") from None
            failures += code != NEW_TICKET or failures > 0
        except (TryLater, InvalidHandshake, OSError, TimeoutError):
            failures += 1
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
