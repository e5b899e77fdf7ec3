"""`python -m bench` (`make bench`): every benchmark, one after the other. Each prints a ratio to a run beside it."""

from __future__ import annotations

import runpy
from pathlib import Path

for file in sorted(Path(__file__).parent.glob("*.py")):
    if not file.name.startswith("_"):
        print(f"== {file.stem}", flush=True)
        runpy.run_module(f"bench.{file.stem}", run_name="__main__")
