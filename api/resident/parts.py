"""The bytes of one part: signed addresses, and a writer that leaves all of a part or nothing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from storage.db import RESIDENT
from storage.identity import originals, sealed_parts
from storage.identity.originals import Upload
from storage.identity.vault import Vault
from storage.kit import clock
from storage.kit.errors import Malformed, NotThere, Refused
from workers.airlock.both_sides import BothSides

ADDRESS_LIFE = 12 * clock.HOUR  # a phone may lie in a pocket without a line for long; a fresh one is a call away
SILENCE_SECONDS = 30  # a sender that says nothing for so long is gone: its half a part is thrown away
WRITE_BYTES = 1024 * 1024  # hashed, sealed and written in one go on a thread, so that the loop stays free


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
    upload, writer, key = await asyncio.to_thread(_start, stores, upload_id, number)
    with tempfile.TemporaryDirectory(prefix="part-") as folder:
        draft = Path(folder) / writer
        told = await _write(draft, key, body, most=upload.size_of(number))
        if told != (upload.size_of(number), sha256):
            raise Refused("The part did not arrive as it was sent. Send it again.", code="checksum")
        await asyncio.to_thread(_keep, stores, upload_id, number, writer, draft)


def _start(stores: BothSides, upload_id: str, number: int) -> tuple[Upload, str, bytes]:
    with stores.vault.write(by=RESIDENT) as tx:
        upload = originals.one(tx.connection, upload_id)
        if number not in upload.parts:
            raise NotThere
        writer = originals.start_part(tx, upload, number)
        return upload, writer, originals.key_of(tx.connection, stores.vault, upload_id)


async def _write(draft: Path, key: bytes, body: AsyncIterator[bytes], *, most: int) -> tuple[int, bytes]:
    """Writes the body sealed; answers how many plain bytes came and their SHA-256."""
    nonce, seal = sealed_parts.seal(key)
    told, count, waiting = hashlib.sha256(), 0, bytearray()
    with draft.open("xb") as file:
        file.write(nonce)

        def write(plain: bytes) -> None:
            told.update(plain)
            file.write(seal.update(plain))

        async for chunk in _not_silent(body):
            count += len(chunk)
            if count > most:
                raise Refused("The part is longer than it was said to be.", code="checksum")
            waiting += chunk
            if len(waiting) >= WRITE_BYTES:
                await asyncio.to_thread(write, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(write, bytes(waiting))
    return count, told.digest()


async def _not_silent(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        try:
            yield await asyncio.wait_for(anext(body), SILENCE_SECONDS)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise Malformed("The part stopped coming. Send it again.", code="silent") from None


def _keep(stores: BothSides, upload_id: str, number: int, writer: str, draft: Path) -> None:
    stores.originals.put(writer, draft)
    try:
        with stores.vault.write(by=RESIDENT) as tx:
            older = originals.confirm_part(tx, upload_id, number, writer)
    except Exception:
        stores.originals.delete(writer)
        raise
    if older:
        stores.originals.delete(older)


def _sign(vault: Vault, upload_id: str, number: int, expires: int) -> str:
    return vault.keyed("part address", upload_id, str(number), str(expires)).hex()
