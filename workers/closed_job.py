"""A job that can only be one of a closed list of functions, whatever Redis says.

RQ imports and calls any dotted path it finds in a job's hash, its callbacks included, with every serializer: who can
write to a worker's Redis can run code in the worker. Ours looks the name up in a table and refuses everything else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from resource import struct_rusage
from typing import Any

import redis
from redis.client import Pipeline
from rq import Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from storage.kit import log, metrics

Killed = Callable[[Job, int, int, struct_rusage], None]  # a job, its process, the exit status, what it used
WORKER_SECONDS = 60  # a worker that was killed is forgotten by Redis after this


class RefusedJobError(Exception):
    """Somebody put a job on our queue that is not ours: an alarm."""


def closed_worker(
    queue: str, client: redis.Redis, allowed: Mapping[str, Callable[..., object]], on_killed: Killed
) -> Worker:
    """A worker for one queue that may call `allowed` and nothing else; `on_killed` hears of a job's process killed."""
    # One queue per worker: with several, a job can be lost for ever between two of them (measured). By name and not
    # as a Queue: the worker makes its own then, of the closed class, and mending a dead worker's jobs uses that one.
    return _Beating(
        [queue],
        connection=client,
        job_class=closed(allowed),
        serializer=JSONSerializer,
        worker_ttl=WORKER_SECONDS,
        log_job_description=False,
        work_horse_killed_handler=on_killed,
    )


class _Beating(Worker):
    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        super().heartbeat(timeout, pipeline)
        if not self.horse_pid:  # with a clip in hand it is the attempt that must give signs of life
            metrics.count("beats")


def keep_quiet() -> None:
    """Makes RQ say nothing in its own words, which tell jobs' arguments: of an error, its class and where it arose."""
    logger = logging.getLogger("rq")
    logger.handlers[:] = [_ClassOnly(logging.ERROR)]
    logger.propagate = False


class _ClassOnly(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            log.event("queue_fault")
        else:
            log.fault("queue_fault", error)


def closed(allowed: Mapping[str, Callable[..., object]]) -> type[Job]:
    """The job class of a worker that may call `allowed`, by dotted name; for any other it raises RefusedJobError."""

    class ClosedJob(Job):
        @property
        def func(self) -> Callable[..., object]:
            name = self.func_name
            if self.instance is not None or name is None or name not in allowed:
                log.event("job_refused")
                raise RefusedJobError
            return allowed[name]

        success_callback = failure_callback = stopped_callback = property(lambda self: None)

        def send_webhooks(self, *_args: Any, **_kwargs: Any) -> None:
            """Nobody outside is told anything."""

    return ClosedJob
