"""Whether what is encoded already is lead enough: who presses play at once never waits for the rest."""

from __future__ import annotations

from dataclasses import dataclass, field

SEGMENT = 2.0  # seconds; a player begins one only when it has all of it
DELAY = 0.5  # seconds from the encoder to the player: proved, put, on the record, told (api/arrivals.py), sent
CAUTION = 0.8  # of the measured speed is counted on: later seconds may show more, and others may want the processors


def covers(proved: float, speed: float, length: float, segment: float = SEGMENT) -> bool:
    """Whether `length` seconds play without a halt of which the first `proved` are there and `speed` follow a second.

    They come in segments of up to `segment` seconds. Played from now on, one that ends at second x of the clip is
    wanted after x - segment seconds, and there after (x - proved) / speed + DELAY. Both are straight lines: where it
    is there in time for the next segment and for the last, it is for all between them.
    """
    if proved >= length:
        return True
    if speed <= 0.0:
        return False
    following = min(proved + segment, length)
    return all((end - proved) / speed + DELAY <= end - segment for end in (following, length))


@dataclass
class Lead:
    """The lead of one encode that began at `began`, of a clip of `length` seconds; times are seconds of one clock."""

    began: float
    length: float
    proved: float = 0.0
    _first: tuple[float, float] | None = field(default=None)  # when the first segment came, and how long it plays
    _last: float = 0.0
    _longest: float = SEGMENT

    def add(self, seconds: float, now: float) -> None:
        """Another segment, of so many seconds, is proved."""
        self.proved += seconds
        self._first = self._first or (now, seconds)
        self._last, self._longest = now, max(self._longest, seconds)

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
        return covers(self.proved, self.speed, self.length, self._longest)
