"""Photos of one and the same picture, each with marks of its own in what a camera writes beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from PIL import Image

from tests.attacks.marks import Marks
from tests.workers.media.photographs import scene

MODEL, DESCRIPTION, ARTIST = 0x0110, 0x010E, 0x013B
SERIAL, OWNER, MADE_AT = 0xA431, 0xA430, 0x9003
INNER, PLACE = 0x8769, 0x8825  # EXIF's own folders
SIZE = (320, 240)


def one_photo(folder: Path) -> Path:
    """A scene of four coloured corners."""
    file = folder / "one-photo.png"
    scene(SIZE).save(file)
    return file


def photo_with_marks(picture: Path, file: Path, marks: Marks) -> Path:
    """The picture as a JPEG with the marks in EXIF, XMP, a comment and behind its end."""
    told = Image.Exif()
    told[MODEL], told[DESCRIPTION], told[ARTIST] = marks.model, f"Photo of {marks.owner}", marks.owner
    inner, place = told.get_ifd(INNER), told.get_ifd(PLACE)
    inner[SERIAL], inner[OWNER] = marks.serial, marks.owner
    inner[MADE_AT] = datetime.fromtimestamp(marks.made_at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    place[1], place[3] = "N" if marks.lat > 0 else "S", "E" if marks.lon > 0 else "W"
    place[2], place[4] = (_in_degrees(abs(degrees)) for degrees in (marks.lat, marks.lon))
    words = f"{marks.model} {marks.serial} {marks.owner} {marks.lat:.7f},{marks.lon:.7f}".encode()
    with Image.open(picture) as opened:
        opened.save(file, "JPEG", quality=92, exif=told, comment=words, xmp=b"<x:xmpmeta>" + words + b"</x:xmpmeta>")
    with file.open("ab") as ended:
        ended.write(words)
    return file


def _in_degrees(degrees: float) -> tuple[float, float, float]:
    minutes = Fraction(degrees) % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(float(minutes % 1 * 60), 4)
