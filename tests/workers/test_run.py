"""The airlock's worker and its rounds as programs: started, working, killed and stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy import text

from storage.db import OPERATOR, RESIDENT
from storage.identity.clips import clips
from storage.identity.clips.clips import Clip, ClipState
from storage.identity.vault import ClipId
from storage.kit import settings
from storage.objects import open_bucket
from tests import builders
from tests.storage.identity.making import a_resident, an_accepted_clip, claimed, the_clip
from tests.workers.media.conftest import H264, MakeClip, make_clip, tools  # noqa: F401 - fixtures
from workers import run
from workers.airlock.admit import Airlock
from workers.airlock.attempts.attempt import scratch_for
from workers.airlock.both_sides import BothSides, open_both_sides
from workers.media.programs import Programs
from workers.queue import ADMIT_CLIP, Doorbell, Lane

ROOT = Path(__file__).parents[2]
WITHIN = 60.0  # seconds, on a busy machine


@dataclass
class Place:
    """A data folder with both sides, and the environment that names it."""

    stores: BothSides
    env: dict[str, str]
    log: Path
    bell: Doorbell

    def accepted(self, content: bytes) -> ClipId:
        """A clip on the books."""
        resident = a_resident(self.stores.vault)
        return an_accepted_clip(self.stores.vault, resident, content, self.stores.originals)[0]

    def clip(self, clip_id: ClipId) -> Clip:
        """The clip as it stands."""
        return the_clip(self.stores.vault, clip_id)

    def until(self, true: Callable[[], bool]) -> None:
        """Waits for something to be so."""
        deadline = time.monotonic() + WITHIN
        while not true():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    @contextmanager
    def running(self, *command: str) -> Iterator[subprocess.Popen[bytes]]:
        """`python -m command`, until it said that it is ready; ended by force if it is still there."""
        with self.log.open("wb") as log:
            words = [sys.executable, "-m", *command]
            process = subprocess.Popen(words, cwd=ROOT, env=self.env, stdout=log, stderr=log)
        try:
            self.until(lambda: "ready" in self.log.read_text() or process.poll() is not None)
            yield process
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def place(tmp_path: Path, redis_server: str, redis_client: redis.Redis) -> Place:
    """A data folder with a city, on the test's own Redis."""
    named = {
        "PORCHLIGHT_DATA": str(tmp_path / "var"),
        "PORCHLIGHT_RECORD_REDIS": redis_server,
        "PORCHLIGHT_AIRLOCK_REDIS": redis_server,
    }
    stores = open_both_sides(settings.record(named), settings.identity(named))
    with stores.record.write(by=OPERATOR) as tx:
        builders.load_city(tx)
    return Place(stores, {**os.environ, **named}, tmp_path / "log", Doorbell(redis_client))


@pytest.fixture(scope="session")
def small(make_clip: MakeClip) -> bytes:  # noqa: F811
    """A second of picture."""
    return make_clip("run.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=10:d=1", *H264).read_bytes()


@pytest.fixture(scope="session")
def long(make_clip: MakeClip) -> bytes:  # noqa: F811
    """A clip that takes a while."""
    return make_clip("long.mp4", "-f", "lavfi", "-i", "testsrc2=s=854x480:r=30:d=15", *H264).read_bytes()


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(one) for one in found]


