"""Whose fault a failed run is: the clip's, which its sender should know, or ours, which is worth another try."""

from __future__ import annotations

import errno
import signal
from pathlib import Path

from workers.media.refusals import Reason, RefusedClip
from workers.media.watching import End, Outcome

STOPPED = {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP}  # by a person or a full machine
# ffmpeg takes a thread it could not start for a frame that is still to come: it leaves frames out and says all is well.
NO_THREAD = b"Resource temporarily unavailable"
NOBODY_READS = b"Broken pipe"
NEVER_BEGAN = 1  # of a Python that lacks a library, say: what a photo breaks ends otherwise (photo_decoder.py)


def demand_redacted(decoder: Outcome, redactor: Outcome, encoder: Outcome) -> None:
    """Nothing for a run of all three that went well. A redactor that failed is our fault, whatever befell the others.

    Raises RefusedClip for the clip's fault, OSError for ours.
    """
    # Who waits for a redactor uses nothing: a clip is slow only if decoding it took the time.
    if encoder.end is End.DEADLINE and decoder.cpu_seconds < encoder.wall_seconds / 2:
        raise OSError("the machine had too little time to redact")
    if encoder.end is not End.CUT_OFF:
        demand_success(encoder)
    # Whom nobody reads any more is brought down by the one that ended.
    if not redactor.ok and redactor.end is not End.CUT_OFF and redactor.code != -signal.SIGPIPE:
        raise OSError("the redactor failed")
    if NOBODY_READS in decoder.stderr:  # and the encoder did
        raise OSError("the redactor went away")
    demand_success(decoder)
    if not redactor.ok:
        raise OSError("the redactor was cut off")


def demand_decoded(decoder: Outcome, *after: Outcome) -> None:
    """Nothing for a run in which all went well. Those after the decoder see raw pictures: their failures are ours.

    Raises RefusedClip for the photo's fault, OSError for ours.
    """
    last = after[-1]
    if last.end is End.DEADLINE and decoder.cpu_seconds < last.wall_seconds / 2:
        raise OSError("the machine had too little time for a photo")
    if decoder.code == -signal.SIGPIPE or not all(one.ok or one.end in (End.CUT_OFF, End.DEADLINE) for one in after):
        raise OSError("what comes after the decoder failed")
    demand_seen(decoder)
    if not all(one.ok for one in after):
        raise OSError("what comes after the decoder was cut off")


def demand_seen(decoder: Outcome) -> None:
    """Nothing for a photo's decoder that went well. Raises RefusedClip for the photo's fault, OSError for ours."""
    if decoder.end is End.BY_ITSELF and decoder.code == NEVER_BEGAN:
        raise OSError("the photo decoder does not start")
    demand_success(decoder)


def demand_success(outcome: Outcome, out: Path | None = None) -> None:
    """Nothing for a run that went well and wrote `out`. Raises RefusedClip for the clip's fault, OSError for ours."""
    if outcome.out_of_time:
        raise RefusedClip(Reason.TOOK_TOO_LONG)
    if outcome.end is End.BY_ITSELF and outcome.code in STOPPED:
        raise OSError("the program was stopped from outside")
    if b"No space left on device" in outcome.stderr:
        raise OSError(errno.ENOSPC, "no space left to write a rendition")
    if NO_THREAD in outcome.stderr:
        raise OSError("no room for another thread")
    if not outcome.ok:
        unlisted = b"not on whitelist" in outcome.stderr
        raise RefusedClip(Reason.UNSUPPORTED_CODEC if unlisted else Reason.UNREADABLE)
    if out:
        demand_written(out)


def demand_written(out: Path) -> None:
    """Nothing if there is anything in the file `out`. Raises RefusedClip."""
    if not (out.exists() and out.stat().st_size):
        raise RefusedClip(Reason.UNREADABLE)
