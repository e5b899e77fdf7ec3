"""Whether clips of one camera can be told by their background, with the porch hidden and without; and overlays found.

    python -m bench.porch [--cameras 7] [--clips FOLDER] [--no-cost] [--no-words]

Two clips of each composed camera (bench.porches), and two halves of each real clip in `--clips`, are made as ever:
with nothing hidden, with a mosaic of the background's own means (what "pixelated" usually means), with `porch`. Each
clip is then linked to the one it is most like, by

    hash     64 bits of the lowest frequencies of the median picture, as image searches use them
    shown    what is not everybody's cells, averaged over the clip: the rim of background round whoever moves
    where    at which places something moves, however it looks

A pair is linked if each of its two clips is most like the other and like no third one as much. By chance one of so many
others would be. Words: the share of a camera's name and clock that are covered to nine tenths, by the lines of their
letters in a rendition. Cost: the first rung beside the same without.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from bench.porches import HIGH, RATE, WIDE, Visit, Words, filmed, pictures, places
from bench.redaction import cost, covered
from bench.scenes import Scene
from workers.media import programs, rework
from workers.media.first_rung import encode_first
from workers.media.hiding import NOTHING, Hiding
from workers.media.programs import Programs
from workers.redact import overlay
from workers.redact.porch import TONES
from workers.redact.redactions import Redaction
from workers.redact.weights import weights

MOSAIC = 16  # cells along the longer side of the usual mosaic
SEEN = 24  # pictures an attacker takes of each clip
ROWS = {
    "without": NOTHING,
    "overlay": Hiding.of(Redaction.OVERLAY),
    "porch": Hiding.of(Redaction.PORCH),
}


@dataclass(frozen=True)
class Made:
    """One finished clip: which camera's, and some of its pictures, height x width x 3."""

    camera: str
    seen: list[np.ndarray]


def main() -> None:
    """Print all three tables."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--cameras", type=int, default=7)
    words.add_argument("--clips", type=Path)
    words.add_argument("--no-cost", action="store_true")
    words.add_argument("--no-words", action="store_true")
    asked = words.parse_args()
    tools = programs.find()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        sources = composed(tools, folder, asked.cameras) + (halved(tools, folder, asked.clips) if asked.clips else [])
        linking(tools, folder, sources)
        if not asked.no_words:
            recall()
        if not asked.no_cost:
            cost(filmed(tools.ffmpeg, folder / "cost.mp4", Visit(1, 1, seconds=4, words=Words())), ROWS)


def composed(tools: Programs, folder: Path, cameras: int) -> list[tuple[str, Path]]:
    """Two evenings of each camera."""
    return [
        (
            f"composed {camera}",
            filmed(tools.ffmpeg, folder / f"{camera}-{evening}.mp4", Visit(camera, evening, seconds=4)),
        )
        for camera in range(cameras)
        for evening in range(2)
    ]


def halved(tools: Programs, folder: Path, clips: Path) -> list[tuple[str, Path]]:
    """Two parts of each real clip, some seconds apart."""
    found = []
    for clip in sorted(clips.glob("*.mp4")):
        for number, start in enumerate((0, 16)):
            out = folder / f"{clip.stem}-{number}.mp4"
            cut = ("-ss", str(start), "-t", "8", "-an", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "18")
            subprocess.run([tools.ffmpeg, "-v", "error", "-i", clip, *cut, out], check=True)
            found.append((clip.stem, out))
    return found


def linking(tools: Programs, folder: Path, sources: Sequence[tuple[str, Path]]) -> None:
    """How many pairs each attack links, of clips made in each way."""
    plain = [Made(camera, watched(tools, folder, source, NOTHING)) for camera, source in sources]
    hidden = [Made(camera, watched(tools, folder, source, Hiding.of(Redaction.PORCH))) for camera, source in sources]
    ways = {"nothing hidden": plain, "mosaic of means": [mosaic(one) for one in plain], "porch": hidden}
    attacks = {"hash": by_hash, "shown": by_what_is_shown, "where": by_where_it_moves}
    pairs = len(sources) // 2
    print(
        f"{pairs} pairs linked by"
        + "".join(f"{name:>10}" for name in attacks)
        + "      hash: bits apart, pair / others"
    )
    for name, clips in ways.items():
        told = [f"{linked(clips, attack):6} of {pairs}" for attack in attacks.values()]
        own, others = apart(clips)
        print(f"{name:16}" + "".join(told) + f"      {own:5.1f} / {others:5.1f}", flush=True)
    print(f"{'by chance':16}{pairs / (len(sources) - 1):6.1f} of {pairs}")


def watched(tools: Programs, folder: Path, source: Path, blur: Hiding) -> list[np.ndarray]:
    """Some pictures of the first rung, as whoever watches it has them."""
    probed, out = rework.inspect(tools, source), folder / "watched.mp4"
    rung = rework.rungs(probed)[0]
    surveyed = rework.survey(tools, source, probed, rung, blur, folder)
    with out.open("wb") as file:
        encode_first(
            tools, source, probed, rung, sound=False, arrived=lambda piece: void(file.write(piece.data)), blur=surveyed
        )
    film, seen = cv2.VideoCapture(str(out)), list[np.ndarray]()
    while (read := film.read())[0]:
        seen.append(read[1])
    return [seen[round(place)] for place in np.linspace(0, len(seen) - 1, SEEN)]


def void(_: object) -> None:
    """Nothing, of something."""


def mosaic(made: Made) -> Made:
    """The same with its median picture in the usual coarse cells, wherever nothing moves."""
    middle = np.median(made.seen, axis=0).astype(np.uint8)
    high, wide = middle.shape[:2]
    small = cv2.resize(middle, (MOSAIC, MOSAIC * high // wide), interpolation=cv2.INTER_AREA)
    cells = cv2.resize(small, (wide, high), interpolation=cv2.INTER_NEAREST)
    moves = [(cv2.absdiff(picture, middle).max(axis=2) > 30)[..., None] for picture in made.seen]
    return replace(made, seen=[np.where(move, one, cells) for move, one in zip(moves, made.seen, strict=True)])


def by_hash(clips: Sequence[Made]) -> np.ndarray:
    """Of each two clips how many bits of 64 their hashes share."""
    bits = np.array([hashed(np.median(clip.seen, axis=0)) for clip in clips])
    return np.asarray((bits[:, None] == bits).sum(axis=2))


def hashed(picture: np.ndarray) -> np.ndarray:
    """The signs of the lowest frequencies, about their median."""
    grey = cv2.resize(picture.mean(axis=2).astype(np.float32), (32, 32), interpolation=cv2.INTER_AREA)
    low = cv2.dct(grey)[:8, :8].ravel()
    return np.asarray(low > np.median(low[1:]))


def by_what_is_shown(clips: Sequence[Made]) -> np.ndarray:
    """How alike what is shown of the background is, over the places that two clips both show."""
    pictures, seen = zip(*(shown(clip) for clip in clips), strict=True)
    return likeness([np.where(there, one, np.nan) for one, there in zip(pictures, seen, strict=True)])


def shown(clip: Made) -> tuple[np.ndarray, np.ndarray]:
    """The mean of what is not everybody's cells, 160 x 90, and where there is any."""
    small = np.array([cv2.resize(one, (160, 90), interpolation=cv2.INTER_AREA).mean(axis=2) for one in clip.seen])
    own = np.min([np.abs(small - tone) for tone in (*tones(), sum(tones()) / 2)], axis=0) > 12
    count = own.sum(axis=0)
    return (small * own).sum(axis=0) / np.maximum(count, 1), count > 0


