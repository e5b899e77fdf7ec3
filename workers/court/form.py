"""The form of a package for court: files stored in a ZIP, a manifest with the digest of each, and its signature.

Written as a stream, from end to end once: nothing of it is held whole. Times in the ZIP are none, so that the same
case makes the same files.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import IO, Any, Protocol, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = "porchlight case export 1"  # so that the signature says nothing about anything else
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16


class Sink(Protocol):
    """What takes bytes."""

    def write(self, piece: bytes, /) -> object:
        """Takes them."""


@dataclass(frozen=True)
class File:
    """One file of a package: its name, size, and SHA-256 in hex."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Sealed:
    """Size and SHA-256 of the whole package, and the public key it is signed with, in hex."""

    bytes: int
    sha256: str
    key: str


class Package:
    """A package being written: `add` its files, then `seal` it. Left unsealed, it writes no more."""

    def __init__(self, out: Sink) -> None:
        self._through = _Through(out)
        self._zip = zipfile.ZipFile(cast(IO[bytes], self._through), "w", zipfile.ZIP_STORED)
        self.files: list[File] = []

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._through.let_go()
        self._zip.close()  # else zipfile writes a ZIP's end when it is collected, into a closed file

    def add(self, name: str, pieces: Iterable[bytes]) -> File:
        """Adds a file, as its bytes come."""
        size, digest = 0, hashlib.sha256()
        with self._zip.open(_entry(name), "w", force_zip64=True) as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
        self.files.append(File(name, size, digest.hexdigest()))
        return self.files[-1]

    def add_json(self, name: str, told: object) -> None:
        """Adds what is told, for people and programs."""
        self.add(name, [written(told)])

    def seal(self, seed: bytes, about: dict[str, Any]) -> Sealed:
        """Adds the manifest, `about` in it, and its signature under the key of these 32 bytes; ends the package."""
        key = Ed25519PrivateKey.from_private_bytes(seed)
        public = key.public_key().public_bytes_raw().hex()
        manifest = written({"format": FORMAT, **about, "files": [asdict(file) for file in self.files]})
        signature = {"key": public, "signature": key.sign(said(manifest)).hex()}
        for name, content in ((MANIFEST, manifest), (SIGNATURE, written(signature))):
            with self._zip.open(_entry(name), "w") as file:
                file.write(content)
        self._zip.close()
        return Sealed(self._through.tell(), self._through.digest.hexdigest(), public)


def is_signed(manifest: bytes, key: str, signature: str) -> bool:
    """Whether the signature is that key's over this manifest; both in hex."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), said(manifest))
    except (ValueError, InvalidSignature):
        return False
    return True


def said(manifest: bytes) -> bytes:
    """What is signed."""
    return f"{FORMAT}\n".encode() + manifest


def written(told: object) -> bytes:
    """JSON as it stands in a package."""
    return json.dumps(told, indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NO_TIME)
    entry.external_attr = _READABLE
    return entry


class _Through:
    """Hands on what is written, counts and hashes it; it cannot go back, which zipfile finds out by asking."""

    def __init__(self, out: Sink) -> None:
        self._out, self._at, self._over = out, 0, False
        self.digest = hashlib.sha256()

    def let_go(self) -> None:
        self._over = True

    def write(self, piece: bytes) -> int:
        if not self._over:
            self._out.write(piece)
        self.digest.update(piece)
        self._at += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        pass

    def seekable(self) -> bool:
        return False
