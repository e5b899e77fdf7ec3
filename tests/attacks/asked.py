"""How large the attacks are to be, as `make attacks` says it to the tests; unsaid, the short form."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

SIZE, DATA, ENGINE = "PORCHLIGHT_ATTACKS", "PORCHLIGHT_ATTACKS_DATA", "PORCHLIGHT_ATTACKS_ENGINE"
SHORT = "4x3"
STORES = {"sqlite": "folder", "postgresql": "s3"}  # which goes with which


@dataclass(frozen=True)
class Asked:
    """So many residents with so many posts each, on which engine.

    `data`: of a demo stack that runs already, or None for one's own.
    """

    residents: int
    posts: int
    data: Path | None
    whole: bool
    engine: str = "sqlite"

    @staticmethod
    def read() -> Asked:
        """What was asked of this run."""
        residents, _, posts = os.environ.get(SIZE, SHORT).partition("x")
        data, engine = os.environ.get(DATA), os.environ.get(ENGINE, "sqlite")
        return Asked(int(residents), int(posts), Path(data) if data else None, SIZE in os.environ, engine)

    def say(self) -> None:
        """Hands it to the tests that this process runs."""
        os.environ[SIZE] = f"{self.residents}x{self.posts}"
        os.environ[ENGINE] = self.engine
        if self.data:
            os.environ[DATA] = str(self.data.absolute())
