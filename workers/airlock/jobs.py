"""What an airlock worker may be asked to do: all of it. The arguments are ids."""

from __future__ import annotations

import os
from dataclasses import dataclass

from storage.identity.vault import ClipId
from storage.kit import log
from storage.kit.lifeline import die_with_parent
from workers.airlock.admit import Airlock, admit


@dataclass(frozen=True)
class _Opened:
    airlock: Airlock
    worker: int  # the process that opened it, and forks one for each job


_opened: list[_Opened] = []


def work_in(airlock: Airlock) -> None:
    """Says, once and before any job runs, which airlock this process works in."""
    _opened[:] = [_Opened(airlock, os.getpid())]


def admit_clip(clip_id: str) -> None:
    """Takes one clip as far as it goes; raises nothing, for whoever called would print it with its arguments."""
    try:
        opened = _opened[0]
        if os.getpid() != opened.worker:  # a kill -9 of the worker must leave no clip's process behind
            die_with_parent(opened.worker)
        admit(opened.airlock, ClipId(clip_id))
    except Exception as error:  # noqa: BLE001  the clip's lease runs out, and another attempt follows
        log.fault("job_failed", error)
