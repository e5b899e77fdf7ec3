"""The only form a finished JPEG's head can have, and its picture walked through to the last bit.

Does NOT protect anything by itself: `proof_jpeg` holds what the encoder made against it. The tables of codes are those
of the standard (ITU-T T.81, K.3); the quantiser's are our own encoder's at the one quality we ask for.
"""

from __future__ import annotations

from functools import lru_cache

# Bytes of JFIF: square pixels, no thumbnail.
JFIF = b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"
QUANTISER = bytes.fromhex(
    "000808080908090b0b0b0b0b0b0d0c0d0d0d0d0d0d0d0d0d0d0d0e0e0e1111110e0e0e0d0d0e0e101011111213121111"
    "11111313141414181817171c1c1d222229"
)
# Class and number of a table, how many codes there are of each length, and what they stand for.
TABLES = (
    (0x00, bytes.fromhex("00010501010101010100000000000000"), bytes.fromhex(
        "000102030405060708090a0b"
    )),
    (0x01, bytes.fromhex("00030101010101010101010000000000"), bytes.fromhex(
        "000102030405060708090a0b"
    )),
    (0x10, bytes.fromhex("0002010303020403050504040000017d"), bytes.fromhex(
        "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728"
        "292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a83848586878889"
        "8a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2"
        "e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
    )),
    (0x11, bytes.fromhex("00020102040403040705040400010277"), bytes.fromhex(
        "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a26"
        "2728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a828384858687"
        "88898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9da"
        "e2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa"
    )),
)  # fmt: skip
# Of one part of the picture: its table of lengths (0) and of steps (1), for each of the six blocks.
BLOCKS = (0, 0, 0, 0, 1, 1)


def head(width: int, height: int) -> bytes:
    """All that stands before the compressed picture."""
    codes = b"".join(bytes([which]) + lengths + values for which, lengths, values in TABLES)
    frame = b"\x08" + height.to_bytes(2) + width.to_bytes(2) + b"\x03\x01\x22\0\x02\x11\0\x03\x11\0"
    scan = b"\x03\x01\0\x02\x11\x03\x11\0\x3f\0"
    return b"\xff\xd8" + b"".join(
        b"\xff" + bytes([kind]) + (2 + len(said)).to_bytes(2) + said
        for kind, said in ((0xE0, JFIF), (0xDB, QUANTISER), (0xC4, codes), (0xC0, frame), (0xDA, scan))
    )


def ends_with_its_picture(scan: bytes, width: int, height: int) -> bool:
    """Whether these compressed bytes are that many pixels and nothing more: every code is looked up and counted."""
    parts, left = -(-width // 16) * -(-height // 16), _Bits(scan.replace(b"\xff\0", b"\xff"))
    steps, lengths = [_codes(0x00), _codes(0x01)], [_codes(0x10), _codes(0x11)]
    try:
        for _ in range(parts):
            for which in BLOCKS:
                left.block(steps[which], lengths[which])
    except LookupError:
        return False
    return left.is_padding()


@lru_cache
def _codes(which: int) -> list[tuple[int, int]]:
    """For any sixteen bits: how many of them are the code they begin with (0: none is), and what it stands for."""
    lengths, values = next((lengths, values) for name, lengths, values in TABLES if name == which)
    found, left = list[tuple[int, int]](), iter(values)
    for length, many in enumerate(lengths, 1):
        for _ in range(many):
            found += [(length, next(left))] * (1 << (16 - length))
    return found + [(0, 0)] * ((1 << 16) - len(found))


class _Bits:
    """Bits, from the first to the last."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._held, self._many = data, 0, 0, 0

    def block(self, steps: list[tuple[int, int]], lengths: list[tuple[int, int]]) -> None:
        """Goes over one block of 64. Raises LookupError for what is none."""
        self._skip(self._code(steps))
        place = 1
        while place < 64:
            said = self._code(lengths)
            if said == 0:
                return
            place += (said >> 4) + 1
            self._skip(said & 15)
        if place > 64:
            raise LookupError

    def is_padding(self) -> bool:
        """Whether nothing is left but less than a byte of ones."""
        rest = self._held & ((1 << self._many) - 1)
        return self._at >= len(self._data) and self._many < 8 and rest == (1 << self._many) - 1

    def _code(self, codes: list[tuple[int, int]]) -> int:
        if self._many < 16:
            self._fill()
        shift = self._many - 16
        length, value = codes[(self._held >> shift if shift >= 0 else self._held << -shift) & 0xFFFF]
        if not length:
            raise LookupError
        self._skip(length)
        return value

    def _skip(self, bits: int) -> None:
        if self._many < bits:
            self._fill()
        if self._many < bits:
            raise LookupError
        self._many -= bits

    def _fill(self) -> None:
        more = self._data[self._at : self._at + 64]
        self._at += len(more)
        self._held = ((self._held & ((1 << self._many) - 1)) << (8 * len(more))) | int.from_bytes(more)
        self._many += 8 * len(more)
