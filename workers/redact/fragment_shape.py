"""What each box of a fragmented MP4 may say: of its beginning, which holds no sample, and of a segment.

Does NOT protect: sizes, rates and frame times differ from clip to clip and are let through, as in `mp4_shape`.
"""

from __future__ import annotations

from workers.redact.mp4_shape import MATRIX, MINF, ONE, SHAPES, STBL, STSD, TRACK, Shape

KEPT = (
    "moov", "moov/free", TRACK, f"{TRACK}/mdia", f"{TRACK}/mdia/hdlr",
    MINF, f"{MINF}/vmhd", f"{MINF}/smhd", f"{MINF}/dinf", f"{MINF}/dinf/dref", f"{MINF}/dinf/dref/url ",
    STBL, STSD, f"{STSD}/avc1", f"{STSD}/avc1/avcC", f"{STSD}/avc1/free", f"{STSD}/avc1/pasp", f"{STSD}/avc1/btrt",
    f"{STSD}/mp4a", f"{STSD}/mp4a/esds", f"{STSD}/mp4a/btrt",
)  # fmt: skip
# No length, since the last fragment is not known yet, and no row in any table.
BEGINNING = {path: SHAPES[path] for path in KEPT} | {
    "ftyp": rb"iso5\0\0\x02\0iso5iso6mp41",
    "moov/mvhd": rb"\0{12}\0\0\x03\xe8\0{4}" + ONE + rb"\x01\0\0{10}" + MATRIX + rb"\0{24}\0{3}[\x02\x03]",
    f"{TRACK}/tkhd": rb"\0{3}\x03\0{8}\0{3}[\x01\x02]\0{18}\0[\0\x01][\0\x01]\0\0\0" + MATRIX + rb".{8}",
    f"{TRACK}/mdia/mdhd": rb"\0{12}.{4}\0{4}\x55\xc4\0\0",
    f"{STBL}/stts": rb"\0{8}",
    f"{STBL}/stsc": rb"\0{8}",
    f"{STBL}/stsz": rb"\0{12}",
    f"{STBL}/stco": rb"\0{8}",
    "moov/mvex": None,
    "moov/mvex/trex": rb"\0{7}[\x01\x02]\0{3}\x01\0{12}",
}
INIT = Shape(BEGINNING, ("ftyp", "moov", "moov/mvhd", "moov/mvex"))
# Places count from the fragment's own start; only the first picture of a segment can be a keyframe.
SEGMENT = Shape(
    {
        "moof": None,
        "moof/mfhd": rb"\0{4}.{4}",
        "moof/traf": None,
        "moof/traf/tfhd": rb"\0\x02\0\x38\0{3}[\x01\x02].{8}(?:\x01\x01|\x02\0)\0\0",
        "moof/traf/tfdt": rb"\x01\0{3}.{8}",
        "moof/traf/trun": rb"\0\0[\0-\x03][\x01\x05].{8}.*",
        "mdat": None,
    },
    ("moof", "moof/mfhd", "mdat"),
)
