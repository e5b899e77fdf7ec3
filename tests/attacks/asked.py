"""How large the attacks are to be, as `make attacks` says it to the tests; unsaid, the short form."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

SIZE, DATA = "PORCHLIGHT_ATTACKS", "PORCHLIGHT_ATTACKS_DATA"
SHORT = "4x3"


@dataclass(frozen=True)
class Asked:
    """So many residents with so many posts each; `data`: of a demo stack that runs already, or None for one's own."""

    residents: int
    posts: int
    data: Path | None
    whole: bool

    @staticmethod
    def read() -> Asked:
        """What was asked of this run."""
        residents, _, posts = os.environ.get(SIZE, SHORT).partition("x")
        data = os.environ.get(DATA)
        return Asked(int(residents), int(posts), Path(data) if data else None, SIZE in os.environ)

    def say(self) -> None:
        """Hands it to the tests that this process runs."""
        os.environ[SIZE] = f"{self.residents}x{self.posts}"
        if self.data:
            os.environ[DATA] = str(self.data.absolute())
