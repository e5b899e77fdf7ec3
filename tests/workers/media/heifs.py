"""HEIF files, box by box: nothing here writes them, and hostile ones nothing would."""

from __future__ import annotations

import io
import struct
import subprocess
from dataclasses import dataclass

from PIL import Image

from tests.hostile.makers import FFMPEG, box

RDF = b"application/rdf+xml\0"
READ = ("-v", "error", "-f", "image2pipe", "-c:v", "png", "-i", "-", "-frames:v", "1")
COLOURS = ("-vf", "scale=out_color_matrix=bt601:out_range=pc", "-pix_fmt", "yuvj444p")
CODED = ("-c:v", "libx265", "-x265-params", "log-level=none:qp=4", "-tag:v", "hvc1")
WRITTEN = ("-movflags", "+frag_keyframe+empty_moov", "-f", "mp4", "-")


@dataclass(frozen=True)
class Coded:
    """How a decoder is set up for a picture, its bytes, its size."""

    config: bytes
    picture: bytes
    size: tuple[int, int]


@dataclass(frozen=True)
class Item:
    """One thing in the file: its kind, what it holds, and the numbers of its properties, from 1."""

    kind: bytes
    holds: bytes
    uses: tuple[int, ...] = ()


def hevc(picture: Image.Image) -> Coded:
    """A picture by HEVC, all of its colours kept."""
    png = io.BytesIO()
    picture.save(png, "PNG")
    words = [FFMPEG, *READ, *COLOURS, *CODED, *WRITTEN]
    made = subprocess.run(words, input=png.getvalue(), capture_output=True, check=True, timeout=60).stdout
    at, media = made.index(b"hvcC") - 4, made.index(b"mdat") - 4
    (size,), (length,) = struct.unpack_from(">I", made, at), struct.unpack_from(">I", made, media)
    return Coded(made[at : at + size], made[media + 8 : media + length], picture.size)


def heif(coded: Coded, items: tuple[Item, ...] = (), icc: bytes = b"", says: tuple[int, int] | None = None) -> bytes:
    """A file of one picture and what is said of it; `says` is the size it claims."""
    properties = [coded.config, _size(says or coded.size), _colour(icc)]
    links = [box(b"cdsc", struct.pack(">HHH", number, 1, 1)) for number in range(2, len(items) + 2)]
    return _file([Item(b"hvc1", coded.picture, (1, 2, 3)), *items], properties, links, primary=1)


def tiled(left: Coded, right: Coded, turned: int) -> bytes:
    """As phones write them: a picture of two halves, turned by so many quarters against the clock."""
    width, height = left.size[0] + right.size[0], left.size[1]
    properties = [left.config, _size(left.size), _size((width, height)), _colour(b""), box(b"irot", bytes([turned]))]
    whole = Item(b"grid", struct.pack(">BBBBHH", 0, 0, 0, 1, width, height), (3, 4, 5))
    halves = [Item(b"hvc1", half.picture, (1, 2, 4)) for half in (left, right)]
    return _file([*halves, whole], properties, [box(b"dimg", struct.pack(">HHHH", 3, 2, 1, 2))], primary=3)


def _file(items: list[Item], properties: list[bytes], links: list[bytes], primary: int) -> bytes:
    head, pixels = box(b"ftyp", b"heic\0\0\0\0mif1heic"), box(b"mdat", b"".join(item.holds for item in items))
    # Without knowing where they lie it is as long as with it.
    start = len(head) + len(_meta(items, properties, links, primary, 0)) + 8
    return head + _meta(items, properties, links, primary, start) + pixels


def _meta(items: list[Item], properties: list[bytes], links: list[bytes], primary: int, start: int) -> bytes:
    infos, places, uses = b"", b"", struct.pack(">I", sum(bool(item.uses) for item in items))
    for number, item in enumerate(items, 1):
        words = RDF if item.kind == b"mime" else b""
        infos += _full(b"infe", struct.pack(">HH", number, 0) + item.kind + b"\0" + words, 2)
        places += struct.pack(">HHHII", number, 0, 1, start, len(item.holds))
        start += len(item.holds)
        if item.uses:
            uses += struct.pack(">HB", number, len(item.uses)) + bytes(0x80 | use for use in item.uses)
    boxes = [
        _full(b"hdlr", bytes(4) + b"pict" + bytes(13)),
        _full(b"pitm", struct.pack(">H", primary)),
        _full(b"iloc", b"\x44\x00" + struct.pack(">H", len(items)) + places),
        _full(b"iinf", struct.pack(">H", len(items)) + infos),
        box(b"iprp", box(b"ipco", b"".join(properties)) + _full(b"ipma", uses)),
        *([_full(b"iref", b"".join(links))] if links else []),
    ]
    return _full(b"meta", b"".join(boxes))


def _size(size: tuple[int, int]) -> bytes:
    return _full(b"ispe", struct.pack(">II", *size))


def _colour(icc: bytes) -> bytes:
    return box(b"colr", b"prof" + icc if icc else b"nclx" + struct.pack(">HHHB", 1, 13, 6, 0x80))


def _full(kind: bytes, payload: bytes, version: int = 0) -> bytes:
    return box(kind, bytes([version, 0, 0, 0]) + payload)
