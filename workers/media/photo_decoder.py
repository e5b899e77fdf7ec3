"""Decode a stranger's photo, in a process and a sandbox of its own: raw pixels come out, and nothing else of it.

    python -m workers.media.photo_decoder FORMAT FILE                says how large it is as it is seen, or why not
    python -m workers.media.photo_decoder FORMAT FILE WIDTH HEIGHT   writes it in that size: yuv420p as in a clip

What a file says beside its pixels is used here and ends here: which way is up, what its colours mean. Whatever breaks
in here is a photo that cannot be read: the program ends with BROKEN and without a word. Any other end of its own is a
fault of ours.
"""

from __future__ import annotations

import io
import json
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from pi_heif import HeifImageFile
from PIL import AvifImagePlugin, ExifTags, Image, ImageCms, ImageFile, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

BROKEN = 65  # as sysexits.h has it: the data are wrong
MOST_PIXELS = 8192 * 8192  # a phone's 50 million, and some room
FEWEST = 2  # pixels of a side
UPRIGHT, ORIENTATIONS, TURNED = 1, range(1, 9), range(5, 9)  # the last ones lie on their side
# One format by name, and no guess. A JPEG that holds several pictures, as phones write them, is its first one.
READERS: dict[str, Callable[[BinaryIO], ImageFile.ImageFile]] = {
    "jpeg": JpegImageFile,
    "png": PngImageFile,
    "webp": WebPImageFile,
    "avif": AvifImagePlugin.AvifImageFile,
    "heif": HeifImageFile,
}
MOVING = ("png", "webp", "avif")  # a HEIF's further pictures are its burst, depth and the like: the first one counts
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
Image.MAX_IMAGE_PIXELS = None  # the bound is ours, and said for what it is
# Brightness and colour as clips have them; what JPEG's own full range would do to them, finders were not taught.
BRIGHT = [round(16 + value * 219 / 255) for value in range(256)]
COLOUR = [round(128 + (value - 128) * 224 / 255) for value in range(256)]


def look(name: str, file: BinaryIO) -> dict[str, int | str]:
    """Width and height as seen, without decoding; or why it is refused."""
    photo = READERS[name](file)
    width, height = photo.size
    if width * height > MOST_PIXELS:
        return {"refused": "too_big_picture"}
    if name in MOVING and getattr(photo, "is_animated", False):
        return {"refused": "animated_picture"}
    if min(width, height) < FEWEST:
        return {"refused": "unreadable"}
    if _orientation(photo) in TURNED:
        width, height = height, width
    return {"width": width, "height": height}


def decode(name: str, file: BinaryIO, size: tuple[int, int]) -> bytes:
    """All of it in `size`, the right way up, in ordinary colours: one plane after the other."""
    photo = READERS[name](file)
    turned = _orientation(photo)
    photo.draft(None, size[::-1] if turned in TURNED else size)  # of a JPEG an eighth is decoded where that is enough
    picture: Image.Image = photo
    picture.load()
    profile = photo.info.get("icc_profile")
    picture = _flat(picture).resize(size[::-1] if turned in TURNED else size, Image.Resampling.LANCZOS, reducing_gap=3)
    return _planes(_upright(_ordinary(picture, profile), turned))


def _orientation(photo: Image.Image) -> int:
    told = None
    with suppress(Exception):  # what cannot be read says nothing
        told = photo.getexif().get(ExifTags.Base.Orientation)
    return told if isinstance(told, int) and told in ORIENTATIONS else UPRIGHT


def _upright(picture: Image.Image, turned: int) -> Image.Image:
    told = Image.Exif()
    told[ExifTags.Base.Orientation] = turned
    picture.info = {"exif": told.tobytes()}
    return ImageOps.exif_transpose(picture)


def _flat(picture: Image.Image) -> Image.Image:
    """In one of three ways to write colours, and nothing to see through: what lay hidden under that stays hidden."""
    if picture.mode.startswith("I;16"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture if picture.mode in ("L", "CMYK") else picture.convert("RGB")


def _ordinary(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        # A profile that is broken, or of other colours than these, is taken as what nearly every photo is: sRGB.
        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            told, wanted = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            seen = ImageCms.profileToProfile(picture, told, wanted, outputMode="RGB")
            if seen is not None:
                return seen
    return picture.convert("RGB")


def _planes(picture: Image.Image) -> bytes:
    width, height = picture.size
    bright, *colours = picture.convert("YCbCr").split()
    small = [colour.resize((width // 2, height // 2), Image.Resampling.BOX).point(COLOUR) for colour in colours]
    return b"".join(plane.tobytes() for plane in (bright.point(BRIGHT), *small))


def main(name: str, path: str, *size: str) -> None:
    """One photo. Raises whatever its bytes make a decoder raise."""
    with Path(path).open("rb") as file:
        if not size:
            print(json.dumps(look(name, file)))  # noqa: T201  who runs it reads this
            return
        width, height = size
        sys.stdout.buffer.write(decode(name, file, (int(width), int(height))))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # whoever reads us is gone: that is no fault of the photo's
    try:
        main(*sys.argv[1:])
    except Exception:  # noqa: BLE001  a stranger's bytes can break a decoder in any way
        sys.exit(BROKEN)
