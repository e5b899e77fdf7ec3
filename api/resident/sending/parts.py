"""The bytes of one part: signed addresses, and a writer that leaves all of a part or nothing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from api.resident.sending.senders import Senders, evicted
from storage.db import RESIDENT
from storage.identity.clips import originals, sealed_parts
from storage.identity.clips.originals import Upload
from storage.identity.vault import Vault
from storage.kit import clock, log, metrics
from storage.kit.errors import NotThere, Refused, Unavailable
from storage.objects import Draft
from workers.airlock.both_sides import BothSides

ADDRESS_LIFE = 12 * clock.HOUR  # a phone may lie in a pocket without a line for long; a fresh one is a call away
WRITE_BYTES = 256 * 1024  # hashed, sealed and written in one go on a thread, so that the loop stays free
ASK_EVERY_SECONDS = 1.0  # whether a newer sender came to another process: a read for each second that a part takes
SENDERS = Senders()

P = ParamSpec("P")
T = TypeVar("T")
# Their own, so that a bucket that hangs holds up parts and nothing else of this program.
_THREADS = ThreadPoolExecutor(16, thread_name_prefix="parts")


def address(vault: Vault, upload_id: str, number: int) -> str:
    """Where part `number` may be sent for the next hours, by whoever holds this address."""
    expires = clock.now() + ADDRESS_LIFE
    signature = _sign(vault, upload_id, number, expires)
    return f"/v1/uploads/{upload_id}/parts/{number}?expires={expires}&signature={signature}"


def demand_signed(vault: Vault, upload_id: str, number: int, *, expires: int, signature: str) -> None:
    """Raises NotThere for an address we did not hand out, or whose time is over."""
    ours = hmac.compare_digest(_sign(vault, upload_id, number, expires).encode(), signature.encode())
    if not ours or expires < clock.now():
        raise NotThere


async def receive(stores: BothSides, upload_id: str, number: int, body: AsyncIterator[bytes], sha256: bytes) -> None:
    """Takes the part's bytes; raises Refused if they are not those of `sha256`, Conflict if a newer sender came."""
    upload = await _on_thread(_look, stores, upload_id, number)
    with SENDERS.enter(upload, number) as sender:
        writer, key = await _on_thread(_start, stores, upload, number)
        with stores.originals.draft(writer) as draft:
            sealing = _Sealing(draft, key, partial(_demand_newest, stores.vault, upload_id, number, writer))
            async with sender.listening() as heard:
                await _write(sealing, body, heard, most=upload.size_of(number))
            if (sealing.count, sealing.told.digest()) != (upload.size_of(number), sha256):
                raise Refused("The part did not arrive as it was sent. Send it again.", code="checksum")
            await _on_thread(_keep, stores, upload_id, number, writer, draft)
    metrics.count("upload_bytes", sealing.count)


def _look(stores: BothSides, upload_id: str, number: int) -> Upload:
    with stores.vault.read() as conn:
        upload = originals.one(conn, upload_id)
    if number not in upload.parts:
        raise NotThere
    return upload


def _start(stores: BothSides, upload: Upload, number: int) -> tuple[str, bytes]:
    with stores.vault.write(by=RESIDENT) as tx:
        writer = originals.start_part(tx, originals.one(tx.connection, upload.id), number)
        return writer, originals.key_of(tx.connection, stores.vault, upload.id)


class _Sealing:
    """Bytes on their way from a sender into a draft: counted, hashed as they came, written sealed."""

    def __init__(self, draft: Draft, key: bytes, demand_newest: Callable[[], None]) -> None:
        nonce, self._seal = sealed_parts.seal(key)
        self._draft, self._demand_newest, self._asked = draft, demand_newest, time.monotonic()
        self.count, self.told = 0, hashlib.sha256()
        draft.write(nonce)

    def write(self, plain: bytes) -> None:
        """Adds to them; raises Conflict once a newer sender came, also where it came to another process."""
        self.count += len(plain)
        self.told.update(plain)
        self._draft.write(self._seal.update(plain))
        if time.monotonic() - self._asked >= ASK_EVERY_SECONDS:
            self._demand_newest()
            self._asked = time.monotonic()


async def _write(sealing: _Sealing, body: AsyncIterator[bytes], heard: Callable[[], None], *, most: int) -> None:
    waiting = bytearray()
    async for chunk in body:
        heard()
        waiting += chunk
        if sealing.count + len(waiting) > most:
            raise Refused("The part is longer than it was said to be.", code="checksum")
        if len(waiting) >= WRITE_BYTES:
            await _on_thread(sealing.write, bytes(waiting))
            waiting.clear()
    await _on_thread(sealing.write, bytes(waiting))


def _demand_newest(vault: Vault, upload_id: str, number: int, writer: str) -> None:
    with vault.read() as conn:
        if not originals.is_newest(conn, upload_id, number, writer):
            raise evicted()


def _keep(stores: BothSides, upload_id: str, number: int, writer: str, draft: Draft) -> None:
    draft.keep()
    try:
        with stores.vault.write(by=RESIDENT) as tx:
            older = originals.confirm_part(tx, upload_id, number, writer)
    except Exception:
        _drop(stores, writer)
        raise
    if older:
        _drop(stores, older)


def _drop(stores: BothSides, name: str) -> None:
    """Deletes bytes that are nobody's; where that fails, whoever reconciles sweeps them up after a day."""
    try:
        stores.originals.delete(name)
    except Unavailable:
        log.event("stray_part_left")


async def _on_thread(do: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, partial(do, *args, **named))


def _sign(vault: Vault, upload_id: str, number: int, expires: int) -> str:
    return vault.keyed("part address", upload_id, str(number), str(expires)).hex()
