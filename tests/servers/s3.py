"""A real S3 server that checks signatures (nanio), for tests to start, kill, freeze and fill.

Every key pair of nanio opens every bucket, so who wants media and originals apart starts two servers.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from storage.buckets import s3_client
from storage.buckets.s3 import S3
from storage.kit.ids import new_id, new_secret
from tests.servers.ports import free_ports
from tests.servers.proxy import Proxy

STARTS_WITHIN = 120.0  # seconds, on a machine that is busy with other tests
REGION = "us-east-1"


class S3Server:
    """One server with one key pair, its bytes in `folder`, on the same port whenever it is started."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port = folder, free_ports(1)[0]
        self.key, self.secret = new_id(), new_secret() + "/+="  # letters that a URL must escape
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> S3Server:
        """Starts it and waits until it answers."""
        options = self.folder / "nanio.toml"
        options.write_text(f'[[users]]\naccess_key = "{self.key}"\nsecret_key = "{self.secret}"\n')
        where = ["--data-dir", str(self.folder / "data"), "--host", "127.0.0.1", "--port", str(self.port)]
        quietly = ["--options", str(options), "--region", REGION, "--no-access-log", "--log-level", "error"]
        self._process = subprocess.Popen([sys.executable, "-m", "nanio", "serve", *where, *quietly])
        self._wait_for_door()
        return self

    def stop(self) -> None:
        """Ends it as an operator would; again is harmless."""
        self.thaw()
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it in the middle of whatever it does."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Lets it take connections and answer nothing."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on."""
        self._send(signal.SIGCONT)

    def url(self, bucket: str, *, port: int | None = None) -> str:
        """The setting that names `bucket` on this server; with `port`, by way of something in between."""
        who = f"{quote(self.key, safe='')}:{quote(self.secret, safe='')}"
        return f"s3+http://{who}@127.0.0.1:{port or self.port}/{bucket}?region={REGION}"

    def make(self, bucket: str) -> str:
        """Makes `bucket`, empty, and answers its url."""
        client = s3_client.connect(s3_client.parse(self.url(bucket)))
        client.create_bucket(Bucket=bucket)
        client.close()
        return self.url(bucket)

    def age(self, bucket: str, by: int) -> None:
        """Makes all objects of `bucket` older by so many milliseconds."""
        for about in (self.folder / "data" / bucket / ".nanio-meta").glob("*.json"):
            told = json.loads(about.read_text())
            changed = datetime.fromisoformat(told["last_modified"]) - timedelta(milliseconds=by)
            about.write_text(json.dumps({**told, "last_modified": changed.isoformat()}))

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        self._send(number)
        if self._process is not None:
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
        self._process = None

    def _wait_for_door(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and self._process is not None and self._process.poll() is None:
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        self.kill()
        raise RuntimeError(f"the S3 server did not answer within {STARTS_WITHIN} s")


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A server for tests that do it no harm."""
    server = S3Server(tmp_path_factory.mktemp("s3")).start()
    yield server
    server.kill()


@pytest.fixture
def mortal_s3(tmp_path: Path) -> Iterator[S3Server]:
    """A server to do harm to."""
    server = S3Server(tmp_path / "mortal-s3").start()
    yield server
    server.kill()


@pytest.fixture
def s3_line(s3_server: S3Server) -> Iterator[Proxy]:
    """A line to `s3_server` that can be broken."""
    with Proxy(f"127.0.0.1:{s3_server.port}") as proxy:
        yield proxy


@pytest.fixture
def s3_by_line(s3_server: S3Server, s3_line: Proxy, monkeypatch: pytest.MonkeyPatch) -> S3:
    """A bucket over that line, by a client who waits for a second only."""
    monkeypatch.setattr(s3_client, "READ_SECONDS", 1)
    name = f"test-{new_id()}"
    s3_server.make(name)
    return S3(s3_server.url(name, port=s3_line.port))


def an_empty_bucket(server: S3Server) -> S3:
    """A new bucket of that server, of which it is taken for granted that it is private: four requests less."""
    bucket = S3(server.make(f"test-{new_id()}"))
    bucket._private = True
    return bucket
