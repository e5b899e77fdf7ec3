"""Runs an RQ worker for one of the airlock's lanes: `python -m workers.run airlock`."""

from __future__ import annotations

import argparse
import shutil
from functools import partial

from rq.job import Job

from storage import checks
from storage.db import AIRLOCK
from storage.identity.clips import clips, leases
from storage.identity.vault import ClipId
from storage.kit import log, metrics, ready, settings, starting
from storage.kit.errors import PorchlightError
from storage.kit.ready import Check
from storage.kit.redis import connect
from workers.airlock import jobs
from workers.airlock.attempts.attempt import is_held_by
from workers.airlock.both_sides import Airlock, mail_folder, open_both_sides, scratch_folder
from workers.airlock.checks import of_both_sides
from workers.closed_job import closed_worker, keep_quiet
from workers.media import programs, self_test
from workers.media.sandbox import SandboxBroken
from workers.queue import ADMIT_CLIP, FINISH_CLIP, JOBS, Lane, doorbell

PROGRAMS = {Lane.SMALL: "airlock-worker", Lane.LARGE: "airlock-large", Lane.LADDER: "airlock-ladder"}
_DOES = {ADMIT_CLIP: jobs.admit_clip, FINISH_CLIP: jobs.finish_clip}
STILL_SECONDS = 180.0  # a worker that waits beats every 45 s, an attempt within its lease of 60 s


def main() -> None:
    """Starts, or says in one line why not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("queue", choices=list(Lane), type=Lane)
    lane: Lane = parser.parse_args().queue
    log.start(PROGRAMS[lane])
    try:
        work(lane)
    except (PorchlightError, SandboxBroken, programs.MissingProgram) as why:
        raise SystemExit(f"{PROGRAMS[lane]}: {why}") from None


def work(lane: Lane) -> None:
    """Works until told to stop: SIGTERM lets the clip in hand go on to its end, a second one does not."""
    record, identity = starting.on_both_sides()
    ready.answer_beside(
        record.metrics, lambda: [*of_both_sides(record, identity), _WORKING, checks.beats("beats", STILL_SECONDS)]
    )
    airlock = open_airlock(identity)
    jobs.work_in(airlock)
    allowed, killed = {JOBS[lane]: _DOES[JOBS[lane]]}, partial(_horse_killed, airlock)
    worker = closed_worker(lane, connect(identity.redis), allowed, killed)
    metrics.put("working", 1)
    log.event("ready", queue=lane)
    keep_quiet()
    worker.work(with_scheduler=False, logging_level="ERROR")


def _demand_working() -> None:
    if not metrics.value_of("working"):
        raise SandboxBroken("this worker has not seen its sandbox hold")


_WORKING = Check("no_sandbox", _demand_working)


def _horse_killed(airlock: Airlock, job: Job, pid: int, _status: int, _usage: object) -> None:
    """The process of one clip was killed from outside: others may have the clip without waiting for its lease.

    Not where its lease had run out before and another process is at work by now.
    """
    log.event("clip_process_killed")
    with airlock.stores.vault.write(by=AIRLOCK) as tx:
        clip = clips.one(tx.connection, ClipId(job.args[0]))
        if clip is not None and is_held_by(airlock.work, clip, pid):
            leases.break_lease(tx, clip)
            shutil.rmtree(airlock.work / clip.lease, ignore_errors=True)  # where no schedule sees this machine's folder


def open_airlock(identity: settings.IdentitySettings) -> Airlock:
    """The airlock, once the sandbox has been seen to hold; raises SandboxBroken, MissingProgram."""
    tools = programs.find(unsafe_no_sandbox=identity.unsafe_no_sandbox)
    self_test.self_test(tools)
    stores = open_both_sides(settings.record(), identity)
    return Airlock(stores, tools, scratch_folder(identity), mail_folder(identity), doorbell(identity.redis))


if __name__ == "__main__":
    main()
