"""The front door of the workers: one typed function per job, sent by name. It imports no job.

Redis is a doorbell here, not the truth: what is lost is sent again by whoever reconciles.
"""

from __future__ import annotations

import redis
from rq import Queue
from rq.serializers import JSONSerializer

from storage.identity.vault import ClipId
from storage.kit.redis import connect

AIRLOCK_QUEUE = "airlock"
ADMIT_CLIP = "workers.airlock.jobs.admit_clip"
# Beyond any clip: the first encode may take 900 s and the larger one 1800 s, each stopped by the sandbox's own limits,
# and bringing in and checking come on top. This one only catches what those miss.
JOB_SECONDS = 60 * 60
FAILED_KEPT = 3600  # seconds a failed entry stays to be looked at


class Doorbell:
    """Rings for the airlock's workers."""

    def __init__(self, client: redis.Redis) -> None:
        self._queue = Queue(AIRLOCK_QUEUE, connection=client, serializer=JSONSerializer)

    def admit_clip(self, clip_id: ClipId) -> None:
        """Asks for an attempt at this clip, unless that was asked before and nobody came yet."""
        job_id = f"admit-{clip_id}"
        if self._queue.get_job_position(job_id) is not None:
            return
        self._queue.enqueue_call(
            ADMIT_CLIP,
            args=(clip_id,),
            job_id=job_id,
            timeout=JOB_SECONDS,
            result_ttl=0,
            failure_ttl=FAILED_KEPT,
            description="admit_clip",
        )

    def waiting(self) -> int:
        """How many rings nobody came for yet."""
        return int(self._queue.count)


def doorbell(url: str) -> Doorbell:
    """The doorbell of the airlock at this Redis."""
    return Doorbell(connect(url))