def is_running(pid: int) -> bool:
    """Whether the process is there and not only waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_worker_takes_what_is_rung_for(place: Place, small: bytes, redis_client: redis.Redis) -> None:
    """In the sandbox, to its end; its log tells neither the clip nor its author; SIGTERM ends it."""
    clip_id = place.accepted(small)
    Doorbell(redis_client).admit_clip(clip_id)

    with place.running("workers.run", "airlock") as worker:
        place.until(lambda: place.clip(clip_id).ended_at is not None)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0

    assert place.clip(clip_id).state is ClipState.PUBLISHED
    told = place.log.read_text()
    assert "clip_done attempt=1" in told
    assert clip_id not in told
    assert place.clip(clip_id).post_id not in told


def test_a_clip_whose_process_was_killed_is_free_at_once(place: Place, long: bytes, redis_client: redis.Redis) -> None:
    """Nobody waits for its lease; the worker goes on, and nothing of the sandbox is left running."""
    clip_id = place.accepted(long)
    Doorbell(redis_client).admit_clip(clip_id)
    with place.running("workers.run", "airlock") as worker:
        place.until(lambda: place.clip(clip_id).stage == "encoding")
        (horse,) = children(worker.pid)
        place.until(lambda: bool(children(horse)))
        sandboxed = children(horse)

        os.kill(horse, signal.SIGKILL)

        place.until(lambda: place.clip(clip_id).lease == "")
        assert place.clip(clip_id).state is ClipState.PROCESSING
        assert "clip_process_killed" in place.log.read_text()
        assert worker.poll() is None
        place.until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in sandboxed))
        with place.stores.vault.write(by=RESIDENT) as tx:
            clips.withdraw(tx, clip_id)


def test_a_worker_that_is_killed_leaves_nothing_running(place: Place, long: bytes, redis_client: redis.Redis) -> None:
    """Neither the process of the clip in hand nor what runs in the sandbox."""
    clip_id = place.accepted(long)
    Doorbell(redis_client).admit_clip(clip_id)
    with place.running("workers.run", "airlock") as worker:
        place.until(lambda: place.clip(clip_id).stage == "encoding")
        (horse,) = children(worker.pid)
        place.until(lambda: bool(children(horse)))
        left = [horse, *children(horse)]

        worker.kill()
        worker.wait()

        place.until(lambda: not any(is_running(pid) for pid in left))
        assert place.clip(clip_id).state is ClipState.PROCESSING  # they were killed, and did not come to their end


def test_what_goes_wrong_in_a_worker_is_told_without_a_clip(place: Place, redis_client: redis.Redis) -> None:
    """Neither its id nor a traceback: of a job that is not ours, and of a database that fails."""
    clip_id, bell = place.accepted(b"a clip"), Doorbell(redis_client)
    bell._queues[Lane.SMALL].enqueue_call("os.system", args=(clip_id,))
    bell.admit_clip(clip_id)
    with place.stores.vault.write(by=OPERATOR) as tx:
        tx.connection.execute(text("alter table clips rename to elsewhere"))

    with place.running("workers.run", "airlock"):
        place.until(lambda: "job_failed" in place.log.read_text())

    told = place.log.read_text()
    assert "job_refused" in told
    assert "queue_fault" in told
    assert clip_id not in told
    assert {line.split(":")[0] for line in told.splitlines()} == {"airlock-worker"}


def test_a_killed_process_frees_no_clip_that_another_has(place: Place, tools: Programs, tmp_path: Path) -> None:  # noqa: F811
    """It slept through its lease: whoever took the clip over keeps it."""
    airlock, clip_id = Airlock(place.stores, tools, tmp_path, tmp_path / "mail", place.bell), place.accepted(b"a clip")
    clip = claimed(place.stores.vault, clip_id)
    job = Job.create(ADMIT_CLIP, args=(clip_id,), connection=redis.Redis(), serializer=JSONSerializer)
    with scratch_for(airlock.work, clip):
        run._horse_killed(airlock, job, os.getpid() + 1, signal.SIGKILL, None)
        assert place.clip(clip_id).lease == clip.lease

        run._horse_killed(airlock, job, os.getpid(), signal.SIGKILL, None)

        assert place.clip(clip_id).lease == ""


def test_a_worker_that_cannot_work_says_why_in_one_line(place: Place) -> None:
    """And ends with an error, for whoever watches it."""
    place.env["PORCHLIGHT_PORTS"] = "many"

    with place.running("workers.run", "airlock") as worker:
        assert worker.wait(30) == 1

    assert place.log.read_text().splitlines() == ["airlock-worker: PORCHLIGHT_PORTS must be a number."]


def test_a_worker_serves_no_other_queue(place: Place) -> None:
    """What is no queue of ours is refused before anything is opened."""
    with place.running("workers.run", "anything") as worker:
        assert worker.wait(30) == 2


def test_rounds_by_themselves_ring_for_a_forgotten_clip(place: Place, small: bytes, redis_client: redis.Redis) -> None:
    """The schedule needs no queue; SIGTERM ends it."""
    clip_id = place.accepted(small)

    with place.running("workers.airlock.schedule") as rounds:
        place.until(lambda: redis_client.llen(f"rq:queue:{Lane.SMALL}") == 1)
        rounds.send_signal(signal.SIGTERM)
        assert rounds.wait(30) == 0

    assert redis_client.lrange(f"rq:queue:{Lane.SMALL}", 0, -1) == [f"admit-{clip_id}".encode()]


def test_rounds_that_cannot_run_say_why_in_one_line(place: Place) -> None:
    """As the worker does."""
    place.env["PORCHLIGHT_PORTS"] = "many"

    with place.running("workers.airlock.schedule") as rounds:
        assert rounds.wait(30) == 1

    assert place.log.read_text().splitlines() == ["airlock-schedule: PORCHLIGHT_PORTS must be a number."]


def test_originals_and_media_are_apart(place: Place) -> None:
    """Two buckets in two folders, one on each side of the wall."""
    here, who = settings.record(place.env), settings.identity(place.env)

    assert open_bucket(here.media) is not open_bucket(who.originals)
    assert Path(who.originals).is_relative_to(who.folder)
    assert not Path(here.media).is_relative_to(who.folder)
