"""HEIF files, box by box: nothing here writes them, and hostile ones nothing would."""

from __future__ import annotations

import io
import struct
import subprocess

from PIL import Image

from tests.hostile.makers import FFMPEG, box

Coded = tuple[bytes, bytes, tuple[int, int]]  # how a decoder is set up for a picture, its bytes, its size
Item = tuple[bytes, bytes]  # its kind, what it holds
RDF = b"application/rdf+xml\0"
READ = ("-v", "error", "-f", "image2pipe", "-c:v", "png", "-i", "-", "-frames:v", "1")
COLOURS = ("-vf", "scale=out_color_matrix=bt601:out_range=pc", "-pix_fmt", "yuvj444p")
CODED = ("-c:v", "libx265", "-x265-params", "log-level=none:qp=4", "-tag:v", "hvc1")
WRITTEN = ("-movflags", "+frag_keyframe+empty_moov", "-f", "mp4", "-")


def hevc(picture: Image.Image) -> Coded:
    """A picture by HEVC, all of its colours kept."""
    png = io.BytesIO()
    picture.save(png, "PNG")
    words = [FFMPEG, *READ, *COLOURS, *CODED, *WRITTEN]
    made = subprocess.run(words, input=png.getvalue(), capture_output=True, check=True, timeout=60).stdout
    at, media = made.index(b"hvcC") - 4, made.index(b"mdat") - 4
    (size,), (length,) = struct.unpack_from(">I", made, at), struct.unpack_from(">I", made, media)
    return made[at : at + size], made[media + 8 : media + length], picture.size


def heif(coded: Coded, items: tuple[Item, ...] = (), icc: bytes = b"", says: tuple[int, int] | None = None) -> bytes:
    """A file of one picture and what is said of it; `says` is the size it claims."""
    head, payloads = box(b"ftyp", b"heic\0\0\0\0mif1heic"), [coded[1], *(payload for _, payload in items)]
    kinds = [b"hvc1", *(kind for kind, _ in items)]
    colour = b"prof" + icc if icc else b"nclx" + struct.pack(">HHHB", 1, 13, 6, 0x80)
    properties = [coded[0], _full(b"ispe", struct.pack(">II", *(says or coded[2]))), box(b"colr", colour)]
    # Without knowing where they lie it is as long as with it.
    start = len(head) + len(_meta(kinds, properties, payloads, 0)) + 8
    return head + _meta(kinds, properties, payloads, start) + box(b"mdat", b"".join(payloads))


def _meta(kinds: list[bytes], properties: list[bytes], payloads: list[bytes], start: int) -> bytes:
    infos = [_item(number, kind) for number, kind in enumerate(kinds, 1)]
    places = b""
    for number, payload in enumerate(payloads, 1):
        places += struct.pack(">HHHII", number, 0, 1, start, len(payload))
        start += len(payload)
    uses = struct.pack(">IHB", 1, 1, len(properties)) + bytes(0x81 + n for n in range(len(properties)))
    boxes = [
        _full(b"hdlr", bytes(4) + b"pict" + bytes(13)),
        _full(b"pitm", struct.pack(">H", 1)),
        _full(b"iloc", b"\x44\x00" + struct.pack(">H", len(payloads)) + places),
        _full(b"iinf", struct.pack(">H", len(infos)) + b"".join(infos)),
        box(b"iprp", box(b"ipco", b"".join(properties)) + _full(b"ipma", uses)),
    ]
    if infos[1:]:
        boxes.append(
            _full(b"iref", b"".join(box(b"cdsc", struct.pack(">HHH", n, 1, 1)) for n in range(2, len(kinds) + 1)))
        )
    return _full(b"meta", b"".join(boxes))


def _item(number: int, kind: bytes) -> bytes:
    return _full(b"infe", struct.pack(">HH", number, 0) + kind + b"\0" + (RDF if kind == b"mime" else b""), 2)


def _full(kind: bytes, payload: bytes, version: int = 0) -> bytes:
    return box(kind, bytes([version, 0, 0, 0]) + payload)
