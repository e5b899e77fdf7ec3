"""A job that can only be one of a closed list of functions, whatever Redis says.

RQ imports and calls any dotted path it finds in a job's hash, its callbacks included, with every serializer: who can
write to a worker's Redis can run code in the worker. Ours looks the name up in a table and refuses everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rq.job import Job


class RefusedJobError(Exception):
    """Somebody put a job on our queue that is not ours: an alarm."""


def closed(allowed: Mapping[str, Callable[..., object]]) -> type[Job]:
    """The job class of a worker that may call `allowed`, by dotted name, and nothing else."""

    class ClosedJob(Job):
        @property
        def func(self) -> Callable[..., object]:
            name = self.func_name
            if self.instance is not None or name is None or name not in allowed:
                raise RefusedJobError
            return allowed[name]

        success_callback = failure_callback = stopped_callback = property(lambda self: None)

        def send_webhooks(self, *_args: Any, **_kwargs: Any) -> None:
            """Nobody outside is told anything."""

    return ClosedJob
