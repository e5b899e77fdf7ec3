"""What hostile files cost: each one's end, the worst in CPU time, memory and time, and what the sandbox costs.

python -m bench.hostile [--slow]    --slow takes the bombs at their limits too, some minutes
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from tests.hostile.corpus import HOSTILE
from tests.hostile.makers import Hostile, prepare
from tests.hostile.reworking import TOOLS, Ended, watched
from workers.media.sandbox import run

ROUNDS = 30
WORST = 5


def main() -> None:
    """Print a table, and exit 1 if a file did not end as it must."""
    tried = [one for one in HOSTILE if "--slow" in sys.argv or not one.slow]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        prepare(folder)
        ended = [(one, _end(one, folder)) for one in tried]
    right = [one for one, came in ended if came.end in one.ends]
    reached = [one.name for one, came in ended if came.seen.ended or came.calls]
    print(f"{len(right)}/{len(tried)} ended as declared; connections or processes asked for: {len(reached)}")
    for what, unit, measure in (
        ("CPU", "s", lambda came: came.cpu_seconds),
        ("memory", "MB", lambda came: came.memory_bytes / (1 << 20)),
        ("time", "s", lambda came: came.wall_seconds),
    ):
        print(f"worst {what}:")
        for one, came in sorted(ended, key=lambda pair: -measure(pair[1]))[:WORST]:
            print(f"  {measure(came):8.2f} {unit:2}  {one.name} ({came.end})")
    print(f"sandbox: {_started(confined=True) - _started(confined=False):+.1f} ms for each program started")
    for one, came in ended:
        if came.end not in one.ends:
            print(f"NOT AS DECLARED: {one.name}: {came.end}")
    sys.exit(len(right) < len(tried) or bool(reached))


def _end(one: Hostile, folder: Path) -> Ended:
    with tempfile.TemporaryDirectory() as made:
        source, out = Path(made, "source"), Path(made, "out")
        out.mkdir()
        source.write_bytes(one.make(folder))
        return watched(source, out)


def _started(*, confined: bool) -> float:
    """Milliseconds from start to end of a program that does nothing, the median."""
    return statistics.median(
        run([TOOLS.ffmpeg, "-version"], confined=confined).wall_seconds * 1000 for _ in range(ROUNDS)
    )


if __name__ == "__main__":
    main()
