"""How the staff and public programs start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from storage.kit.confine import can_confine
from storage.kit.settings import IDENTITY_VARIABLES
from tests.api.running import ROOT, free_port, running

OFFSETS = {"api.staff": 1, "api.public": 3}


def environment(data: Path, port: int) -> dict[str, str]:
    """What a program is started with: a data folder, ports, a Redis that need not be there."""
    own = {"PORCHLIGHT_DATA": str(data), "PORCHLIGHT_PORTS": str(port)}
    return {**os.environ, **own, "PORCHLIGHT_RECORD_REDIS": f"unix://{data}/none.sock"}


@pytest.mark.parametrize("module", OFFSETS)
def test_it_starts_shut_out_of_identity(module: str, tmp_path: Path) -> None:
    """On an empty data folder, without Redis; where the kernel can, it could not even open the folder."""
    port = free_port()
    (tmp_path / "identity").mkdir()
    secret = tmp_path / "identity" / "secret"
    secret.write_text("who")

    env = environment(tmp_path, port)
    with running(module, port=port + OFFSETS[module], env=env, log_file=tmp_path / "log") as program:
        answer = httpx.get(f"{program.address}/v1/health")

        assert answer.json() == {"ok": True}
        assert f"shut_out_of_identity state={'done' if can_confine() else 'not_possible'}" in program.log
        assert (tmp_path / "record" / "record.db").exists()
        handles = {str(link.readlink()) for link in Path(f"/proc/{program.process.pid}/fd").iterdir()}
        assert not any("identity" in handle for handle in handles)


@pytest.mark.parametrize("module", OFFSETS)
def test_it_refuses_to_start_with_an_identity_credential(module: str, tmp_path: Path) -> None:
    """Before it opened anything."""
    held = IDENTITY_VARIABLES[0]
    env = {**environment(tmp_path, 1), held: "something"}

    ended = subprocess.run([sys.executable, "-m", module], cwd=ROOT, env=env, capture_output=True, timeout=90)

    assert ended.returncode != 0
    assert held.encode() in ended.stderr
    assert not (tmp_path / "record").exists()
