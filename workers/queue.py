"""The front door of the workers: one typed function per job, sent by name. It imports no job.

Redis is a doorbell here, not the truth: what is lost is sent again by whoever reconciles.

Each lane is a queue that workers of its own listen to, one queue a worker: a small clip waits for small clips only,
and whoever makes larger renditions of what is on screen already keeps nobody off it.
"""

from __future__ import annotations

from enum import StrEnum

import redis
from rq import Queue
from rq.serializers import JSONSerializer

from storage.identity.vault import ClipId
from storage.kit.redis import connect


class Lane(StrEnum):
    """The airlock's queues, by their names in Redis."""

    SMALL = "airlock"
    LARGE = "airlock-large"  # clips whose first rendition takes long
    LADDER = "airlock-ladder"  # the larger renditions of clips that are on screen


ADMIT_CLIP, FINISH_CLIP = "workers.airlock.jobs.admit_clip", "workers.airlock.jobs.finish_clip"
JOBS = {Lane.SMALL: ADMIT_CLIP, Lane.LARGE: ADMIT_CLIP, Lane.LADDER: FINISH_CLIP}
# Bytes from which on a clip is a large one: two minutes as phones film them, or half a minute of 4K. What a client says
# of its clip's length would be its word; how many bytes came is a fact.
LARGE_BYTES = 40_000_000
# Beyond any clip: the first encode may take 900 s and the larger ones 2700 s, each stopped by the sandbox's own limits,
# and bringing in and checking come on top. This one only catches what those miss.
JOB_SECONDS = 60 * 60
FAILED_KEPT = 3600  # seconds a failed entry stays to be looked at


class Doorbell:
    """Rings for the airlock's workers."""

    def __init__(self, client: redis.Redis) -> None:
        self._queues = {lane: Queue(lane, connection=client, serializer=JSONSerializer) for lane in Lane}

    def admit_clip(self, clip_id: ClipId, size: int = 0) -> None:
        """Asks for an attempt at this clip of `size` bytes, unless that was asked before and nobody came yet."""
        self._ring(Lane.LARGE if size >= LARGE_BYTES else Lane.SMALL, "admit", clip_id)

    def finish_clip(self, clip_id: ClipId) -> None:
        """Asks for the larger renditions of this clip, likewise."""
        self._ring(Lane.LADDER, "finish", clip_id)

    def waiting(self) -> int:
        """How many rings nobody came for yet."""
        return sum(int(queue.count) for queue in self._queues.values())

    def _ring(self, lane: Lane, what: str, clip_id: ClipId) -> None:
        queue, job_id = self._queues[lane], f"{what}-{clip_id}"
        if queue.get_job_position(job_id) is not None:
            return
        queue.enqueue_call(
            JOBS[lane],
            args=(clip_id,),
            job_id=job_id,
            timeout=JOB_SECONDS,
            result_ttl=0,
            failure_ttl=FAILED_KEPT,
            description=f"{what}_clip",
        )


def doorbell(url: str) -> Doorbell:
    """The doorbell of the airlock at this Redis."""
    return Doorbell(connect(url))
