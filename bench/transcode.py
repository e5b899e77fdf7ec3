"""How long clips of each kind take to their first segment and their last rung, beside bare ffmpeg of the same settings.

    python -m bench.transcode [CLIP] [--clips FOLDER] [--only "HEVC 4K" ...] [--rounds 1] [--first]
                              [--blur faces plates]

Without a clip it takes those of bench.clips: from FOLDER where they lie, else made there. Bare ffmpeg is two commands:
480p as HLS segments, then the larger rungs in one process; it neither confines, proves nor maps HDR. `--first` leaves
the larger rungs out; `--blur` redacts, in ours alone. Each run is a process of its own, turn about, so that a busy
machine is busy for both.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from bench.clips import KINDS, made, make_clip
from workers.media import programs, rework
from workers.media.fragments import Init, Segment
from workers.media.hiding import NOTHING, Hiding
from workers.media.programs import Programs
from workers.media.rungs import Rung, size
from workers.redact.canvases import RATE
from workers.redact.redactions import Redaction

__all__ = ["Spent", "bare_run", "make_clip", "spent"]
LOOK = 0.005  # seconds between looks for bare ffmpeg's first segment


@dataclass(frozen=True)
class Spent:
    """Seconds."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Figures:
    """Of one clip, one way: seconds to the first segment and to the whole 480p, CPU seconds of all, MiB at most."""

    first: float
    whole: float
    cpu: float
    memory: float


def main() -> None:
    """Print one row a kind, ours beside bare, and the ratios."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("clip", nargs="?", type=Path)
    words.add_argument("--clips", type=Path)
    words.add_argument("--only", nargs="*", choices=KINDS, default=list(KINDS))
    words.add_argument("--rounds", type=int, default=1)
    words.add_argument("--first", action="store_true")
    words.add_argument("--blur", nargs="*", choices=[one.value for one in Redaction], default=[])
    asked = words.parse_args()
    tools = programs.find()
    print(f"{'':16} first segment, s    whole 480p, s       CPU of all, s       MiB")
    print(f"{'':16} ours  bare  ratio   ours  bare  ratio   ours  bare  ratio   ours  bare")
    with nullcontext(asked.clips) if asked.clips else tempfile.TemporaryDirectory() as folder:
        for name in [asked.clip.name] if asked.clip else asked.only:
            clip = asked.clip.resolve() if asked.clip else made(tools, name, Path(folder))
            ours, bare = [], []
            for _ in range(asked.rounds):
                bare.append(alone(bare_figures, tools, clip, not asked.first))
                ours.append(alone(our_figures, tools, clip, not asked.first, Hiding.of(*map(Redaction, asked.blur))))
            print(f"{name[:16]:16}{row(ours, bare)}", flush=True)


def alone(run: Callable[..., Figures], *words: object) -> Figures:
    """The figures of a run in a process of its own, whose children's memory is nobody else's."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(run, *words).result()


def our_figures(tools: Programs, clip: Path, larger: bool, blur: Hiding = NOTHING) -> Figures:
    """Probe, 480p segment by segment, then the larger rungs: everything confined, redacted if asked for, and proved."""
    before, started, arrivals = cpu_seconds(), time.monotonic(), []
    probed = rework.inspect(tools, clip)
    first, *others = rework.rungs(probed)

    def arrived(piece: Init | Segment) -> None:
        arrivals.append(time.monotonic() - started)

    with tempfile.TemporaryDirectory() as folder:
        found = rework.survey(tools, clip, probed, first, blur, Path(folder))
        rework.first_rung(tools, clip, probed, first, sound=False, arrived=arrived, blur=found)
        whole = time.monotonic() - started
        if larger and others:
            found = rework.survey(tools, clip, probed, others[-1], blur, Path(folder))
            rework.make_ladder(tools, clip, probed, others, Path(folder), sound=False, blur=found)
    return Figures(arrivals[1], whole, cpu_seconds() - before, most_memory())


def bare_figures(tools: Programs, clip: Path, larger: bool) -> Figures:
    """The same sizes and settings of x264, and nothing else."""
    probed = rework.inspect(tools, clip)
    first, *others = rework.rungs(probed)
    before, started, arrived = cpu_seconds(), time.monotonic(), 0.0
    shapes, rate = {rung.name: size(probed, rung) for rung in (first, *others)}, RATE
    with tempfile.TemporaryDirectory() as folder:
        segment = Path(folder) / "0.m4s"
        hls = ("-f", "hls", "-hls_time", "2", "-hls_segment_type", "fmp4", "-hls_flags", "temp_file")
        named = ("-hls_segment_filename", f"{folder}/%d.m4s", f"{folder}/480p.m3u8")
        scale = ("-vf", "scale={}:{}".format(*shapes[first.name]))
        with subprocess.Popen([*_begun(tools, clip), *scale, *_settings(first, rate), *hls, *named]) as child:
            while child.poll() is None:
                arrived = arrived or (time.monotonic() - started if segment.exists() else 0.0)
                time.sleep(LOOK)
        whole = time.monotonic() - started
        if larger and others:
            ends = "".join(f"[s{n}]" for n in range(len(others)))
            scales = ";".join(f"[s{n}]scale={w}:{h}[v{n}]" for n, (w, h) in enumerate(shapes[r.name] for r in others))
            outs = [("-map", f"[v{n}]", *_settings(r, rate), f"{folder}/{r.name}.mp4") for n, r in enumerate(others)]
            split = ("-filter_complex", f"[0:v]split={len(others)}{ends};{scales}")
            subprocess.run([*_begun(tools, clip), *split, *(word for out in outs for word in out)], check=True)
    return Figures(arrived or whole, whole, cpu_seconds() - before, most_memory())


def bare_run(tools: Programs, clip: Path, out: Path) -> None:
    """480p as one file, with the settings of the first rung and nothing else."""
    settings = _settings(Rung("480p", 480, "superfast"), 30)
    subprocess.run([*_begun(tools, clip), "-vf", "scale=-2:480", *settings, out], check=True)


def _begun(tools: Programs, clip: Path) -> list[str | Path]:
    return [tools.ffmpeg, "-v", "error", "-nostdin", "-y", "-threads", "2", "-i", clip]


def _settings(rung: Rung, rate: int) -> list[str]:
    most = f"-preset {rung.preset} -crf 23 -maxrate {rung.most_kbits}k -bufsize {2 * rung.most_kbits}k"
    keys = f"-g {2 * rate} -keyint_min {2 * rate} -sc_threshold 0 -bf 0 -r {rate} -pix_fmt yuv420p"
    return f"-an -c:v libx264 -threads 2 {most} {keys}".split()


def spent(run: Callable[[], None]) -> Spent:
    """What a run and its children used."""
    before, started = cpu_seconds(), time.monotonic()
    run()
    return Spent(time.monotonic() - started, cpu_seconds() - before)


def cpu_seconds() -> float:
    """Of this program and of those it started."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in both)


def most_memory() -> float:
    """MiB of the largest program this one started."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def row(ours: list[Figures], bare: list[Figures]) -> str:
    """The best of each, side by side."""
    told = ""
    for name in ("first", "whole", "cpu"):
        a, b = (min(getattr(one, name) for one in runs) for runs in (ours, bare))
        told += f" {a:5.2f} {b:5.2f} {a / b:5.2f}x "
    return told + "".join(f" {max(one.memory for one in runs):5.0f}" for runs in (ours, bare))


if __name__ == "__main__":
    main()
