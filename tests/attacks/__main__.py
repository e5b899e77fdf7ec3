"""All attacks on a city of some size, and a table of them: `make attacks`.

    python -m tests.attacks [--residents 40] [--posts 25] [--data DIR | --engine postgresql --store s3]
        [words of pytest]

Starts a whole demo stack of its own, or a city on PostgreSQL and S3 with several of each program. With `--data` it
takes the one that `porchlight up --demo` runs on that folder, which must have no posts yet (its people stay there).
Ends with 1 where an attack succeeded.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pytest

from tests.attacks.asked import STORES, Asked


def main() -> int:
    """Runs them and says what was seen."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--residents", type=int, default=40)
    words.add_argument("--posts", type=int, default=25, help="of each; they may post 30 in an hour")
    words.add_argument("--data", type=Path, help="of a demo stack that runs already")
    words.add_argument("--engine", choices=STORES, help="(sqlite)")
    words.add_argument("--store", choices=STORES.values(), help="(folder): goes with its engine")
    asked, rest = words.parse_known_args()
    engine = asked.engine or next((engine for engine, store in STORES.items() if store == asked.store), "sqlite")
    if asked.store not in (None, STORES[engine]) or (asked.data and engine != "sqlite"):
        words.error("sqlite goes with folder, postgresql with s3, and --data is of a demo on sqlite.")
    Asked(asked.residents, asked.posts, asked.data, True, engine).say()
    return int(pytest.main(["-q", "-p", "no:xdist", str(Path(__file__).parent), *rest]))


if __name__ == "__main__":
    sys.exit(main())
