"""How long a clip takes to its first playable rendition, beside a bare ffmpeg run of the same settings.

    python -m bench.transcode [CLIP] [--rounds 3]

Without a clip it makes 30 s of 1080p30 at 14 Mb/s: from OpenCV's footage of a plaza where that is installed
(Debian's opencv-doc), else from ffmpeg's test picture, and says which.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workers.media import graph, programs, rework
from workers.media.programs import Programs

PLAZA = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
SWAY = (
    "setpts=N/30/TB,crop=704:396:32+24*sin(t*1.7)+6*sin(t*9):90+40*sin(t*1.1)+5*cos(t*8),"
    "scale=1920:1080:flags=lanczos,noise=alls=10:allf=t,format=yuv420p"
)
RATE = ("-preset", "veryfast", "-g", "30", "-b:v", "14M", "-maxrate", "18M", "-bufsize", "28M")


@dataclass(frozen=True)
class Spent:
    """Seconds."""

    wall: float
    cpu: float


def main() -> None:
    """Print both, and the ratio."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("clip", nargs="?", type=Path)
    words.add_argument("--rounds", type=int, default=3)
    asked = words.parse_args()
    tools = programs.find()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        clip = asked.clip.resolve() if asked.clip else make_clip(tools, folder)
        (folder / "ours").mkdir()
        ours, bare = [], []
        for _ in range(asked.rounds):  # turn about, so that a busy machine is busy for both
            bare.append(spent(lambda: bare_run(tools, clip, folder / "bare.mp4")))
            ours.append(spent(lambda: our_run(tools, clip, folder / "ours")))
    report(min(bare, key=lambda run: run.wall), min(ours, key=lambda run: run.wall))


def our_run(tools: Programs, clip: Path, folder: Path) -> None:
    """Everything a clip goes through until its first rendition and poster may be shown."""
    probed = rework.inspect(tools, clip)
    rendition = rework.make_rendition(tools, clip, probed, rework.rungs(probed)[0], folder, sound=False)
    rework.make_poster(tools, rendition, folder)


def bare_run(tools: Programs, clip: Path, out: Path) -> None:
    """The same size and settings of x264, and nothing else."""
    fps = str(graph.MOST_FPS)
    settings = ("-preset", "superfast", "-crf", "23", "-maxrate", "2500k", "-bufsize", "5000k", "-bf", "0")
    keys = ("-g", str(2 * graph.MOST_FPS), "-sc_threshold", "0", "-pix_fmt", "yuv420p", "-an")
    argv: list[str | Path] = [tools.ffmpeg, "-v", "error", "-nostdin", "-y", "-threads", "2", "-i", clip, "-r", fps]
    scale = ("-vf", "scale=-2:480", "-c:v", "libx264", "-threads", "2")
    subprocess.run([*argv, *scale, *settings, *keys, out], check=True)


def spent(run: Callable[[], None]) -> Spent:
    """What a run and its children used."""
    before, started = cpu_seconds(), time.monotonic()
    run()
    return Spent(time.monotonic() - started, cpu_seconds() - before)


def cpu_seconds() -> float:
    """Of this program and of those it started."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in both)


def make_clip(tools: Programs, folder: Path) -> Path:
    """30 s of 1080p30."""
    real = PLAZA.exists()
    print(f"clip: 30 s of 1080p30 from {'a plaza' if real else 'a test picture: opencv-doc is not installed'}")
    source = (
        ("-r", "10", "-stream_loop", "1", "-i", PLAZA) if real else ("-f", "lavfi", "-i", "testsrc2=s=704x576:r=30")
    )
    argv = [tools.ffmpeg, "-v", "error", "-nostdin", *source, "-vf", SWAY, "-r", "30", "-t", "30"]
    subprocess.run([*argv, "-c:v", "libx264", "-bf", "0", *RATE, folder / "clip.mp4"], check=True)
    return folder / "clip.mp4"


def report(bare: Spent, ours: Spent) -> None:
    """Three lines."""
    print(f"bare ffmpeg 480p     {bare.wall:6.2f} s wall {bare.cpu:6.2f} s CPU")
    print(f"sandbox, 480p, proof {ours.wall:6.2f} s wall {ours.cpu:6.2f} s CPU")
    print(f"ratio                {ours.wall / bare.wall:6.2f}        {ours.cpu / bare.cpu:6.2f}")


if __name__ == "__main__":
    main()
