"""Whether what is encoded already is lead enough: who presses play at once never waits for the rest."""

from __future__ import annotations

from dataclasses import dataclass, field

# Seconds that must be there beyond what is being played: a player takes whole segments, of two seconds each, and asks
# what has come since only every two.
CUSHION = 4.0
CAUTION = 0.8  # of the measured speed is counted on: later seconds may show more, and others may want the processors


def covers(proved: float, speed: float, length: float) -> bool:
    """Whether `length` seconds play without a halt of which the first `proved` are there and `speed` follow a second.

    Played from now on, second x is wanted after x seconds and there after (x - proved) / speed of them. That is a
    straight line: where it holds at both ends of what is missing, it holds between them.
    """
    if proved >= length:
        return True
    if speed <= 0.0:
        return False
    return proved >= CUSHION and (length - proved) / speed <= length - CUSHION


@dataclass
class Lead:
    """The lead of one encode that began at `began`, of a clip of `length` seconds; times are seconds of one clock."""

    began: float
    length: float
    proved: float = 0.0
    _first: tuple[float, float] | None = field(default=None)  # when the first segment came, and how long it plays
    _last: float = 0.0

    def add(self, seconds: float, now: float) -> None:
        """Another segment, of so many seconds, is proved."""
        self.proved += seconds
        self._first = self._first or (now, seconds)
        self._last = now

    @property
    def speed(self) -> float:
        """Seconds of the clip that become ready each second: since the first segment came, else up to its coming."""
        if self._first is None:
            return 0.0
        at, seconds = self._first
        done, took = (self.proved - seconds, self._last - at) if self.proved > seconds else (seconds, at - self.began)
        return CAUTION * done / max(took, 1e-3)

    def covers(self) -> bool:
        """Whether it is enough by now."""
        return covers(self.proved, self.speed, self.length)
