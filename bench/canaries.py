"""Marks planted in every place that cameras, phones and editors write to, and how many of them survive.

    python -m bench.canaries

Ours is all that is published of a clip: init, segments, playlists, poster, and a rendition that comes out as a file.
Beside it, in the same run: ffmpeg as anybody would call it, and ffmpeg told to leave metadata out (-map_metadata -1).
Exits 1 where one of ours survives, or a carrier does not end as declared.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.carriers.all import CARRIERS, published
from tests.carriers.planting import Carrier, Planted, survivors
from tests.hostile.makers import prepare
from workers.media import programs
from workers.media.programs import Programs
from workers.media.refusals import RefusedClip

X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
NAIVE = (X264, (*X264, "-map_metadata", "-1"))


def main() -> None:
    """Print one row a carrier, and the sums."""
    tools, sums, wrong = programs.find(), [0, 0, 0, 0], list[str]()
    print(f"{'':24} planted   ours   ffmpeg   told to leave metadata out")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        prepare(folder)
        for carrier in CARRIERS:
            planted = carrier.made(folder)
            left, told = ours(tools, carrier, planted)
            others = [naive(tools, planted, words) for words in NAIVE]
            wrong += [carrier.name] if left or told.startswith("not ") else []
            sums = [so_far + one for so_far, one in zip(sums, (len(planted.marks), left, *others), strict=True)]
            print(f"{carrier.name:24} {len(planted.marks):7} {told:>6} {others[0]:8} {others[1]:8}", flush=True)
    print(f"{f'{len(CARRIERS)} carriers':24} {sums[0]:7} {sums[1]:6} {sums[2]:8} {sums[3]:8}")
    sys.exit(f"not as declared: {', '.join(wrong)}" if wrong else 0)


def ours(tools: Programs, carrier: Carrier, planted: Planted) -> tuple[int, str]:
    """How many survive in what is published, and how that is told: `refused` where nothing is."""
    with tempfile.TemporaryDirectory() as made:
        source, out = Path(made, "source"), Path(made, "out")
        out.mkdir()
        source.write_bytes(planted.data)
        try:
            everything = published(tools, source, out, larger=True).everything
        except RefusedClip as refused:
            return 0, "refused" if refused.reason.value in carrier.refused else "not taken"
    left = len(survivors(everything, planted.marks))
    return left, str(left) if not carrier.refused else "not refused"


def naive(tools: Programs, planted: Planted, words: tuple[str, ...]) -> int:
    """How many survive where ffmpeg encodes the file anew by itself; 0 where it will not."""
    with tempfile.TemporaryDirectory() as made:
        source, out = Path(made, "source"), Path(made, "out.mp4")
        source.write_bytes(planted.data)
        argv = [tools.ffmpeg, "-v", "error", "-nostdin", "-y", "-i", source, *words, out]
        subprocess.run(argv, check=False, stderr=subprocess.DEVNULL)
        return len(survivors(out.read_bytes(), planted.marks)) if out.exists() else 0


if __name__ == "__main__":
    main()
