"""A file sealed piece by piece under one key: pieces cannot be changed, swapped, dropped or cut off unseen."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.identity.vault import SealBrokenError

PIECE_BYTES = 1 << 20
PREFIX_BYTES, TAG_BYTES = 7, 16  # a nonce is a random prefix, the piece's number, and whether it is the last


class Sealing(io.RawIOBase):
    """Writes what it is given into `file`, sealed; closing it ends the seal and leaves `file` open."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._file, self._cipher = file, AESGCM(key)
        self._prefix, self._number, self._waiting = secrets.token_bytes(PREFIX_BYTES), 0, bytearray()
        file.write(self._prefix)

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # what gzip hands over
        """Takes all of it; a piece is written when more than it has come, so that the last is known as such."""
        self._waiting += data
        while len(self._waiting) > PIECE_BYTES:
            self._seal(bytes(self._waiting[:PIECE_BYTES]), last=False)
            del self._waiting[:PIECE_BYTES]
        return len(data)

    def close(self) -> None:
        """Writes the last piece."""
        if not self.closed:
            self._seal(bytes(self._waiting), last=True)
        super().close()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._prefix, self._number, last), piece, None))
        self._number += 1


def unsealed(file: BinaryIO, key: bytes) -> BinaryIO:
    """The plain bytes of a sealed file, to be read once; raises SealBrokenError where the seal does not hold."""
    return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, _Pieces(_opened(file, key)))))


class _Pieces(io.RawIOBase):
    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, target: bytearray) -> int:  # type: ignore[override]
        self._left = self._left or next(self._pieces, b"")
        taken = self._left[: len(target)]
        target[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        return len(taken)


def _opened(file: BinaryIO, key: bytes) -> Iterator[bytes]:
    cipher, prefix, number = AESGCM(key), file.read(PREFIX_BYTES), 0
    sealed = file.read(PIECE_BYTES + TAG_BYTES)
    while True:
        following = file.read(PIECE_BYTES + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(prefix, number, not following), sealed, None)
        except (InvalidTag, ValueError):
            raise SealBrokenError("backup") from None
        if not following:
            return
        sealed, number = following, number + 1


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])
