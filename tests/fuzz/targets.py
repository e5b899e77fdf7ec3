"""What is fuzzed: each parser of ours that meets a stranger's bytes, and what must hold whatever they are."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress

from pydantic import ValidationError

from api import media, playlists
from api.resident.sending.uploads import Begin
from storage.kit.errors import PorchlightError
from storage.posts.posts import Rendition
from storage.posts.segments import Piece
from workers.media import boxes, elements, sniff
from workers.media.fragments import Init, Segment, Splitter, index
from workers.media.refusals import RefusedClip
from workers.redact.findings import NotClean
from workers.redact.proof_fragments import Pieces, prove_fragmented, prove_init

URI = re.compile(r"480p-\d+\.(mp4|m4s)|720p\.mp4|(480|720)p\.m3u8")
SIZES = (0, 1, 16, 1 << 20, 1 << 40)


def walk_boxes(data: bytes) -> None:
    """A walk over boxes ends, in a refusal or in none."""
    with suppress(RefusedClip):
        boxes.check_file(io.BytesIO(data))


def walk_elements(data: bytes) -> None:
    """Neither do Matroska, AVI or transport streams take a walk any further."""
    for walk in (elements.check_matroska_file, elements.check_avi_file):
        with suppress(RefusedClip):
            walk(io.BytesIO(data))
    with suppress(RefusedClip):
        elements.check_packets(data, data)


def sniff_head(data: bytes) -> None:
    """A head looks like one kind of file at most, and never like one that begins as a text does."""
    kinds = [kind for kind, looks_like in sniff.TESTS.items() if looks_like(data[: sniff.HEAD])]
    assert len(kinds) <= 1 or sniff.Container.TRANSPORT in kinds
    assert not (kinds and data[:7] == b"#EXTM3U")
    with suppress(RefusedClip):
        assert not (kinds and sniff.photo_in(data[: sniff.HEAD])) or sniff.Container.TRANSPORT in kinds


def split(data: bytes) -> None:
    """What is cut out of a stream is the stream, however it comes; what does not fit is found, not fallen over."""
    at_once, by_bits = _cut([data]), _cut(data[at : at + 7] for at in range(0, len(data), 7))
    assert by_bits[: len(at_once)] == at_once  # of a chunk that does not fit as a whole nothing is given out
    cut = b"".join(piece.data for piece in by_bits)
    assert data.startswith(cut)
    assert all(isinstance(piece, Init) == (n == 0) for n, piece in enumerate(by_bits))
    assert [piece.number for piece in by_bits if isinstance(piece, Segment)] == list(range(1, max(len(by_bits), 1)))


def prove(data: bytes) -> None:
    """A proof is an answer, never a fault; and what is proved can be cut and told place by place."""
    at = data.find(b"moof") - 4
    init, segment = (data[:at], data[at:]) if at > 0 else (data, data)
    prove_init(init)
    Pieces(sound=True).prove(segment)
    if prove_fragmented(data) == []:
        places = index(data)
        assert places[0].start == 0
        assert sum(place.bytes for place in places) == len(data)


def write_playlist(data: bytes) -> None:
    """A playlist names nothing but our own files, tells every length, and grows at its end only."""
    numbers = [number for (number,) in struct.iter_unpack(">H", data[: len(data) // 2 * 2])]
    own = len(data) % 2 == 0
    pieces, start = [Piece(0, "k", 0, 700, 0)], 700
    for n, number in enumerate(numbers[:200], 1):
        pieces.append(Piece(n, "k", 0 if own else start, number + 1, number % 5000))
        start += number + 1
    file = Rendition("480p.mp4" if own else "720p.mp4", "" if own else "k", 854, 480, start, len(numbers), False)
    growing, whole = (playlists.media(file, pieces, ended=ended) for ended in (False, True))
    lines = growing.splitlines()
    assert lines[0] == "#EXTM3U" and growing.isascii() and whole.endswith("#EXT-X-ENDLIST\n")
    assert all(URI.fullmatch(line) for line in lines if not line.startswith("#"))
    told = [round(float(line[8:-1]) * 1000) for line in lines if line.startswith("#EXTINF:")]
    assert told == [piece.milliseconds for piece in pieces[1:]]
    target = next(int(line.partition(":")[2]) for line in lines if "TARGETDURATION" in line)
    assert all(length <= target * 1000 + 500 for length in told)
    before = playlists.media(file, pieces[:-1], ended=False) if pieces[1:] else growing
    assert _without_target(growing).startswith(_without_target(before))
    named = [line for line in playlists.master([file], {file.file: pieces}).splitlines() if not line.startswith("#")]
    assert named == ([playlists.of(file.file)] if pieces[1:] else [])


def want_range(data: bytes) -> None:
    """A range is within the file, or none, or refused."""
    for asked in (data.decode("latin-1"), "bytes=" + data.decode("latin-1")):
        for size in SIZES:
            try:
                span = media.wanted(asked, size)
            except PorchlightError:
                continue
            assert span is None or 0 <= span.start < span.end <= size


def begin_upload(data: bytes) -> None:
    """What opens an upload is understood whole, or refused; so is a checksum."""
    try:
        begun = Begin.model_validate_json(data)
    except ValidationError:
        pass
    else:
        assert begun.bytes >= 1
        assert len(begun.type) <= 100
    with suppress(ValueError):
        assert len(base64.b64decode(data.decode("latin-1")[:60], validate=True)) <= 45


def _cut(chunks: Iterable[bytes]) -> list[Init | Segment]:
    splitter, pieces = Splitter(), list[Init | Segment]()
    try:
        for chunk in chunks:
            pieces += splitter.feed(chunk)
    except NotClean:
        pass
    return pieces


def _without_target(playlist: str) -> str:
    return re.sub(r"#EXT-X-TARGETDURATION:\d+\n", "", playlist)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "boxes": walk_boxes,
    "elements": walk_elements,
    "sniff": sniff_head,
    "splitter": split,
    "proof": prove,
    "playlist": write_playlist,
    "range": want_range,
    "uploads": begin_upload,
}


def name_of(data: bytes) -> str:
    """A file name for a seed."""
    return hashlib.sha256(data).hexdigest()[:16]
