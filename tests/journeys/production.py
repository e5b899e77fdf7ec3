"""A city on PostgreSQL, S3 and several machines, as journeys see it: addresses, people who may come in, commands."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from storage.atlas import versions
from storage.atlas.demo import demo_atlas
from storage.db import OPERATOR, RESIDENT, Database
from storage.identity.residents import logins, residents
from storage.identity.vault import Vault
from storage.kit import keys, settings
from storage.kit.ids import DivisionId
from storage.kit.settings import LOOPBACK
from storage.staff import staff
from storage.staff.staff import Role
from tests.servers.topology import Topology

ROOT = Path(__file__).parents[2]


class City:
    """The topology with the invented city loaded; the same to ask for as the embedded stack."""

    def __init__(self, folder: Path, *, workers: int = 4) -> None:
        self.topology = Topology(folder, workers=workers)
        self.base, ports = self.topology.base, self.topology.ports
        self.resident, self.staff = f"http://{LOOPBACK}:{ports.resident}", f"http://{LOOPBACK}:{ports.staff}"
        self.feed, self.public = f"ws://{LOOPBACK}:{ports.feed}/v1/feed", f"http://{LOOPBACK}:{ports.public}"

    def start(self) -> City:
        """Prepares the engines, loads the city, starts all programs."""
        self.topology.prepare()
        with self.record() as record, record.write(by=OPERATOR) as tx:
            versions.load(tx, demo_atlas())
        self.topology.start()
        return self

    def stop(self) -> None:
        """Ends all of it."""
        self.topology.stop()

    @contextmanager
    def record(self) -> Iterator[Database]:
        """The record, as its operator sees it, past every proxy."""
        database = Database(settings.record(self._operator).database)
        yield database
        database.engine.dispose()

    @contextmanager
    def vault(self) -> Iterator[Vault]:
        """The vault, as its operator sees it, past every proxy."""
        found = settings.identity(self._operator)
        vault = Vault(found.database, keys.read_or_make(found.vault_key_file))
        yield vault
        vault.engine.dispose()

    @property
    def bucket(self) -> str:
        """Where the media are, past the proxy."""
        return self.topology.engines.media(straight=True)

    @property
    def originals(self) -> str:
        """Where the originals are, past the proxy."""
        return self.topology.engines.originals(straight=True)

    def staff_token(self, name: str, roles: Sequence[str] = ("analyst",), divisions: Sequence[str] = ()) -> str:
        """A bearer token of a staff member made for the test; without divisions their roles are for the whole city."""
        with self.record() as record, record.write(by=OPERATOR) as tx:
            member = staff.find(tx.connection, name) or staff.make(tx, name)
            places: list[DivisionId | None] = [
                versions.division_named(tx.connection, division).id for division in divisions
            ] or [None]
            for role in roles:
                for place in places:
                    staff.grant(tx, member, Role(role), place)
            return staff.log_in(tx, member)

    def resident_token(self, email: str) -> str:
        """A bearer token of a resident made for the test."""
        with self.vault() as vault, vault.write(by=RESIDENT) as tx:
            return logins.start(tx, residents.find_or_make(tx, vault, email))

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts `porchlight ARGUMENTS` as the operator would."""
        return subprocess.Popen(
            [sys.executable, "-m", "api.cli", *arguments],
            cwd=ROOT,
            env={**os.environ, **self._operator},
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
        """The process of a program now."""
        return self.topology.pid(program)

    @property
    def _operator(self) -> dict[str, str]:
        return self.topology.operator()