def tones() -> tuple[float, ...]:
    """The two greys as they come out of a decoder."""
    return tuple((tone - 16) * 255 / 219 for tone in TONES)


def by_where_it_moves(clips: Sequence[Made]) -> np.ndarray:
    """How alike the places are at which something differs from the median."""
    maps = []
    for clip in clips:
        middle = np.median(clip.seen, axis=0)
        moved = np.mean([np.abs(one - middle).max(axis=2) > 30 for one in clip.seen], axis=0)
        maps.append(cv2.resize(moved, (160, 90), interpolation=cv2.INTER_AREA))
    return likeness(maps)


def likeness(maps: Sequence[np.ndarray]) -> np.ndarray:
    """The correlation of each two, over the places both know."""
    found = np.zeros((len(maps), len(maps)))
    for one, first in enumerate(maps):
        for other, second in enumerate(maps):
            both = np.isfinite(first) & np.isfinite(second)
            if both.sum() > 50 and first[both].std() and second[both].std():
                found[one, other] = np.corrcoef(first[both], second[both])[0, 1]
    return found


def linked(clips: Sequence[Made], attack: Callable[[Sequence[Made]], np.ndarray]) -> int:
    """Of how many pairs each clip is more like the other than like any third."""
    alike = attack(clips).astype(float)
    np.fill_diagonal(alike, -np.inf)
    count = 0
    for one in range(0, len(clips), 2):
        other = one + 1
        rest = np.delete(alike[[one, other]], [one, other], axis=1)
        count += alike[one, other] > rest.max()
    return count


def apart(clips: Sequence[Made]) -> tuple[float, float]:
    """The mean bits by which hashes differ, within pairs and between cameras."""
    differ = 64 - by_hash(clips).astype(float)
    own = [differ[one, one + 1] for one in range(0, len(clips), 2)]
    others = [differ[one, two] for one in range(len(clips)) for two in range(len(clips)) if one // 2 != two // 2]
    return float(np.mean(own)), float(np.mean(others))


def recall() -> None:
    """A row for each rendition."""
    cv2.setNumThreads(2)
    find, lines = overlay.finder(weights()), (8, 10, 12, 16, 20, 28)
    print(f"{'words, lines':14}" + "".join(f"{each:6}" for each in lines))
    for name, high in (("480p", 480), ("1080p", 1080)):
        shares = [np.mean(written(find, high, each)) for each in lines]
        print(f"{name:14}" + "".join(f"{share:6.2f}" for share in shares), flush=True)


def written(find: Callable[[np.ndarray], np.ndarray], high: int, lines: int) -> list[bool]:
    """Whether the name and the clock of three cameras are covered, their letters so many lines high."""
    found = list[bool]()
    for camera in range(3):
        words = Words(lines=round(lines * HIGH / high))
        visit = Visit(camera, 1, seconds=overlay.LOOKED / RATE, words=words)
        size = (high * WIDE // HIGH, high)
        seen = [cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in pictures(visit)]
        boxes = overlay.standing([find(np.ascontiguousarray(one[:, :, ::-1])) for one in seen])
        true = [tuple(side * high / HIGH for side in place) for place in places(words)]
        found += covered(Scene(seen[0], true), boxes)  # type: ignore[arg-type]
    return found


if __name__ == "__main__":
    main()
