"""What redaction costs beside the same clip without it, and how much it finds, by size.

    python -m bench.redaction [CLIP] [--heads FOLDER] [--scenes 4] [--no-cost]

Cost: the first rung without, with faces, with plates, with both, turn about; without a clip, four seconds of a street
with faces and plates in 1080p. Recall: how many of the drawn faces and plates of bench.scenes are covered to nine
tenths, by their height in pixels of a rendition, at 480p and at 1080p. With `--heads` faces are cut from photographs
of one head each, as a finder sees them at their own size. Both are upper bounds: nobody looks away, nothing moves.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from bench import scenes
from bench.scenes import Scene, street
from bench.transcode import Figures, alone, our_figures
from workers.media import programs
from workers.media.hiding import Hiding
from workers.redact import faces, plates
from workers.redact.boxes import Boxes
from workers.redact.redactions import Redaction
from workers.redact.weights import weights

SIZES = {"480p": (854, 480), "1080p": (1920, 1080)}
LINES = {"faces": (12, 16, 20, 24, 32, 48, 64, 96), "plates": (8, 12, 16, 20, 24, 32, 48)}
ROWS: dict[str, Hiding] = {
    "without": Hiding(),
    "faces": Hiding.of(Redaction.FACES),
    "plates": Hiding.of(Redaction.PLATES),
    "both": Hiding.of(Redaction.FACES, Redaction.PLATES),
}
SECONDS = 4


def main() -> None:
    """Print both tables."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("clip", nargs="?", type=Path)
    words.add_argument("--heads", type=Path)
    words.add_argument("--scenes", type=int, default=4)
    words.add_argument("--no-cost", action="store_true")
    words.add_argument("--only", nargs="*", choices=LINES, default=list(LINES), help="what to look for")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if not asked.no_cost:
            cost(asked.clip.resolve() if asked.clip else filmed(Path(folder)))
    if asked.heads:
        heads = [cut(Image.open(file).convert("RGB")) for file in sorted(asked.heads.iterdir())]
        scenes.face = lambda lines, chance: scaled(*chance.choice(heads), lines, chance)
    cv2.setNumThreads(2)
    finders: dict[str, Callable[[np.ndarray], Boxes]] = {"faces": faces.find, "plates": plates.finder(weights())}
    for kind in asked.only:
        find = finders[kind]
        print(f"{kind + ', lines':14}" + "".join(f"{lines:6}" for lines in LINES[kind]))
        for name, (width, height) in SIZES.items():
            found = [recall(find, kind, width, height, lines, asked.scenes) for lines in LINES[kind]]
            print(f"{name:14}" + "".join(f"{share:6.2f}" for share in found), flush=True)


def cost(clip: Path, rows: dict[str, Hiding] = ROWS) -> None:
    """A row each: seconds to the first segment and to the whole first rung, CPU seconds, and both beside `without`."""
    tools, whole = programs.find(), dict[str, Figures]()
    print(f"{'first rung':14} first, s  whole, s     CPU, s       MiB")
    for name, blur in rows.items():
        one = whole[name] = alone(our_figures, tools, clip, False, blur)
        slower, dearer = one.whole / whole["without"].whole, one.cpu / whole["without"].cpu
        print(
            f"{name:14} {one.first:8.2f} {one.whole:9.2f} {slower:5.2f}x {one.cpu:7.2f} {dearer:5.2f}x"
            f" {one.memory:5.0f}"
        )


def filmed(folder: Path) -> Path:
    """A street in 1080p at 30 pictures a second, whose faces and plates pass by."""
    chance = random.Random(1)
    halves = [Image.fromarray(street(1300, 1080, chance, kind, 60).picture) for kind in ("faces", "plates")]
    wall = Image.new("RGB", (2600, 1080))
    for place, half in enumerate(halves):
        wall.paste(half, (1300 * place, 0))
    wall.save(folder / "wall.png")
    still = ("-loop", "1", "-r", "30", "-i", folder / "wall.png", "-vf", "crop=1920:1080:x=60*t:y=0")
    done = ("-t", str(SECONDS), "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p")
    clip = folder / "street.mp4"
    subprocess.run([programs.find().ffmpeg, "-v", "error", *still, *done, clip], check=True)
    return clip


def recall(find: Callable[[np.ndarray], Boxes], kind: str, width: int, height: int, lines: int, many: int) -> float:
    """The share of what is drawn in `many` scenes that is covered to nine tenths."""
    chance, seen = random.Random(lines), list[bool]()
    for _ in range(many):
        scene = street(width, height, chance, kind, lines)
        seen += covered(scene, find(np.ascontiguousarray(scene.picture[:, :, ::-1])))
    return sum(seen) / len(seen)


def covered(scene: Scene, found: Boxes) -> list[bool]:
    """Whether each box of the scene is covered to nine tenths by what was found."""
    height, width = scene.picture.shape[:2]
    mask = np.zeros((height, width), bool)
    for left, top, right, bottom in np.clip(found, 0, 1):
        mask[int(top * height) : int(bottom * height) + 1, int(left * width) : int(right * width) + 1] = True
    return [
        bool(mask[int(top) : int(bottom) + 1, int(left) : int(right) + 1].mean() >= 0.9)
        for left, top, right, bottom in scene.boxes
    ]


def cut(photograph: Image.Image) -> tuple[Image.Image, tuple[float, ...]]:
    """The head of a photograph and where in it the face is: what a finder is surest of, at the photograph's size."""
    seen = np.ascontiguousarray(np.asarray(photograph)[:, :, ::-1])
    left, top, wide, high, _ = max(faces._found(*photograph.size, seen.tobytes()), key=lambda one: one[4])
    around = (left - wide // 2, top - high // 2, left + wide + wide // 2, top + high + high // 2)
    x, y, right, bottom = (max(0, min(each, most)) for each, most in zip(around, photograph.size * 2, strict=True))
    return photograph.crop((x, y, right, bottom)), (left - x, top - y, left + wide - x, top + high - y)


def scaled(
    head: Image.Image, face: tuple[float, ...], lines: int, chance: random.Random
) -> tuple[Image.Image, tuple[float, ...]]:
    """A head whose face has so many lines, in some light."""
    scale, light = lines / (face[3] - face[1]), chance.uniform(0.4, 1.2)
    size = (max(1, round(head.width * scale)), max(1, round(head.height * scale)))
    lit = head.point(lambda value: min(255, int(value * light)))
    return lit.resize(size, Image.Resampling.LANCZOS), tuple(side * scale for side in face)


if __name__ == "__main__":
    main()
