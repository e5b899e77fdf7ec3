"""What journeys stand on: the whole of Porchlight, started once as `porchlight up --demo` starts it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.commands import token
from storage.kit import settings
from storage.kit.settings import LOOPBACK, Ports
from storage.staff.staff import Role
from tests.journeys.production import City
from tests.servers.ports import free_ports
from tests.servers.push_stand_in import PushStandIn, a_push_stand_in

STARTS_WITHIN, STOPS_WITHIN = 240.0, 90.0  # seconds; a busy machine has two processors for nine programs


@dataclass(frozen=True)
class Stack:
    """A running stack: where it is, and who may come in."""

    data: Path
    base: int
    log: Path
    push: PushStandIn | None = None  # the push service that it may send to

    @property
    def resident(self) -> str:
        """Address of the resident program."""
        return f"http://{LOOPBACK}:{Ports(self.base).resident}"

    @property
    def staff(self) -> str:
        """Address of the staff program."""
        return f"http://{LOOPBACK}:{Ports(self.base).staff}"

    @property
    def feed(self) -> str:
        """Address of the feed."""
        return f"ws://{LOOPBACK}:{Ports(self.base).feed}/v1/feed"

    @property
    def public(self) -> str:
        """Address of the public program."""
        return f"http://{LOOPBACK}:{Ports(self.base).public}"

    def password(self, name: str) -> str:
        """The password of a demo staff member: `analyst-central`, ..., `moderator`, `detective`, `lead`, `admin`."""
        return str(json.loads((self.data / "record" / "demo").read_text())[name])

    def staff_token(self, name: str, roles: Sequence[str] = ("analyst",), divisions: Sequence[str] = ()) -> str:
        """A bearer token of a staff member made for the test; without divisions their roles are for the whole city."""
        wanted = [Role(role) for role in roles]
        return token.of_staff(settings.record(self._env), name, wanted, divisions, make=True)

    def resident_token(self, email: str) -> str:
        """A bearer token of a resident made for the test."""
        return token.of_resident(settings.record(self._env), settings.identity(self._env), email, make=True)

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts `porchlight ARGUMENTS` on this stack's data folder."""
        return subprocess.Popen(
            [*PORCHLIGHT, *arguments, "--data", str(self.data)],
            env={**os.environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Runs `porchlight ARGUMENTS` to its end: exit code, standard output, standard error."""
        with self.begin(*arguments) as command:
            out, err = command.communicate(timeout=120)
        return command.returncode, out, err

    def pid(self, program: str) -> int:
        """The process of a program now (`resident`, `staff`, `feed`, `public`, `airlock-worker-1`, ...)."""
        return int(re.findall(rf"^{program}: started as process (\d+)$", self.log.read_text(), re.MULTILINE)[-1])

    @property
    def _env(self) -> dict[str, str]:
        return {"PORCHLIGHT_DATA": str(self.data), "PORCHLIGHT_PORTS": str(self.base)}


PORCHLIGHT = (sys.executable, "-m", "api.cli")


@contextmanager
def a_stack(folder: Path, *options: str) -> Iterator[Stack]:
    """A whole Porchlight with demo data on free ports, which stops as it should; its programs' lines are in `log`."""
    outside = ExitStack()
    push = outside.enter_context(a_push_stand_in())
    here = Stack(folder / "var", free_ports(4)[0], folder / "up.log", push)
    told = ["up", "--demo", *options, "--data", str(here.data), "--ports", str(here.base)]
    env = {**os.environ, "PORCHLIGHT_PUSH_HOSTS": push.origin}
    with here.log.open("w") as log:
        up = subprocess.Popen([*PORCHLIGHT, *told], cwd=Path(__file__).parents[2], stdout=log, stderr=log, env=env)
    try:
        _wait_until_ready(here, up)
        yield here
    finally:
        up.send_signal(signal.SIGTERM)
        try:
            up.wait(STOPS_WITHIN)
        finally:
            up.kill()
            up.wait()
            outside.close()
    assert up.returncode == 0, here.log.read_text()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A whole Porchlight with demo data on free ports."""
    with a_stack(tmp_path_factory.mktemp("stack"), "--workers", "3") as here:
        yield here


@pytest.fixture(scope="session")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The same city on PostgreSQL, S3 and several machines."""
    city = City(tmp_path_factory.mktemp("production"))
    try:
        yield city.start()
    finally:
        city.stop()


def _wait_until_ready(stack: Stack, up: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while "porchlight: ready after" not in stack.log.read_text():
        if up.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the stack did not start:\n{stack.log.read_text()}")
        time.sleep(0.1)
