"""What the makers of hostile files have in common: the noun, a plain clip to start from, boxes and elements."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workers.media.programs import find

SECRET = b"SECRET-4b1d5f0c-of-another-resident"
CLEAN = "clean"
NO, DAMAGED = ("not_a_video",), ("unreadable",)  # the two refusals that most files end in
FFMPEG = find().ffmpeg
SOURCE = "testsrc2=s=160x120:r=10"
SOUND = ("-f", "lavfi", "-i", "sine=440:d=1")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-threads", "1")
FRAGMENTED = ("-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-g", "2")


@dataclass(frozen=True)
class Hostile:
    """`make` gets a folder that `prepare` went over; `ends` are the ends that are right; `slow` ones need minutes."""

    name: str
    make: Callable[[Path], bytes]
    ends: tuple[str, ...]
    slow: bool = False


def prepare(folder: Path, address: str = "127.0.0.1:9") -> None:
    """What makers start from: a clip of a second, a file nobody may read, an address nobody may call."""
    (folder / "secret.txt").write_bytes(SECRET)
    (folder / "address").write_text(address)
    ffmpeg(folder, "-f", "lavfi", "-i", f"{SOURCE}:d=1", *SOUND, *H264, "base.mp4")


def ffmpeg(folder: Path, *words: str) -> bytes:
    """Run it in `folder`; the last word names the file, whose bytes are returned."""
    subprocess.run([FFMPEG, "-v", "error", "-y", *words], cwd=folder, check=True, timeout=120)
    return (folder / words[-1]).read_bytes()


def drawn(folder: Path, *words: str, size: str = "160x120", seconds: float = 1) -> bytes:
    """A clip of ffmpeg's test picture, encoded as `words` say; the last names the file."""
    return ffmpeg(folder, "-f", "lavfi", "-i", f"testsrc2=s={size}:r=10:d={seconds}", *words)


def whole(folder: Path) -> bytes:
    """The plain clip: one picture track, one sound track, its index last."""
    return (folder / "base.mp4").read_bytes()


def copied(folder: Path, *words: str) -> bytes:
    """The plain clip in another container, without chance in it; the last word names the file."""
    return ffmpeg(folder, "-i", "base.mp4", "-c", "copy", "-fflags", "+bitexact", *words)


def fragments(folder: Path) -> bytes:
    """The plain clip in fragments."""
    return ffmpeg(folder, "-i", "base.mp4", *H264, *FRAGMENTED, "fragments.mp4")


def box(kind: bytes, payload: bytes) -> bytes:
    """One ISO box."""
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def patched(data: bytes, kind: bytes, at: int, new: bytes) -> bytes:
    """`data` with `new` written at `at` bytes into the payload of the first box of `kind`."""
    start = data.index(kind) + 4 + at
    return data[:start] + new + data[start + len(new) :]


def changed(data: bytes, path: tuple[bytes, ...], change: Callable[[bytes], bytes]) -> bytes:
    """`data` with the payload of the first box at `path` changed, and the sizes around it made right."""
    made, at, kinds = b"", 0, path
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        payload = data[at + 8 : at + size]
        if kinds and kind == kinds[0]:
            payload, kinds = changed(payload, kinds[1:], change) if kinds[1:] else change(payload), ()
        made, at = made + box(kind, payload), at + size
    return made


def element(kind: int, payload: bytes) -> bytes:
    """One EBML element, its size in eight bytes."""
    return kind.to_bytes((kind.bit_length() + 7) // 8) + b"\x01" + len(payload).to_bytes(7) + payload


EBML = element(0x1A45DFA3, b"\x42\x82\x88matroska")
ENDLESS = b"\x01" + b"\xff" * 7  # the size of an element that does not say


def in_segment(data: bytes, *elements: bytes) -> bytes:
    """A Matroska file with more elements at the head of its segment."""
    at = data.index(b"\x18\x53\x80\x67") + 4
    return data[:at] + ENDLESS + b"".join(elements) + data[at + 9 - data[at].bit_length() :]
