"""What fuzzing begins with: small clips of each kind, and the words that doors hear."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.crowds import CROWDS
from tests.hostile.cuts import in_fragments
from tests.hostile.makers import copied, drawn, prepare, whole
from workers.redact.metadata import scrub_mp4

LARGEST = 4096  # bytes of a seed for what reads heads: the fuzzer goes on from there
CLIPS, PIECES = ("boxes", "elements", "sniff"), ("splitter", "proof")
RANGES = (b"0-", b"0-0", b"-5", b"5-2", b"bytes=1-2", b"bytes=0-1,2-3", b"bytes=-0", b"bytes=999999999999999999-")
UPLOADS = (
    b'{"bytes": 1, "type": "video/mp4"}',
    b'{"bytes": 0, "type": "video/mp4", "name": "../../x"}',
    b'{"bytes": 1e400, "type": 7}',
    b"R" * 43 + b"=",
)
LENGTHS = (b"", b"\x07\xd0" * 5, b"\0\0\x13\x88\x07", bytes(range(64)))


def seeds(folder: Path) -> dict[str, list[bytes]]:
    """{target: its seeds}; `folder` is for the making of clips."""
    prepare(folder)
    small = drawn(folder, "-c:v", "libx264", "-preset", "ultrafast", "-frames:v", "3", "-fflags", "+bitexact", "s.mp4")
    clips = [
        small,
        whole(folder)[-LARGEST:],
        copied(folder, "-an", "-live", "1", "s.mkv")[:LARGEST],
        copied(folder, "-an", "s.ts")[: 188 * 12],
        drawn(folder, "-c:v", "mjpeg", "s.avi", size="16x16", seconds=0.2),
        *(
            one.make(folder)[:LARGEST]
            for one in CROWDS
            if one.name in ("boxes ten thousand deep", "thirty thousand voids")
        ),
    ]
    pieces = [scrub_mp4(in_fragments(folder)), in_fragments(folder)[:LARGEST]]
    told = {"playlist": [*LENGTHS], "range": [*RANGES], "uploads": [*UPLOADS]}
    return dict.fromkeys(CLIPS, clips) | dict.fromkeys(PIECES, pieces) | told
