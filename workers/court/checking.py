"""Whether a package for court is the one that was made: every file, the manifest and its signature. It asks nobody.

Nothing of a package is trusted before it was compared, and no more of a file is read than its manifest says it has.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from workers.court import contacts
from workers.court.contacts import Contact
from workers.court.form import FORMAT, MANIFEST, SIGNATURE, is_signed

MOST_MANIFEST = 16 << 20  # bytes: a case of some ten thousand files
CHUNK_BYTES = 1 << 20


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    bytes: int
    sha256: str


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    format: str
    case: str
    made_at: str
    originals: dict[str, str] = {}
    files: list[_Part]


class _Signature(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str
    signature: str


class Line(BaseModel):
    """A line of the audit, as a package tells it; `at` in milliseconds since 1970."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    at: int
    time: str
    by: str
    action: str
    subject: str
    hash: str


@dataclass(frozen=True)
class Report:
    """What was found: no faults, and it is whole. `key` signed it; `originals`: post and salted SHA-256."""

    faults: tuple[str, ...]
    case: str = ""
    made_at: str = ""
    files: int = 0
    key: str = ""
    originals: tuple[tuple[str, str], ...] = ()


def check(package: Path, *, key: str | None = None) -> Report:
    """Looks through the package; `key` is the public key that must have signed it. Raises OSError."""
    try:
        with zipfile.ZipFile(package) as opened:
            return _look(opened, key)
    except zipfile.BadZipFile:
        return Report(("This is no package, or it is cut off: it cannot be opened as a ZIP file.",))


def proves(report: Report, original: Path, salt: str) -> str | None:
    """The post whose original this file is, by the salt its author was told; None: of none in the package.

    Raises OSError, or ValueError for what is no salt.
    """
    digest = hashlib.sha256(bytes.fromhex(salt))
    with original.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            digest.update(piece)
    found = digest.hexdigest()
    return next((post for post, hash_ in report.originals if hash_ == found), None)


def contacts_in(package: Path, passphrase: str) -> list[Contact] | None:
    """The contacts of a package that was checked; None where it holds none. Raises NotOpenedError, OSError."""
    with zipfile.ZipFile(package) as opened:
        sealed = _small(opened, contacts.NAME)
    return None if sealed is None else contacts.open_sealed(passphrase, sealed)


def _look(opened: zipfile.ZipFile, key: str | None) -> Report:
    counted = Counter(entry.filename for entry in opened.infolist())
    raw = _small(opened, MANIFEST)
    if raw is None:
        return Report((_why_nothing_says(opened.namelist()),))
    try:
        manifest = _Manifest.model_validate_json(raw)
    except ValidationError:
        return Report((f"{MANIFEST} cannot be read as that of a package.",))
    if manifest.format != FORMAT:
        return Report((f"This package is of another form than {FORMAT}.",))
    signer, faults = _signer(opened, raw, key)
    listed = Counter(part.name for part in manifest.files)
    faults += [f"{name} is in the package more than once." for name, times in counted.items() if times > 1]
    faults += [f"{name} is named more than once by {MANIFEST}." for name, times in listed.items() if times > 1]
    faults += [f"{name} was added: {MANIFEST} does not name it." for name in counted if _is_extra(name, listed)]
    for part in manifest.files:
        faults += _of_part(opened, part) if part.name in counted else [f"{part.name} is missing."]
    originals = tuple(sorted(manifest.originals.items()))
    return Report(tuple(faults), manifest.case, manifest.made_at, len(manifest.files), signer, originals)


def _why_nothing_says(names: list[str]) -> str:
    if MANIFEST in names:
        return f"{MANIFEST} was packed anew or is damaged: check the package as it was fetched."
    if any(name.endswith(f"/{MANIFEST}") for name in names):
        return "This was unpacked and packed anew, in a folder: check the package as it was fetched."
    return f"{MANIFEST} is missing: nothing says what should be in this package."


def _is_extra(name: str, listed: Counter[str]) -> bool:
    return name not in listed and name not in (MANIFEST, SIGNATURE)


def _signer(opened: zipfile.ZipFile, manifest: bytes, key: str | None) -> tuple[str, list[str]]:
    raw = _small(opened, SIGNATURE)
    if raw is None:
        return "", [f"The package is unsigned: {SIGNATURE} is missing."]
    try:
        told = _Signature.model_validate_json(raw)
    except ValidationError:
        return "", [f"{SIGNATURE} cannot be read."]
    if not is_signed(manifest, told.key, told.signature):
        return "", [f"The signature is wrong: {MANIFEST} is not what was signed."]
    if key is not None and key.lower() != told.key:
        return told.key, [f"It is signed with another key than the one you named: {told.key}."]
    return told.key, []


def _of_part(opened: zipfile.ZipFile, part: _Part) -> list[str]:
    if opened.getinfo(part.name).compress_type != zipfile.ZIP_STORED:
        return [f"{part.name} was packed anew: in a package nothing is compressed."]
    size, digest = 0, hashlib.sha256()
    try:
        for piece in _pieces(opened, part.name, part.bytes + 1):
            size += len(piece)
            digest.update(piece)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError):
        return [f"{part.name} is damaged and cannot be read to its end."]
    if (size, digest.hexdigest()) != (part.bytes, part.sha256):
        return [f"{part.name} was changed: it is not the file that was signed."]
    return []


def _pieces(opened: zipfile.ZipFile, name: str, most: int) -> Iterator[bytes]:
    with opened.open(name) as file:
        while most > 0 and (piece := file.read(min(CHUNK_BYTES, most))):
            most -= len(piece)
            yield piece


def _small(opened: zipfile.ZipFile, name: str) -> bytes | None:
    """A file that is read whole, if it is there and small enough to be what it should be."""
    try:
        if opened.getinfo(name).compress_type != zipfile.ZIP_STORED:
            return None
        return b"".join(_pieces(opened, name, MOST_MANIFEST))
    except (KeyError, zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError):
        return None


def trail_of(package: Path) -> list[Line]:
    """The custody trail of a package that was checked; raises OSError, ValueError, KeyError, BadZipFile."""
    with zipfile.ZipFile(package) as opened:
        return [Line.model_validate(line) for line in json.loads(opened.read("custody.json"))]
