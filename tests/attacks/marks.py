"""Tiny clips of one and the same picture, each with marks of its own: who, where, when, which camera."""

from __future__ import annotations

import random
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.kit import clock
from storage.kit.ids import new_id
from workers.media import programs

QUIET = ("-v", "error", "-y")


@dataclass(frozen=True)
class Marks:
    """What one clip's container tells, none of which may arrive anywhere."""

    serial: str
    owner: str
    model: str
    lat: float
    lon: float
    made_at: int  # milliseconds since 1970

    @staticmethod
    def drawn(dice: random.Random, now: int) -> Marks:
        """Of a camera in a real city, months ago: no such place, name or time is in the invented one."""
        return Marks(
            serial=f"SN{new_id()[:14].upper()}",
            owner=f"Owner {new_id()[:12]}",
            model=f"Model-{new_id()[:10]}",
            lat=38.8 + dice.randrange(1, 4_000_000) / 10**7,
            lon=-94.3 - dice.randrange(1, 4_000_000) / 10**7,
            made_at=now - clock.DAY * dice.randrange(60, 300) - dice.randrange(clock.DAY),
        )


def one_picture(folder: Path) -> Path:
    """A second of moving colours, with a tone. Nothing in it can be taken for a face or a plate: no digits."""
    clip = folder / "one-picture.mp4"
    # With every colour and point named: what the filter draws by itself is another each time, and now and then a face.
    colours = "c0=0x305070:c1=0xb0a080:nb_colors=2:x0=40:y0=30:x1=280:y1=210"
    draw = ("-f", "lavfi", "-i", f"gradients=size=320x240:rate=10:duration=1:seed=5:speed=0.1:{colours}")
    tone = ("-f", "lavfi", "-i", "sine=frequency=440:duration=1")
    encode = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
    subprocess.run([programs.find().ffmpeg, *QUIET, *draw, *tone, *encode, clip], check=True)
    return clip


def with_marks(picture: Path, file: Path, marks: Marks, *, as_phones_do: bool) -> Path:
    """Copies the picture's streams into `file` with the marks, as phones write them or as other cameras do."""
    when = datetime.fromtimestamp(marks.made_at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    where = f"{marks.lat:+011.7f}{marks.lon:+012.7f}/"
    phone = "com.apple.quicktime."
    tags = {
        "title": f"Film of {marks.owner}",
        "artist": marks.owner,
        "comment": f"{marks.model} {marks.serial}",
        "location": where,
        "creation_time": when,
        **(
            {f"{phone}location.ISO6709": where, f"{phone}model": marks.model, "serial": marks.serial}
            if as_phones_do
            else {}
        ),
    }
    told = [word for name, value in tags.items() for word in ("-metadata", f"{name}={value}")]
    handlers = ("-metadata:s:v", f"handler_name={marks.serial}", "-metadata:s:a", f"handler_name={marks.owner}")
    flags = ("-movflags", "use_metadata_tags") if as_phones_do else ()
    copy = ("-map", "0", "-c", "copy")
    subprocess.run([programs.find().ffmpeg, *QUIET, "-i", picture, *copy, *told, *handlers, *flags, file], check=True)
    _trail(file, f"{marks.serial} {marks.owner} {marks.lat:.7f},{marks.lon:.7f}".encode())
    return file


def _trail(file: Path, words: bytes) -> None:
    """Leaves the marks in a box at the end once more, where editors leave what they like."""
    with file.open("ab") as opened:
        opened.write((8 + len(words)).to_bytes(4, "big") + b"free" + words)
