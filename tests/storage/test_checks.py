"""What a program must reach to be of use is looked at, and missed when it is gone."""

# ruff: noqa: F811 - fixtures are imported, and named where they are used
from __future__ import annotations

import http.server
import shutil
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import update
from sqlalchemy.sql import column, table

from storage import checks
from storage.buckets.s3 import S3
from storage.db import OPERATOR, Database
from storage.kit import metrics
from storage.kit.ids import new_id
from storage.kit.ready import Check
from storage.record import LINEAGE
from tests.api.running import free_port
from tests.servers.s3 import S3Server, s3_server  # noqa: F401 - fixtures

REVISION = table("alembic_version", column("version_num"))


@pytest.fixture
def door() -> Iterator[tuple[int, list[int]]]:
    """A door whose health answers as the list says."""
    says = [200]

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(says[0] if self.path == "/v1/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, says
        server.shutdown()


def test_a_database_that_answers_with_our_tables_is_well(record_url: str) -> None:
    """Both checks of it pass."""
    assert _reasons(checks.database(record_url, LINEAGE)) == []


def test_a_database_of_another_version_is_missed(record: Database, record_url: str) -> None:
    """One that is behind its migrations, or ahead of this program."""
    with record.write(by=OPERATOR) as tx:
        tx.connection.execute(update(REVISION).values(version_num="0000"))

    assert _reasons(checks.database(record_url, LINEAGE, of="identity_")) == ["identity_database_behind"]


def test_a_database_that_is_gone_is_missed() -> None:
    """Nobody listens there."""
    url = f"postgresql+psycopg://role:password@127.0.0.1:{free_port()}/record"

    assert "database" in _reasons(checks.database(url, LINEAGE))


def test_a_bucket_that_answers_is_well(tmp_path: Path) -> None:
    """It is there."""
    assert _reasons([checks.bucket("media", str(tmp_path / "media"))]) == []


def test_a_bucket_that_is_gone_is_missed(tmp_path: Path) -> None:
    """Its folder cannot be looked into."""
    check = checks.bucket("media", str(tmp_path / "media"))
    shutil.rmtree(tmp_path / "media")
    (tmp_path / "media").write_bytes(b"not a folder")

    assert _reasons([check]) == ["media"]


def test_a_bucket_nobody_made_is_missed(s3_server: S3Server) -> None:
    """The server answers, and would take nothing."""
    there, missing = s3_server.make(f"test-{new_id()}"), s3_server.url(f"test-{new_id()}")

    looked = {url: _reasons([Check("media", S3(url).demand_there)]) for url in (there, missing)}

    assert looked == {there: [], missing: ["media"]}


def test_a_redis_that_is_gone_is_missed(redis_server: str, tmp_path: Path) -> None:
    """It answers, or it does not."""
    assert _reasons([checks.redis("bus", redis_server)]) == []
    assert _reasons([checks.redis("bus", f"unix://{tmp_path}/none.sock")]) == ["bus"]


def test_a_disk_is_nearly_full_by_share_and_by_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large disk may be 97 % full, a small one may have 1 GB left; not both."""
    told = {}
    for name, total, free in (("large", 10**13, 3 * 10**11), ("small", 4 * 10**9, 10**9), ("full", 10**12, 10**9)):
        usage = shutil._ntuple_diskusage(total, total - free, free)
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder, usage=usage: usage)
        told[name] = _reasons([checks.disk(tmp_path)])

    assert told == {"large": [], "small": [], "full": ["disk_nearly_full"]}


def test_one_full_disk_of_several_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts land in the temporary folder, clips in another one."""
    usage = {name: shutil._ntuple_diskusage(100, 100 - free, free) for name, free in (("work", 50), ("tmp", 1))}
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage[folder.name])

    assert _reasons([checks.disk(tmp_path / "work")]) == []
    assert _reasons([checks.disk(tmp_path / "work", tmp_path / "tmp")]) == ["disk_nearly_full"]


def test_a_door_is_well_when_it_says_so_itself(door: tuple[int, list[int]]) -> None:
    """503, and nobody there at all, are missed."""
    port, says = door
    check = checks.door("127.0.0.1", port, "localhost")
    well = _reasons([check])
    says[0] = 503

    assert (well, _reasons([check])) == ([], ["door"])
    assert _reasons([checks.door("127.0.0.1", free_port(), "localhost")]) == ["door"]


def test_a_door_that_hangs_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel still takes connections for a program whose loop stands still; nobody answers on them."""
    monkeypatch.setattr(checks, "ANSWER_SECONDS", 0.2)

    with socket.create_server(("127.0.0.1", 0)) as hung:
        assert _reasons([checks.door("127.0.0.1", hung.getsockname()[1], "localhost")]) == ["door"]


def test_who_gives_no_sign_of_life_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the next one comes."""
    now = [0.0]
    monkeypatch.setattr(checks, "time", SimpleNamespace(monotonic=lambda: now[0]))
    check = checks.beats("beats", 30)
    metrics.count("beats")
    well = _reasons([check])
    now[0] += 31
    silent = _reasons([check])
    metrics.count("beats")

    assert (well, silent, _reasons([check])) == ([], ["stands_still"], [])


def test_late_rounds_are_missed() -> None:
    """What should run by itself and does not."""
    assert _reasons([checks.rounds(lambda: False)]) == []
    assert _reasons([checks.rounds(lambda: True)]) == ["rounds_late"]


def _reasons(looked_at: Sequence[Check]) -> list[str]:
    """Those that are missed, looked at once."""
    missed = []
    for check in looked_at:
        try:
            check.look()
        except Exception:  # noqa: BLE001  as readiness does
            missed.append(check.reason)
    return missed
