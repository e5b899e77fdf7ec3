"""A real Redis server on TCP and a socket, with production's users, for tests to start, kill, freeze and fill."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import redis

from storage.kit import redis_acl
from storage.kit.ids import new_secret
from storage.kit.programs import redis_server
from storage.kit.redis import connect
from storage.kit.redis_acl import Rights, Users
from tests.servers.ports import free_ports

STARTS_WITHIN = 120.0  # seconds, on a machine that is busy with other tests
TESTER = "tester"  # may do everything, as no program may
_EVERYTHING = Rights(("@all",), ("~*",), ("&*",))


class RedisServer:
    """One server with `users` and a password for each, on the same port and socket whenever it is started.

    With `aof` every write is on disk before it is answered; without, a server that is started again is empty.
    """

    def __init__(self, folder: Path, *, users: Users, aof: bool = False, port: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port, self._aof = folder, port or free_ports(1)[0], aof
        # Not in the folder: a socket's path may have 107 bytes at most.
        self._sockets = Path(tempfile.mkdtemp(prefix="porchlight-test-"))
        self.passwords = {name: new_secret() for name in (*users, TESTER)}
        text = redis_acl.acl_file({**users, TESTER: _EVERYTHING}, self.passwords)
        (folder / "users.acl").write_text(text)
        self._process: subprocess.Popen[bytes] | None = None
        self.client = connect(self.url(TESTER))

    def start(self) -> RedisServer:
        """Starts it and waits until it answers."""
        options = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "unixsocket": str(self._socket),
            "aclfile": str(self.folder / "users.acl"),
            "dir": str(self.folder),
            "save": "",
            "appendonly": "yes" if self._aof else "no",
            "appendfsync": "always",
            "maxmemory-policy": "noeviction",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen([str(redis_server()), *words], stdout=subprocess.DEVNULL)
        self._wait()
        return self

    def stop(self) -> None:
        """Ends it for good, as an operator would; again is harmless."""
        self.thaw()
        self._end(signal.SIGTERM)
        self.client.close()
        shutil.rmtree(self._sockets, ignore_errors=True)

    def kill(self) -> None:
        """Ends it in the middle of whatever it does; `start` brings it back."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Lets it take connections and answer nothing."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on."""
        self._send(signal.SIGCONT)

    def flush(self) -> None:
        """Throws away all it holds."""
        self.client.flushall()

    def fill(self) -> None:
        """Leaves no memory for one write more: whatever needs some is refused, and nothing is evicted."""
        self.client.config_set("maxmemory", 1)

    def empty_out(self) -> None:
        """Gives back the memory that `fill` took."""
        self.client.config_set("maxmemory", 0)

    def url(self, user: str, *, port: int | None = None) -> str:
        """The setting that names this server for `user`; with `port`, by way of something in between."""
        return f"redis://{user}:{self.passwords[user]}@127.0.0.1:{port or self.port}/0"

    def socket_url(self, user: str) -> str:
        """The same by its socket."""
        return f"unix://{user}:{self.passwords[user]}@{self._socket}"

    @property
    def refusals(self) -> list[str]:
        """What it refused to users for want of a right, the newest first: `user: command or key`."""
        return [f"{each['username']}: {each['object']}" for each in self.client.acl_log()]

    @property
    def _socket(self) -> Path:
        return self._sockets / "redis.sock"

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        self._send(number)
        if self._process is not None:
            self._process.wait(10)
        self._process = None

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and self._process is not None and self._process.poll() is None:
            try:
                self.client.ping()
            except redis.ConnectionError:
                time.sleep(0.01)
            else:
                return
        raise RuntimeError(f"Redis did not answer within {STARTS_WITHIN} s")
