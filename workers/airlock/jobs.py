"""What an airlock worker may be asked to do: all of it. The arguments are ids."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from storage.identity.vault import ClipId
from storage.kit import log
from storage.kit.lifeline import die_with_parent
from workers.airlock.admit import admit
from workers.airlock.both_sides import Airlock
from workers.airlock.finish import finish


@dataclass(frozen=True)
class _Opened:
    airlock: Airlock
    worker: int  # the process that opened it, and forks one for each job


_opened: list[_Opened] = []


def work_in(airlock: Airlock) -> None:
    """Says, once and before any job runs, which airlock this process works in."""
    _opened[:] = [_Opened(airlock, os.getpid())]


def admit_clip(clip_id: str) -> None:
    """Takes one clip onto the screen, or as far as it goes."""
    _do(admit, clip_id)


def finish_clip(clip_id: str) -> None:
    """Makes the larger renditions of a clip that is on screen."""
    _do(finish, clip_id)


def _do(work: Callable[[Airlock, ClipId], None], clip_id: str) -> None:
    """Raises nothing, for whoever called would print it with its arguments."""
    try:
        opened = _opened[0]
        if os.getpid() != opened.worker:  # a kill -9 of the worker must leave no clip's process behind
            die_with_parent(opened.worker)
        work(opened.airlock, ClipId(clip_id))
    except Exception as error:  # noqa: BLE001  the clip's lease runs out, and another attempt follows
        log.fault("job_failed", error)
