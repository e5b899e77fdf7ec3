"""Judge finished bytes as if they came from a stranger: whatever is not known to be harmless is a finding.

Does NOT protect: faces, voices, plates, burnt-in names, sensor noise and a recognisable background are in the picture
and stay there. The proof is about what stands beside pictures and sound, and it is written for our own encoder only.
"""

from __future__ import annotations

import re

from workers.redact.findings import Finding
from workers.redact.mp4 import INSIDE, BrokenBox, walk
from workers.redact.mp4_shape import Shape

# Names of programs, long enough not to occur in a gigabyte of noise by chance.
PROGRAMS = re.compile(rb"Lav[cfu]\d\d\.|libx26[45]|x264 - core|LAME3\.|Lavc lib")


def prove_boxes(data: bytes, shape: Shape) -> list[Finding]:
    """What stands in `data` beside the boxes of `shape`, or says something else than they may."""
    try:
        boxes = list(walk(data))
    except BrokenBox as broken:
        return [Finding(str(broken), "a size that cannot be")]
    findings = []
    for box in boxes:
        inside = INSIDE.get(box.kind)
        own = data[box.start : box.end if inside is None else box.start + inside] if box.kind != "mdat" else b""
        if not shape.allows(box.path):
            findings.append(Finding(_shown(box.path), "a box that is not known"))
        elif not shape.fits(box.path, own):
            findings.append(Finding(box.path, "says something else than it may"))
    paths = [box.path for box in boxes]
    findings += [Finding(path, "not there exactly once") for path in shape.once if paths.count(path) != 1]
    findings += _doubled(paths)
    if PROGRAMS.search(data):
        findings.append(Finding("file", "the name of a program"))
    return findings


def _doubled(paths: list[str]) -> list[Finding]:
    # Inside one track nothing stands twice, or the second could hide what the first is checked for.
    per_track: list[list[str]] = [[]]
    for path in paths:
        per_track += [[]] if path == "moov/trak" else []
        per_track[-1].append(path)
    return [
        Finding(path, "stands twice")
        for track in per_track[1:]
        for path in {path for path in track if path.startswith("moov/trak/") and track.count(path) > 1}
    ]


def _shown(path: str) -> str:
    # The four letters of an unknown box are a stranger's: they do not go into an error.
    return f"{path.rpartition('/')[0]}/?"
