"""A worker runs a closed list of functions, whatever somebody writes to its Redis."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from rq import Callback, Queue, Webhook, Worker
from rq.job import Job, JobStatus
from rq.registry import StartedJobRegistry
from rq.serializers import JSONSerializer

from storage.kit import metrics
from workers.closed_job import RefusedJobError, closed, closed_worker

ALLOWED = "workers.airlock.jobs.admit_clip"
QUEUE = "closed"
TOUCH = "pathlib.Path.touch"  # what somebody would like to run here


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """Where the allowed function leaves its arguments."""
    return tmp_path / "ran"


@pytest.fixture
def worker(redis_client: redis.Redis, ran: Path) -> Worker:
    """A worker that may run one function: a real process for each job."""

    def allowed(*arguments: str) -> None:
        with ran.open("a") as file:
            file.write(" ".join(arguments) + "\n")
        if "break" in arguments:
            raise ValueError

    return closed_worker(QUEUE, redis_client, {ALLOWED: allowed}, lambda *_: None)


@pytest.fixture
def open_queue(redis_client: redis.Redis) -> Queue:
    """The queue as somebody sees it who has got into Redis."""
    return Queue(QUEUE, connection=redis_client, serializer=JSONSerializer)


def work(worker: Worker) -> None:
    """Until the queue is empty."""
    worker.work(burst=True, logging_level="CRITICAL")


def planted(tmp_path: Path) -> list[str]:
    """Files that only foreign code would have made."""
    return [file.name for file in tmp_path.iterdir() if file.name.startswith("planted")]


def test_the_allowed_function_runs_with_its_arguments(worker: Worker, open_queue: Queue, ran: Path) -> None:
    """Looked up in the table: the name is not imported."""
    open_queue.enqueue_call(ALLOWED, args=("one",))
    open_queue.enqueue_call(ALLOWED, args=("two",))

    work(worker)

    assert ran.read_text() == "one\ntwo\n"


@pytest.mark.parametrize(
    "name", [TOUCH, "os.system", "workers.airlock.jobs.work_in", "workers.airlock.admit.admit", "", ALLOWED + " "]
)
def test_no_other_name_runs(worker: Worker, open_queue: Queue, tmp_path: Path, ran: Path, name: str) -> None:
    """The job fails, and the next one is served."""
    job = open_queue.enqueue_call(TOUCH, args=(str(tmp_path / "planted"),))
    job.data = json.dumps((name, None, [str(tmp_path / "planted")], {})).encode()
    job.save()
    open_queue.enqueue_call(ALLOWED, args=("next",))

    work(worker)

    assert planted(tmp_path) == []
    assert ran.read_text() == "next\n"
    assert Job.fetch(job.id, connection=open_queue.connection, serializer=JSONSerializer).get_status() == "failed"


def test_no_method_of_an_instance_runs(worker: Worker, open_queue: Queue, ran: Path) -> None:
    """Not even under the allowed name."""
    job = open_queue.enqueue_call(ALLOWED, args=("one",))
    job.data = json.dumps((ALLOWED, {"an": "instance"}, ["one"], {})).encode()
    job.save()

    work(worker)

    assert not ran.exists()


@pytest.mark.parametrize("argument", ["good", "break"])
def test_no_callback_runs(worker: Worker, open_queue: Queue, tmp_path: Path, ran: Path, argument: str) -> None:
    """Neither after success nor after failure."""
    path = f"{__name__}.plant"
    open_queue.enqueue_call(
        ALLOWED, args=(argument,), on_success=Callback(path), on_failure=Callback(path), meta={"at": str(tmp_path)}
    )

    work(worker)

    assert ran.read_text() == f"{argument}\n"
    assert planted(tmp_path) == []


def test_an_abandoned_job_calls_nothing_back(worker: Worker, open_queue: Queue, tmp_path: Path) -> None:
    """When the worker tidies up after the dead, in its own process, what Redis names stays uncalled."""
    job = open_queue.enqueue_call(
        ALLOWED, args=("one",), on_failure=Callback(f"{__name__}.plant"), meta={"at": str(tmp_path)}
    )
    open_queue.empty()  # type: ignore[no-untyped-call]
    job.set_status(JobStatus.STARTED)
    job.save()
    registry = StartedJobRegistry(QUEUE, connection=open_queue.connection, serializer=JSONSerializer)
    open_queue.connection.zadd(registry.key, {f"{job.id}:gone": 1})

    worker.clean_registries()  # type: ignore[no-untyped-call]

    assert planted(tmp_path) == []
    assert registry.get_job_ids(cleanup=False) == []


def test_nobody_outside_is_told_anything(worker: Worker, open_queue: Queue, ran: Path, ear: list[str]) -> None:
    """A webhook in a job is not called, whatever becomes of the job."""
    address = ear.pop()
    for argument in ("good", "break"):
        hooks = [Webhook(address, job_status=status, method="POST") for status in ("finished", "failed")]
        open_queue.enqueue_call(ALLOWED, args=(argument,), webhooks=hooks)

    work(worker)

    assert ran.read_text() == "good\nbreak\n"
    assert ear == []


def test_what_is_refused_is_an_error_of_its_own(redis_client: redis.Redis) -> None:
    """So that it can be told from a fault of ours."""
    job = closed({}).create("os.system", connection=redis_client, serializer=JSONSerializer)

    with pytest.raises(RefusedJobError):
        job.func  # noqa: B018 - reading it is the act
    assert job.success_callback is None
    assert job.failure_callback is None
    assert job.stopped_callback is None


def test_one_worker_serves_one_queue(worker: Worker) -> None:
    """With several, a job can be lost for ever between two of them; and every class in it is the closed one."""
    assert [queue.name for queue in worker.queues] == [QUEUE]
    assert {worker.job_class, *(queue.job_class for queue in worker.queues)} == {worker.job_class}
    assert worker.job_class is not Job


@pytest.fixture
def ear() -> Iterator[list[str]]:
    """The address of somebody who listens, popped first; then what they heard."""
    heard: list[str] = []

    class Listening(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Listening)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    heard.append(f"http://127.0.0.1:{server.server_port}/")
    yield heard
    server.shutdown()
    server.server_close()


def plant(job: Job, *_: object) -> None:
    """What somebody would like to run after a job."""
    Path(job.meta["at"], "planted").touch()


def test_a_worker_gives_signs_of_life_while_it_waits(worker: Worker) -> None:
    """With a job in hand the job must: the process that watches it says nothing of whether it hangs."""
    worker.register_birth()  # type: ignore[no-untyped-call]
    before = metrics.value_of("beats") or 0
    worker.heartbeat()
    waiting = metrics.value_of("beats")
    worker._horse_pid = 1
    worker.heartbeat()

    assert (waiting, metrics.value_of("beats")) == (before + 1, before + 1)
    worker._horse_pid = 0
    worker.register_death()  # type: ignore[no-untyped-call]
