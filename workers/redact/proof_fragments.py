"""Judge the pieces of a fragmented MP4 as if they came from a stranger, each as soon as it is there.

Does NOT protect: what pictures show and sound says, as in `proof`. Written for our own encoder's fragments only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from workers.redact.findings import Finding
from workers.redact.mp4 import BrokenBox, walk
from workers.redact.mp4_shape import INIT, SEGMENT
from workers.redact.proof import prove_boxes
from workers.redact.runs import Run, Track, number, runs, tracks

KEYFRAME = 5  # the H.264 unit every segment begins with
SLICES = {1, KEYFRAME}  # parameter sets stand in avcC; everything else is a message to somebody
LATEST = 3600  # seconds: no clip plays as long
RUN = ["moof/traf", "moof/traf/tfhd", "moof/traf/tfdt", "moof/traf/trun"]


def prove_init(init: bytes) -> list[Finding]:
    """What cannot be vouched for in an init (ftyp and moov); an empty list is the proof."""
    findings = prove_boxes(init, INIT)
    if findings:
        return findings
    try:
        known = tracks(init)
    except (KeyError, ValueError):
        return [Finding("moov/trak", "a track that says too little")]
    kinds = [track.handler for track in known.values()]
    announced = [init[box.start + 7] for box in walk(init) if box.kind == "trex"]
    if kinds not in ([b"vide"], [b"vide", b"soun"]) or announced != list(known):
        return [Finding("moov", "tracks that do not belong")]
    return []


def prove_segment(segment: bytes, init: bytes) -> list[Finding]:
    """What cannot be vouched for in one moof and its mdat, which follow on `init`; an empty list is the proof."""
    findings = prove_boxes(segment, SEGMENT)
    if findings:
        return findings
    try:
        found, known = runs(segment), tracks(init)
    except (KeyError, ValueError, IndexError):
        return [Finding("moof/traf", "a run that does not add up")]
    paths = [box.path for box in walk(segment)]
    if not found or paths != ["moof", "moof/mfhd", *RUN * len(found), "mdat"]:
        return [Finding("moof", "boxes out of their order")]
    return list(_against(segment, found, known))


def prove_fragmented(data: bytes) -> list[Finding]:
    """What cannot be vouched for in a whole file: one init, then segments that follow on each other, and no more."""
    try:
        cuts = [box.start - 8 for box in walk(data) if box.path in ("ftyp", "moof")]
    except BrokenBox as broken:
        return [Finding(str(broken), "a size that cannot be")]
    if len(cuts) < 2 or cuts[0] != 0:
        return [Finding("file", "no init with segments behind it")]
    init, *segments = (data[start:end] for start, end in pairwise([*cuts, len(data)]))
    findings = prove_init(init)
    for segment in segments if not findings else ():
        findings += prove_segment(segment, init)
    return findings or list(_breaks(segments))


def _against(segment: bytes, found: list[Run], known: Mapping[int, Track]) -> Iterator[Finding]:
    numbers = [run.track for run in found]
    if len(set(numbers)) != len(numbers) or not known.keys() >= set(numbers):
        yield Finding("moof/traf", "a track the init does not know, or one twice")
        return
    if any(run.start + run.ticks > LATEST * known[run.track].scale for run in found):
        yield Finding("moof/traf/tfdt", "a time that cannot be")
    if not _covers(segment, [place for run in found for place in run.places]):
        yield Finding("mdat", "bytes that belong to no sample, or to two")
        return
    pictures = [place for run in found if known[run.track].handler == b"vide" for place in run.places]
    if not pictures:
        yield Finding("mdat", "no picture")
    elif segment[pictures[0][0] + 4] & 0x1F != KEYFRAME:
        yield Finding("mdat", "does not begin with a keyframe")
    if not all(_only_slices(segment, start, end) for start, end in pictures):
        yield Finding("mdat", "a unit that is no slice")


def _covers(segment: bytes, places: list[tuple[int, int]]) -> bool:
    at = next(box.start for box in walk(segment) if box.path == "mdat")
    for start, end in places:
        if start != at:
            return False
        at = end
    return at == len(segment)


def _only_slices(data: bytes, at: int, end: int) -> bool:
    if at == end:
        return False
    while at + 5 <= end:
        length = int.from_bytes(data[at : at + 4])
        if length < 1 or data[at + 4] & 0x1F not in SLICES:
            return False
        at += 4 + length
    return at == end


def _breaks(segments: list[bytes]) -> Iterator[Finding]:
    if [number(segment) for segment in segments] != list(range(1, len(segments) + 1)):
        yield Finding("moof/mfhd", "numbers that do not follow on each other")
    ends: dict[int, int] = {}
    for run in (run for segment in segments for run in runs(segment)):
        if run.start != ends.get(run.track, run.start):
            yield Finding("moof/traf/tfdt", "times that do not follow on each other")
        ends[run.track] = run.start + run.ticks
