"""How often a photo that comes again is known, and how often another one is taken for it, on real pictures.

    python -m bench.photos_again [--clips ../shared/clips] [--photos DIR]

A frame of each clip every two seconds stands for what a fixed camera sends as photos, and each file of DIR for itself.
Each is "removed"; then it comes again, saved otherwise, and so do others. Beside it stands the baseline: the 64 bits by
which pictures on lists are found, within 6 bits.
"""

from __future__ import annotations

import argparse
import io
import random
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageEnhance

from workers.media import programs
from workers.redact.photo_looks import SIDE, Seen, is_again, look, seen
from workers.redact.views import HEIGHT, WIDTH, Views, is_any_near, views

MOST = 300  # pairs of each kind
EVERY = 8  # of a clip's frames, one in so many comes again in each way


@dataclass(frozen=True, eq=False)
class Photo:
    """By which camera (each file of DIR is one of its own)."""

    camera: str
    picture: Image.Image

    @property
    def before(self) -> tuple[bytes, Views]:
        """What is kept of it, by both rules."""
        return look(_grey(self.picture, SIDE, SIDE)), views(_grey(self.picture, WIDTH, HEIGHT))


def main() -> None:
    """Print what was known again, and what was taken for something else."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--clips", type=Path, default=Path("../shared/clips"))
    words.add_argument("--photos", type=Path)
    asked = words.parse_args()
    cameras = [_frames(file) for file in sorted(asked.clips.glob("*.mp4"))]
    single = [Photo(file.name, _opened(file)) for file in sorted(asked.photos.iterdir())] if asked.photos else []
    chosen = [*(one for frames in cameras for one in frames[::EVERY]), *single]
    chosen = [one for one in chosen if one.before[0]]
    print(f"{sum(map(len, cameras))} frames of {len(cameras)} cameras, {len(single)} photos")
    print(f"| it comes again | known of {len(chosen)} | baseline |\n|---|---|---|")
    for name, change in WAYS.items():
        found = [_both(one, Photo(one.camera, change(one.picture))) for one in chosen]
        print(f"| {name} | {sum(ours for ours, _ in found)} | {sum(theirs for _, theirs in found)} |", flush=True)
    print("| another photo | taken for it | baseline |\n|---|---|---|")
    everyone = [*(one for frames in cameras for one in frames), *single]
    kinds = {f"of the same camera, {frames[0].camera}": [(a, b) for a in frames for b in frames] for frames in cameras}
    kinds["of another"] = [(a, b) for a in everyone for b in everyone if a.camera != b.camera]
    for name, pairs in kinds.items():
        others = [pair for pair in pairs if pair[0] is not pair[1]]
        told = random.Random(1).sample(others, k=min(MOST, len(others)))
        found = [_both(*pair) for pair in told]
        wrong = f"{sum(ours for ours, _ in found)} of {len(told)} | {sum(theirs for _, theirs in found)}"
        print(f"| {name} | {wrong} of {len(told)} |", flush=True)


def _both(one: Photo, other: Photo) -> tuple[bool, bool]:
    mine, baseline = one.before
    return is_again(mine, _seen(other)), is_any_near(other.before[1], baseline)


@cache
def _seen(photo: Photo) -> Seen:
    return seen(_grey(photo.picture, SIDE, SIDE))


def _grey(picture: Image.Image, width: int, height: int) -> bytes:
    return picture.convert("L").resize((width, height), Image.Resampling.BOX).tobytes()


def _frames(clip: Path) -> list[Photo]:
    with tempfile.TemporaryDirectory(prefix="porchlight-again-") as folder:
        made = ["-vf", "fps=1/2", "-q:v", "3", f"{folder}/%04d.jpg"]
        subprocess.run([programs.find().ffmpeg, "-v", "error", "-i", clip, *made], check=True)
        return [Photo(clip.name, _opened(file)) for file in sorted(Path(folder).iterdir())]


def _opened(file: Path) -> Image.Image:
    return Image.open(file).convert("RGB")


def _saved(picture: Image.Image, quality: int = 60) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def _cut(picture: Image.Image, left: float, right: float, top: float, bottom: float) -> Image.Image:
    wide, high = picture.size
    box = (round(left * wide), round(top * high), round((1 - right) * wide), round((1 - bottom) * high))
    return _saved(picture.crop(box))


def _smaller(picture: Image.Image, by: int, quality: int) -> Image.Image:
    return _saved(picture.resize((picture.width // by, picture.height // by)), quality)


def _light(picture: Image.Image, by: float) -> Image.Image:
    return _saved(ImageEnhance.Brightness(picture).enhance(by))


WAYS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "few bytes (JPEG 40)": lambda it: _saved(it, 40),
    "half as large": lambda it: _smaller(it, 2, 60),
    "a third, few bytes": lambda it: _smaller(it, 3, 30),
    "lighter by a quarter": lambda it: _light(it, 1.25),
    "darker by 30 %": lambda it: _light(it, 0.7),
    "more contrast": lambda it: _saved(ImageEnhance.Contrast(it).enhance(1.3)),
    "2 % cropped from each side": lambda it: _cut(it, 0.02, 0.02, 0.02, 0.02),
    "4 % cropped from each side": lambda it: _cut(it, 0.04, 0.04, 0.04, 0.04),
    "5 % from the left": lambda it: _cut(it, 0.05, 0, 0, 0),
    "5 % from below, lighter": lambda it: _cut(_light(it, 1.15), 0, 0, 0, 0.05),
    "5 % from each side": lambda it: _cut(it, 0.05, 0.05, 0.05, 0.05),
    "mirrored": lambda it: it.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
}

if __name__ == "__main__":
    main()
