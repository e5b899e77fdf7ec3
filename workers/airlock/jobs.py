"""What an airlock worker may be asked to do: all of it. The arguments are ids."""

from __future__ import annotations

from storage.identity.vault import ClipId
from workers.airlock.admit import Airlock, admit

_opened: list[Airlock] = []


def work_in(airlock: Airlock) -> None:
    """Says, once and before any job runs, which airlock this process works in."""
    _opened[:] = [airlock]


def admit_clip(clip_id: str) -> None:
    """Takes one clip as far as it goes."""
    admit(_opened[0], ClipId(clip_id))
