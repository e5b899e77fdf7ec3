"""`porchlight watch`: prints what happens on the live feed, one JSON a line, and on standard error how the line is."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from feed.client import Line, Ticket, TryLater, follow
from storage.kit import settings
from storage.kit.errors import NotLoggedIn, NotThere, Refused, TooOften
from storage.kit.settings import LOOPBACK, Ports

ANSWER_SECONDS = 10.0
CURSOR = re.compile("[0-9A-Za-z]{1,40}:[0-9]{1,18}")  # others are no hello to the feed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `porchlight watch`."""
    parser.add_argument("--token", required=True, help="a staff or resident token (`porchlight token`)")
    parser.add_argument("--division", action="append", default=[], help="name or id; repeat for several; staff only")
    parser.add_argument("--after", metavar="CURSOR", help="go on after this cursor (EPOCH:SEQ) instead of from now")


def run(args: argparse.Namespace) -> int:
    """Goes on until Ctrl-C, or until who reads us closes the pipe: 0. Raises PorchlightError when it cannot go on."""
    if args.after and not CURSOR.fullmatch(args.after):
        raise Refused("--after wants the cursor of a message that was printed: EPOCH:SEQ.")
    try:
        asyncio.run(_watch(settings.record().ports, args.token, args.division, args.after))
    except KeyboardInterrupt:
        pass
    except BrokenPipeError:  # nothing may be flushed into a closed pipe at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


@dataclass(frozen=True)
class Door:
    """One API that may know the token; `divisions` are the names or ids to listen to, none for all that are allowed."""

    http: httpx.AsyncClient
    staff: bool
    divisions: Sequence[str]

    async def ticket(self) -> Ticket:
        """A new ticket; raises TryLater where there may be one soon, NotLoggedIn for a token unknown here."""
        if self.divisions and not self.staff:
            raise Refused("A resident hears of their own area: --division is for staff.")
        asked = {"divisions": await self._ids()} if self.divisions else {}
        return Ticket(**await self._ask("POST", "/v1/feed/tickets", asked))

    async def _ids(self) -> list[str]:
        mine = (await self._ask("GET", "/v1/me"))["divisions"]
        found = {division[key]: division["id"] for key in ("name", "id") for division in mine}
        if not set(self.divisions) <= found.keys():
            raise NotThere(f"Your divisions are: {', '.join(division['name'] for division in mine) or 'none'}.")
        return sorted({found[wanted] for wanted in self.divisions})

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            answer = await self.http.request(method, path, json=body)
        except httpx.TransportError:
            raise TryLater from None
        if answer.status_code == NotLoggedIn.status:
            raise NotLoggedIn("This token is not good, or not any more.")
        if answer.status_code == TooOften.status or answer.status_code >= 500:
            raise TryLater
        found: dict[str, Any] = answer.json()
        if answer.is_error:
            raise Refused(found["error"]["message"])
        return found


async def _watch(ports: Ports, token: str, divisions: Sequence[str], after: str | None) -> None:
    async with _api(ports.staff, token) as staff, _api(ports.resident, token) as resident:
        doors = [Door(staff, True, divisions), Door(resident, False, divisions)]

        async def ticket() -> Ticket:
            try:
                return await doors[0].ticket()
            except NotLoggedIn:
                if len(doors) == 1:
                    raise
            # The staff does not know this token: from now on it is a resident's or nobody's.
            found = await doors[1].ticket()
            del doors[0]
            return found

        async for message in follow(ticket, cursor=after, line=_say):
            print(json.dumps(message, ensure_ascii=False, separators=(",", ":")), flush=True)


def _say(line: Line) -> None:
    print(f"porchlight: {line}", file=sys.stderr, flush=True)


def _api(port: int, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://{LOOPBACK}:{port}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=ANSWER_SECONDS,
        trust_env=False,  # a token goes to this machine and to no proxy
    )
