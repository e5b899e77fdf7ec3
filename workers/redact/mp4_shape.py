"""What each box of a fragmented MP4 may say, byte by byte: of its init, which holds no sample, and of a segment.

Does NOT protect: sizes, lengths, frame times and pictures differ from clip to clip and are let through; they say
how a clip looks, not whose it is. Written for our own encoder's output: any other file fails, on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

ONE, MATRIX = rb"\0\x01\0\0", rb"\0\x01\0\0\0{12}\0\x01\0\0\0{12}\x40\0{3}"  # no rotation
TRACK, STBL = "moov/trak", "moov/trak/mdia/minf/stbl"
MINF, STSD = "moov/trak/mdia/minf", "moov/trak/mdia/minf/stbl/stsd"
AAC = rb"\x05\x80{3}\x05\x11\x88\x56\xe5\0\x06\x80{3}\x01\x02"  # low complexity, 48 kHz, one channel

# No length, since the last fragment is not known yet, and no row in any table.
BEGINNING = {
    "ftyp": rb"iso5\0\0\x02\0iso5iso6mp41",
    "moov": None,
    "moov/free": rb"\0{0,4096}",
    "moov/mvhd": rb"\0{12}\0\0\x03\xe8\0{4}" + ONE + rb"\x01\0\0{10}" + MATRIX + rb"\0{24}\0{3}[\x02\x03]",
    TRACK: None,
    f"{TRACK}/tkhd": rb"\0{3}\x03\0{8}\0{3}[\x01\x02]\0{18}\0[\0\x01][\0\x01]\0\0\0" + MATRIX + rb".{8}",
    f"{TRACK}/mdia": None,
    f"{TRACK}/mdia/mdhd": rb"\0{12}.{4}\0{4}\x55\xc4\0\0",
    f"{TRACK}/mdia/hdlr": rb"\0{8}(?:vide|soun)\0{12,60}",
    MINF: None,
    f"{MINF}/vmhd": rb"\0{3}\x01\0{8}",
    f"{MINF}/smhd": rb"\0{8}",
    f"{MINF}/dinf": None,
    f"{MINF}/dinf/dref": rb"\0{7}\x01",
    f"{MINF}/dinf/dref/url ": rb"\0{3}\x01",
    STBL: None,
    STSD: rb"\0{7}\x01",
    f"{STSD}/avc1": rb"\0{7}\x01\0{16}.{4}\0\x48\0\0\0\x48\0\0\0{4}\0\x01\0{32}\0\x18\xff\xff",
    f"{STSD}/avc1/avcC": rb"\x01.{3}\xff\xe1\0.\x67.{3,90}\x01\0.\x68.{2,40}\xfd\xf8\xf8\0",
    f"{STSD}/avc1/free": rb"\0{11}",
    f"{STSD}/avc1/pasp": rb"\0{3}\x01\0{3}\x01",
    f"{STSD}/avc1/btrt": rb".{12}",
    f"{STSD}/mp4a": rb"\0{7}\x01\0{8}\0[\x01\x02]\0\x10\0{4}\xbb\x80\0\0",
    f"{STSD}/mp4a/esds": rb"\0{4}\x03\x80{3}\x25\0[\x01\x02]\0\x04\x80{3}\x17\x40\x15.{11}" + AAC,
    f"{STSD}/mp4a/btrt": rb".{12}",
    f"{STBL}/stts": rb"\0{8}",
    f"{STBL}/stsc": rb"\0{8}",
    f"{STBL}/stsz": rb"\0{12}",
    f"{STBL}/stco": rb"\0{8}",
    "moov/mvex": None,
    "moov/mvex/trex": rb"\0{7}[\x01\x02]\0{3}\x01\0{12}",
}
# Places count from the fragment's own start; only the first picture of a segment can be a keyframe.
FRAGMENT = {
    "moof": None,
    "moof/mfhd": rb"\0{4}.{4}",
    "moof/traf": None,
    "moof/traf/tfhd": rb"\0\x02\0\x38\0{3}[\x01\x02].{8}(?:\x01\x01|\x02\0)\0\0",
    "moof/traf/tfdt": rb"\x01\0{3}.{8}",
    "moof/traf/trun": rb"\0\0[\0-\x03][\x01\x05].{8}.*",
    "mdat": None,
}


class Shape:
    """Which boxes may stand where, what each may say of its own, and which stand exactly once."""

    def __init__(self, boxes: Mapping[str, bytes | None], once: tuple[str, ...]) -> None:
        self.once = once
        self._boxes = {path: re.compile(own or rb".*", re.DOTALL) for path, own in boxes.items()}

    def allows(self, path: str) -> bool:
        """Whether a box may stand at this place at all."""
        return path in self._boxes

    def fits(self, path: str, own: bytes) -> bool:
        """Whether the box's own bytes (without the boxes inside it) are what they must be."""
        return self._boxes[path].fullmatch(own) is not None


INIT = Shape(BEGINNING, ("ftyp", "moov", "moov/mvhd", "moov/mvex"))
SEGMENT = Shape(FRAGMENT, ("moof", "moof/mfhd", "mdat"))
