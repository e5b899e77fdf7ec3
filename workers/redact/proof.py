"""Judge finished bytes as if they came from a stranger: whatever differs from the one form they can have is a finding.

Does NOT protect: faces, voices, plates, burnt-in names, sensor noise and a recognisable background are in the picture
and stay there. The proof is about what stands beside pictures and sound, and it is written for our own encoder only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from workers.redact.findings import Finding
from workers.redact.mp4 import INSIDE, Box, BrokenBox, walk

# Names of programs, long enough not to occur in a gigabyte of noise by chance.
PROGRAMS = re.compile(rb"Lav[cfu]\d\d\.|libx26[45]|x264 - core|LAME3\.|Lavc lib")


def prove_form(data: bytes, form: bytes) -> list[Finding]:
    """Where `data`, boxes from end to end, is not `form`; only an empty list says that it is."""
    if data == form:
        return []
    try:
        return list(_differences(data, form)) or [Finding("file", "not the form it must have")]
    except BrokenBox as broken:
        return [Finding(str(broken), "a size that cannot be")]


def prove_nameless(data: bytes) -> list[Finding]:
    """Where a program is named, wherever that is."""
    return [Finding("file", "the name of a program")] if PROGRAMS.search(data) else []


def _differences(data: bytes, form: bytes) -> Iterator[Finding]:
    known, wanted = {box.path for box in walk(form)}, walk(form)
    for found, right in zip_longest(walk(data), wanted):
        if found is None:
            yield Finding(right.path, "a box that is missing")
        elif found.path not in known:
            yield Finding(_shown(found.path), "a box that is not known")
        elif right is None or found.path != right.path:
            yield Finding(found.path, "a box out of its order")
        elif _own(data, found) != _own(form, right):
            yield Finding(found.path, "says something else than it may")
            continue
        else:
            continue
        return  # from the first box that does not belong on, nothing is where it should be


def _own(data: bytes, box: Box) -> bytes:
    """What a box says of its own, without the boxes inside it."""
    inside = INSIDE.get(box.kind)
    return data[box.start : box.end if inside is None else box.start + inside]


def _shown(path: str) -> str:
    # The four letters of an unknown box are a stranger's: they do not go into an error.
    return f"{path.rpartition('/')[0]}/?"
