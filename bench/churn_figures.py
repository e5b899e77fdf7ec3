"""What came of a churn: how much was told, what went wrong meanwhile, and what anybody missed or heard twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.churning import Heard


@dataclass
class Figures:
    """What came of it."""

    clients: int
    processes: int
    seconds: float = 0.0
    events: int = 0
    deliveries: int = 0
    resets: int = 0
    emptied: int = 0
    killed: int = 0
    lost: int = 0
    gaps: int = 0
    doubles: int = 0
    begun_anew: int = 0

    def __str__(self) -> str:
        """In a line or two."""
        return (
            f"{self.clients} clients, {self.processes} processes on one port, {self.seconds:.0f} s: "
            f"{self.events} events, {self.deliveries:,} deliveries, {self.resets:,} resets;\n"
            f"{self.lost} rings lost, Redis emptied {self.emptied} times, {self.killed} processes killed: "
            f"{self.gaps} gaps, {self.doubles} doubles, {self.begun_anew} told to begin anew"
        )

    @property
    def is_exact(self) -> bool:
        """Nothing missed, nothing twice."""
        return not (self.gaps or self.doubles or self.begun_anew)

    def compare(self, heard: Heard, told: Sequence[int]) -> None:
        """Adds what one client heard, beside the numbers that were told in its division."""
        self.deliveries += len(heard.numbers)
        self.gaps += len(set(told) - set(heard.numbers))
        self.doubles += len(heard.numbers) - len(set(heard.numbers)) + heard.disorder
        self.begun_anew += heard.begun_anew
