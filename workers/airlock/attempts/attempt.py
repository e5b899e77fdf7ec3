"""One attempt at a clip: its lease, kept alive while it tells how far it is, and its scratch folder."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from storage.db import AIRLOCK
from storage.identity.clips import leases
from storage.identity.clips.clips import Clip, Stage
from storage.identity.vault import Vault
from storage.kit import metrics
from workers.media.cut import cut
from workers.media.hiding import Hiding
from workers.media.probe import Probed
from workers.redact.redactions import Redaction

TELL_EVERY = 1.0  # seconds between two lines to the database; a lease lasts 60


class Stopped(Exception):
    """This attempt may go on no longer: its lease is lost, or the author took the clip back."""


@dataclass
class Attempt:
    """Who works on `clip`, in the folder `scratch`."""

    vault: Vault
    clip: Clip
    scratch: Path
    _told: float = field(default=float("-inf"))
    _entered: tuple[Stage, float] | None = None

    @property
    def blur(self) -> Hiding:
        """What its author asked to have hidden. A kind that this version does not know is a fault, never left out."""
        boxes = tuple((left / 100, top / 100, right / 100, low / 100) for left, top, right, low in self.clip.boxes)
        return Hiding.of(*map(Redaction, self.clip.blur), boxes=boxes)

    def cut(self, probed: Probed) -> Probed:
        """The part of the clip that its author wants to be seen. Raises RefusedClip."""
        return cut(probed, self.clip.trim)

    def at(self, stage: Stage, progress: float) -> None:
        """Enters a stage; raises Stopped."""
        self._told = time.monotonic()
        if self._entered is None or self._entered[0] is not stage:
            self.leave()
            self._entered = stage, self._told
        with self.vault.write(by=AIRLOCK) as tx:
            if not leases.beat(tx, self.clip, stage, progress):
                raise Stopped
        metrics.count("beats")

    def leave(self) -> None:
        """Leaves the stage it is in, and measures how long that was."""
        if self._entered is not None:
            metrics.observe("stage_seconds", time.monotonic() - self._entered[1], stage=self._entered[0])
        self._entered = None

    def along(self, stage: Stage, progress: float) -> None:
        """Tells how far a stage is, at once when it is entered and then once a second at most; raises Stopped."""
        entered = self._entered is None or self._entered[0] is not stage
        if entered or time.monotonic() - self._told >= TELL_EVERY:
            self.at(stage, progress)


@contextmanager
def scratch_for(work: Path, clip: Clip) -> Iterator[Path]:
    """A folder named by the lease, so that whoever reconciles knows which ones a crash left behind."""
    folder = work / clip.lease
    (folder / "out").mkdir(parents=True, mode=0o700)
    (folder / "pid").write_text(str(os.getpid()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_held_by(work: Path, clip: Clip, pid: int) -> bool:
    """Whether process `pid` of this machine is, or was until it died, at work under the clip's lease."""
    try:
        return bool(clip.lease) and (work / clip.lease / "pid").read_text() == str(pid)
    except FileNotFoundError:
        return False
