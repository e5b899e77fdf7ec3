"""Marks that occur nowhere else, planted in a file, and the search for what is left of them.

A mark is a word, or numbers as a camera writes them. One that cannot be found again in its own carrier counts for
nothing: `Carrier.made` demands that all of them are.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

INFLATED = 2 << 20  # bytes that are looked at of what was compressed


@dataclass(frozen=True)
class Mark:
    """Where it was planted, and the bytes any of which betray it."""

    place: str
    needles: tuple[bytes, ...]


@dataclass
class Marks:
    """The marks of one carrier, each drawn as it is planted."""

    carrier: str
    planted: list[Mark] = field(default_factory=list)

    def word(self, place: str, length: int = 14) -> bytes:
        """A new word, at most so many letters long."""
        number = f"{zlib.crc32(f'{self.carrier}|{place}'.encode()):08X}"
        word = f"ZM{len(self.planted):02d}Q{number}V"[:length].encode()
        assert word not in [needle for mark in self.planted for needle in mark.needles]
        self.planted.append(Mark(place, (word, *_written(word))))
        return word

    def text(self, place: str) -> str:
        """The same as text."""
        return self.word(place).decode()

    def raw(self, place: str, *needles: bytes) -> bytes:
        """Bytes that are a mark by themselves, such as a number or a time; the first is what is planted."""
        self.planted.append(Mark(place, needles))
        return needles[0]


@dataclass(frozen=True)
class Planted:
    """A file and what was planted in it."""

    data: bytes
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Carrier:
    """`make` gets a folder that `prepare` went over; `refused` is how it ends, nothing where it is taken."""

    name: str
    make: Callable[[Path, Marks], bytes]
    refused: tuple[str, ...] = ()

    def made(self, folder: Path) -> Planted:
        """The file with its marks, every one of which is there."""
        marks = Marks(self.name)
        data = self.make(folder, marks)
        found = survivors(data, marks.planted)
        missing = [mark.place for mark in marks.planted if mark not in found]
        assert not missing, f"{self.name}: not planted: {missing}"
        return Planted(data, tuple(marks.planted))


def survivors(data: bytes, marks: list[Mark] | tuple[Mark, ...]) -> list[Mark]:
    """The marks that are in these bytes: as they are, between guard bytes, compressed, or written in another way."""
    seen = list(views(data))
    return [mark for mark in marks if any(needle in view for needle in mark.needles for view in seen)]


def views(data: bytes) -> list[bytes]:
    """The bytes as they lie there, without H.264's guards, and whatever of them is a zlib stream."""
    found = [data, data.replace(b"\0\0\3", b"\0\0")]
    for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", data):
        try:
            inflated = zlib.decompressobj().decompress(data[start.start() : start.start() + INFLATED], INFLATED)
        except zlib.error:
            continue
        if len(inflated) > 8:
            found.append(inflated)
    return found


def _written(word: bytes) -> tuple[bytes, ...]:
    text = word.decode()
    encoded = base64.b64encode(word)[: len(word) // 3 * 4]
    return text.encode("utf-16-le"), text.encode("utf-16-be"), word.hex().encode(), word.hex().upper().encode(), encoded
