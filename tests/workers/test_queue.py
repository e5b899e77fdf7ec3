"""The front door of the workers: a job is named, not imported, and rung for once."""

from __future__ import annotations

import importlib
import time

import pytest
import redis
from rq import Queue
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from storage.identity.vault import ClipId
from storage.kit.redis import ANSWER_SECONDS, CONNECT_SECONDS
from workers import queue
from workers.airlock import jobs
from workers.media import first_rung, ladder
from workers.queue import ADMIT_CLIP, FINISH_CLIP, LARGE_BYTES, Doorbell, Lane


def waiting(client: redis.Redis) -> list[Job]:
    """What is in the queue."""
    found = Queue(Lane.SMALL, connection=client, serializer=JSONSerializer).get_jobs()
    return [job for job in found if isinstance(job, Job)]


def test_a_job_names_a_function_that_exists() -> None:
    """The one that takes one clip, and the one that finishes it."""
    found = []
    for job in (ADMIT_CLIP, FINISH_CLIP):
        module, _, name = job.rpartition(".")
        found.append(getattr(importlib.import_module(module), name))

    assert found == [jobs.admit_clip, jobs.finish_clip]


def test_a_small_clip_stands_behind_no_large_one(redis_client: redis.Redis) -> None:
    """Nor behind larger renditions: it is the first in its lane, whatever was rung for before it."""
    bell = Doorbell(redis_client)
    for number in range(10):
        bell.admit_clip(ClipId(f"large{number}"), LARGE_BYTES)
        bell.finish_clip(ClipId(f"shown{number}"))

    bell.admit_clip(ClipId("small"), LARGE_BYTES - 1)

    queues = {lane: redis_client.lrange(f"rq:queue:{lane}", 0, -1) for lane in Lane}
    assert queues[Lane.SMALL] == [b"admit-small"]
    assert queues[Lane.LARGE] == [f"admit-large{number}".encode() for number in range(10)]
    assert queues[Lane.LADDER] == [f"finish-shown{number}".encode() for number in range(10)]
    assert bell.waiting() == 21


def test_a_clip_is_rung_for_with_its_id_alone(redis_client: redis.Redis) -> None:
    """The whole of what Redis ever holds about it."""
    Doorbell(redis_client).admit_clip(ClipId("a" * 26))

    (job,) = waiting(redis_client)
    assert (job.func_name, job.args, job.kwargs) == (ADMIT_CLIP, ["a" * 26], {})
    assert (job.result_ttl, job.description, job.meta) == (0, "admit_clip", {})


def test_a_job_may_take_longer_than_all_its_encodes() -> None:
    """They have limits of their own; one that keeps within them is not cut off by the queue."""
    for encode in (first_rung, ladder):
        assert encode.LIMITS.wall_seconds + 15 * 60 <= queue.JOB_SECONDS


def test_a_clip_is_not_queued_twice(redis_client: redis.Redis) -> None:
    """As long as nobody came for it; other clips stand beside it."""
    bell = Doorbell(redis_client)
    for clip_id in ("a", "b", "a", "a"):
        bell.admit_clip(ClipId(clip_id))

    assert [job.args for job in waiting(redis_client)] == [["a"], ["b"]]


def test_a_clip_that_failed_is_queued_again(redis_client: redis.Redis) -> None:
    """What an earlier job of the same clip left in Redis holds nothing up."""
    bell = Doorbell(redis_client)
    bell.admit_clip(ClipId("a"))
    (job,) = waiting(redis_client)
    redis_client.lpop(f"rq:queue:{Lane.SMALL}")
    job.set_status(JobStatus.FAILED)

    bell.admit_clip(ClipId("a"))

    assert [job.args for job in waiting(redis_client)] == [["a"]]


def test_a_lost_redis_is_told_quickly() -> None:
    """Whoever rings is not held up; the clip is on the books and is rung for again."""
    bell, started = queue.doorbell("unix:///nowhere/redis.sock"), time.monotonic()

    with pytest.raises(redis.ConnectionError):
        bell.admit_clip(ClipId("a"))

    assert time.monotonic() - started < CONNECT_SECONDS + ANSWER_SECONDS
