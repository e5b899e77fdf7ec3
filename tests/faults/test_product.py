"""Clips are sent at a steady rate while everything fails in turn: each is published once, or withdrawn for good."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.identity.schema import clips as clip_rows
from storage.kit.ids import spread
from tests.faults import outcome
from tests.faults.people import Listener, Residents
from tests.faults.trouble import KINDS, WORKERS, Fault, clip_process, plan, suffer
from tests.journeys.production import City
from workers.media import programs

LENGTHS = (1, 2)  # seconds of the clips
RECOVERS_WITHIN = 75.0  # seconds after kill -9 of a worker: a lease of 60 and a round of 15
SETTLES_WITHIN = 420.0  # a clip that met four faults waits 45 and 120 s before its next attempts


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """A small clip of each length."""
    folder, made = tmp_path_factory.mktemp("films"), {}
    for seconds in LENGTHS:
        made[seconds] = folder / f"{seconds}.mp4"
        picture = ["-f", "lavfi", "-i", f"testsrc2=size=160x120:rate=10:duration={seconds}", "-pix_fmt", "yuv420p"]
        words = ["-v", "error", *picture, "-c:v", "libx264", "-preset", "ultrafast"]
        subprocess.run([programs.find().ffmpeg, *words, made[seconds]], check=True)
    return made


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """A city in production's shape, of its own: what is done to it here no other test would forgive."""
    made = City(tmp_path / "city")
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.mark.timeout(600)
def test_what_was_accepted_survives_a_dozen_faults(city: City, films: dict[int, Path], tmp_path: Path) -> None:
    """The short form: 16 clips, 12 faults of 12 kinds."""
    _endure(city, films, tmp_path, clips=16, every=1.8, faults=12)


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_what_was_accepted_survives_everything(city: City, films: dict[int, Path], tmp_path: Path) -> None:
    """The whole: 400 clips, 42 faults of 17 kinds."""
    _endure(city, films, tmp_path, clips=400, every=1.8, faults=42)


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_a_clip_whose_worker_was_killed_is_taken_up_in_time(city: City, films: dict[int, Path]) -> None:
    """After kill -9 of a worker and its clip's process another attempt begins within 75 s."""
    residents = Residents(city, films, 8, 0.1, 0)
    sending = threading.Thread(target=residents.run)
    sending.start()

    lease, began = _kill_a_worker_at_work(city), time.monotonic()
    while _is_held(city, lease):
        time.sleep(0.1)
    recovery = time.monotonic() - began

    _say(f"a clip whose worker was killed by kill -9 was taken up again after {recovery:.1f} s")
    sending.join(SETTLES_WITHIN)
    outcome.wait_for_ends(city, residents.accepted, seconds=SETTLES_WITHIN)
    assert recovery <= RECOVERS_WITHIN


def _endure(city: City, films: dict[int, Path], folder: Path, *, clips: int, every: float, faults: int) -> None:
    seed = int(os.environ.get("PORCHLIGHT_FAULTS_SEED") or spread(1_000_000))
    coming = plan(seed, faults=faults, seconds=clips * every)
    _say(f"seed {seed} (PORCHLIGHT_FAULTS_SEED): {faults} faults of {len({one.kind for one in coming})} kinds", *coming)
    listeners = _listeners(city)
    residents = Residents(city, films, clips, every, seed)
    sending = threading.Thread(target=residents.run)
    sending.start()

    happened = _suffer_all(city, coming)
    sending.join(SETTLES_WITHIN)
    assert not sending.is_alive(), "clients still wait"
    settled = outcome.wait_for_ends(city, residents.accepted, seconds=SETTLES_WITHIN)
    _let_listeners_hear_all(city, listeners)
    outcome.wait_until_tidy(city, seconds=60)
    found = outcome.look(city, residents.accepted, listeners, folder)
    for one in listeners:
        one.stop()

    _say(*_table(city, residents, happened))
    _say(
        f"accepted {len(residents.accepted)} of {clips}",
        f"published once {len(found.kept)}, withdrawn {len(found.withdrawn)}",
        f"all at their end {settled:.1f} s after the last was sent; listeners connected "
        + ", ".join(str(one.connections) for one in listeners)
        + " times",
        *found.wrong[:40],
    )
    assert residents.gave_up == []
    assert found.wrong == []
    assert len(found.kept) + len(found.withdrawn) == clips


def _listeners(city: City) -> list[Listener]:
    whole = [Listener(city, f"city-{n}", city.staff_token(f"city-{n}", ["moderator"])) for n in (1, 2, 3)]
    central = Listener(city, "central", city.staff_token("central", ["analyst"], ["Central"]), ["Central"])
    listeners = [*whole, central]
    deadline = time.monotonic() + 30
    while not all(one.start for one in listeners):
        assert time.monotonic() < deadline, "a listener was not let in"
        time.sleep(0.05)
    return listeners


def _kill_a_worker_at_work(city: City) -> str:
    """Kills a worker in the middle of a clip, whose process dies with it; answers the lease it held."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for worker in WORKERS:
            horse = clip_process(city.topology, worker)
            if horse is None:
                continue
            with suppress(ProcessLookupError):
                os.kill(horse, signal.SIGSTOP)
                lease = city.topology.lease_in_hand(worker, horse)
                if lease and _is_held(city, lease):
                    os.kill(city.topology.pid(worker), signal.SIGKILL)
                    return lease
                os.kill(horse, signal.SIGCONT)
        time.sleep(0.005)
    raise AssertionError("no worker was seen at work")


def _is_held(city: City, lease: str) -> bool:
    with city.vault() as vault, vault.read() as conn:
        return conn.execute(select(clip_rows.c.id).where(clip_rows.c.lease == lease)).first() is not None


def _suffer_all(city: City, coming: list[Fault]) -> list[tuple[Fault, float]]:
    began, happened = time.monotonic(), []
    for fault in coming:
        time.sleep(max(0.0, began + fault.at - time.monotonic()))
        happened.append((fault, time.monotonic()))
        suffer(city.topology, fault)
    return happened


def _let_listeners_hear_all(city: City, listeners: list[Listener]) -> None:
    deadline = time.monotonic() + 60
    with city.record() as record:
        for one in listeners:
            last = outcome.last_line(record, one.divisions)
            while one.heard_up_to < last and time.monotonic() < deadline:
                time.sleep(0.1)


def _table(city: City, residents: Residents, happened: list[tuple[Fault, float]]) -> list[str]:
    """A line for each fault: when, what, how long, and how long after its end clips were accepted and published."""
    accepted = sorted(sent.at for sent in residents.accepted)
    published = city.topology.times_of("clip_published")
    assert len({fault.kind for fault, _ in happened}) >= min(8, len(KINDS))
    return [
        f"{fault}  accepted again {_next(accepted, at + fault.lasts)}, published {_next(published, at + fault.lasts)}"
        for fault, at in happened
    ]


def _next(times: list[float], after: float) -> str:
    later = [at - after for at in times if at >= after]
    return f"{min(later):5.1f} s after" if later else "  (none came after)"


def _say(*lines: object) -> None:
    print("", *lines, sep="\n", flush=True)  # noqa: T201
