"""Coverage-guided fuzzing of our parsers: `python -m tests.fuzz [--seconds 60] [TARGET ...]`; exit 1 if one broke."""

from __future__ import annotations

# ruff: noqa: T201 - what is printed is the point
import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS, name_of

LIMITS = ("-timeout=5", "-rss_limit_mb=1024", "-max_len=65536", "-print_final_stats=1")
KEPT = Path("bench/out/fuzz")  # what broke a target: to be made a test of


def main() -> None:
    """Fuzz each target for so many seconds, one after the other, and print what came of it."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asked.add_argument("--seconds", type=int, default=60)
    asked.add_argument("targets", nargs="*", default=list(TARGETS), metavar="TARGET")
    said = asked.parse_args()
    KEPT.mkdir(parents=True, exist_ok=True)
    print(f"{'target':10} {'runs':>9} {'runs/s':>7} {'branches':>8} {'corpus':>6}  end")
    with tempfile.TemporaryDirectory() as made:
        begun = seeds(Path(made))
        ends = [fuzz(target, begun[target], said.seconds) for target in said.targets]
    sys.exit(not all(ends))


def fuzz(target: str, begun: list[bytes], seconds: int) -> bool:
    """Whether the target held."""
    with tempfile.TemporaryDirectory() as corpus:
        for seed in begun:
            Path(corpus, name_of(seed)).write_bytes(seed)
        words = [target, corpus, f"-max_total_time={seconds}", f"-artifact_prefix={KEPT}/{target}-", *LIMITS]
        run = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.one", *words], capture_output=True, text=True, check=False
        )
    told = run.stdout + run.stderr
    runs, pace = (
        _last(rf"stat::{what}:\s+(\d+)", told) for what in ("number_of_executed_units", "average_exec_per_sec")
    )
    branches, kept = _last(r"cov: (\d+)", told), _last(r"corp: (\d+)", told)
    print(
        f"{target:10} {runs:>9} {pace:>7} {branches:>8} {kept:>6}  {'held' if run.returncode == 0 else 'BROKE'}",
        flush=True,
    )
    if run.returncode:
        print(told[-3000:])
    return run.returncode == 0


def _last(pattern: str, told: str) -> str:
    return ([*re.findall(pattern, told)] or ["?"])[-1]


if __name__ == "__main__":
    main()
