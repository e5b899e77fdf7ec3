"""Whose fault a failed run is: the clip's, which its sender should know, or ours, which is worth another try."""

from __future__ import annotations

import signal
from pathlib import Path

from workers.media.refusals import Reason, RefusedClip
from workers.media.watching import End, Outcome

STOPPED = {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP}  # by a person or a full machine
# ffmpeg takes a thread it could not start for a frame that is still to come: it leaves frames out and says all is well.
NO_THREAD = b"Resource temporarily unavailable"


def demand_success(outcome: Outcome, out: Path | None = None) -> None:
    """Nothing for a run that went well and wrote `out`. Raises RefusedClip for the clip's fault, OSError for ours."""
    if outcome.out_of_time:
        raise RefusedClip(Reason.TOOK_TOO_LONG)
    if outcome.end is End.BY_ITSELF and outcome.code in STOPPED:
        raise OSError("the program was stopped from outside")
    if b"No space left on device" in outcome.stderr:
        raise OSError("no space left to write a rendition")
    if NO_THREAD in outcome.stderr:
        raise OSError("no room for another thread")
    if not outcome.ok:
        unlisted = b"not on whitelist" in outcome.stderr
        raise RefusedClip(Reason.UNSUPPORTED_CODEC if unlisted else Reason.UNREADABLE)
    if out and not (out.exists() and out.stat().st_size):
        raise RefusedClip(Reason.UNREADABLE)
