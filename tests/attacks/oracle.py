"""The leak oracle: every secret by kind, each in eight encodings, and who is asked whether any of it stands in bytes.

The eight: as it is, UTF-16, hex, HEX, base64 and base64url (wherever it begins in what was encoded), per cent,
backwards. What is packed (gzip, zlib) is looked at unpacked as well. Not found: what is cut, sealed or said in words.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

from tests.attacks.needles import WINDOW, Needles

UNPACKED_AT_MOST = 16 << 20
LEAST_UNPACKED = 16  # bytes; less is a header that only looked like one
PACKED = {b"\x1f\x8b\x08": 31, b"\x78\x01": 15, b"\x78\x5e": 15, b"\x78\x9c": 15, b"\x78\xda": 15}
DEEPEST = 2
FINER = ", finer"
DECIMAL = re.compile(rb"\d+\.\d+")


@dataclass(frozen=True)
class Hit:
    """A secret was found: where, of which kind, in which encoding."""

    where: str
    kind: str
    encoding: str
    secret: bytes

    def __str__(self) -> str:
        return f"{self.where}: {self.kind} in {self.encoding}: {self.secret[:60]!r}"


@dataclass
class Secrets:
    """What nobody else may come to know, by kind."""

    of: dict[str, set[bytes]] = field(default_factory=dict)

    def add(self, kind: str, *values: str | bytes) -> None:
        """Adds values of one kind; raises ValueError for one that would be found by chance."""
        for value in values:
            raw = value if isinstance(value, bytes) else value.encode()
            if len(raw) < WINDOW:
                raise ValueError(f"{kind}: {raw!r} is too short to be looked for")
            self.of.setdefault(kind, set()).add(raw)

    def add_moment(self, kind: str, at: int, *, told: bool = False) -> None:
        """Adds a time in milliseconds: as digits, as both engines write it; where `told` also to the minute."""
        self.add(kind, str(at), at.to_bytes(6, "big"), at.to_bytes(8, "little"))
        if told:
            self.add(kind, str(at // 1000), datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M"))

    def add_place(self, kind: str, degrees: float) -> None:
        """Adds one coordinate: three decimals (cut and rounded) are found in all that have more.

        Where numbers of all sizes stand, some are like it by chance: `FINER` is the same to five decimals.
        """
        size = abs(degrees)
        for digits, named in ((3, kind), (5, kind + FINER)):
            cut, rounded = int(size * 10**digits) / 10**digits, round(size, digits)
            self.add(named, *(f"{one:{wide}.{digits}f}" for one in (cut, rounded) for wide in ("", f"0{4 + digits}")))
        self.add(kind + FINER, str(round(size * 10**7)))

    def without(self, *kinds: str) -> Secrets:
        """All but these kinds."""
        return Secrets({kind: values for kind, values in self.of.items() if kind not in kinds})

    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        return {kind: len(values) for kind, values in sorted(self.of.items())}


def _base64(raw: bytes, letters: Callable[[bytes], bytes]) -> list[bytes]:
    """What is sure to stand there however many bytes stood before it: three ways."""
    return [letters(bytes(before) + raw)[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6] for before in range(3)]


ENCODINGS: dict[str, Callable[[bytes], list[bytes]]] = {
    "plain": lambda raw: [raw],
    "utf-16": lambda raw: [raw.decode("latin-1").encode("utf-16-le")],
    "hex": lambda raw: [raw.hex().encode()],
    "HEX": lambda raw: [raw.hex().upper().encode()],
    "base64": lambda raw: _base64(raw, base64.b64encode),
    "base64url": lambda raw: _base64(raw, base64.urlsafe_b64encode),
    "per cent": lambda raw: [b"".join(b"%%%02X" % byte for byte in raw), quote(raw, safe="").encode()],
    "backwards": lambda raw: [raw[::-1]],
}


class Oracle:
    """Answers where any of the secrets stands. What stands in `known` was said before there were any secrets."""

    def __init__(self, secrets: Secrets, known: Collection[bytes] = ()) -> None:
        meant: dict[bytes, tuple[str, str, bytes]] = {}
        for kind, values in secrets.of.items():
            for raw in values:
                for name, encode in ENCODINGS.items():
                    for needle in encode(raw):
                        if len(needle) >= WINDOW:
                            meant.setdefault(needle, (kind, name, raw))
        self.dropped: Counter[str] = Counter()
        if known:
            self._take(meant)
            for number in {number for data in known for number, _ in self._needles.find(data)}:
                self.dropped[self._meant[number][0]] += 1
                del meant[self._order[number]]
        self._take(meant)

    def __len__(self) -> int:
        return len(self._order)

    def hits(self, where: str, data: bytes) -> list[Hit]:
        """What stands in `data`, each secret once; also in what is packed in it."""
        found = {number: where for number, at in self._needles.find(data) if self._is_whole(number, at, data)}
        for told, unpacked in _unpacked(where, data):
            for number, at in self._needles.find(unpacked):
                if self._is_whole(number, at, unpacked):
                    found.setdefault(number, told)
        return [Hit(told, *self._meant[number]) for number, told in found.items()]

    def hits_in(self, places: Iterable[tuple[str, bytes]]) -> list[Hit]:
        """What stands in any of these."""
        return [hit for where, data in places for hit in self.hits(where, data)]

    def _is_whole(self, number: int, at: int, data: bytes) -> bool:
        """A number with decimals that goes on before its first digit is another number."""
        _, encoding, raw = self._meant[number]
        if encoding not in ("plain", "backwards") or not DECIMAL.fullmatch(raw):
            return True
        end = at + len(raw)
        return not (data[at - 1 : at] if encoding == "plain" else data[end : end + 1]).isdigit()

    def _take(self, meant: dict[bytes, tuple[str, str, bytes]]) -> None:
        self._order, self._meant = list(meant), list(meant.values())
        self._needles = Needles(self._order)


def _unpacked(where: str, data: bytes, depth: int = 1) -> Iterator[tuple[str, bytes]]:
    for mark, wbits in PACKED.items():
        at = data.find(mark)
        while at >= 0:
            try:
                inner = zlib.decompressobj(wbits).decompress(data[at:], UNPACKED_AT_MOST)
            except zlib.error:
                inner = b""
            if len(inner) >= LEAST_UNPACKED:
                yield f"{where}, unpacked", inner
                if depth < DEEPEST:
                    yield from _unpacked(f"{where}, unpacked", inner, depth + 1)
            at = data.find(mark, at + 1)
