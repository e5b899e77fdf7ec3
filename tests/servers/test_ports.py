"""Ports for servers of the tests."""

from __future__ import annotations

import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from tests.servers import ports

ROOT = Path(__file__).parents[2]
DRAWS = """
from itertools import count
from tests.servers import ports

rows = count({row})
ports.spread = lambda _: next(rows)
print(ports.free_ports(4)[0])
"""


def test_a_row_is_given_once_though_nobody_listens_there_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in this process nor in another, though each draws the same row first."""
    given = ports.free_ports(4)[0]
    row = (given - ports.FIRST) // ports.ROW
    rows = count(row)
    monkeypatch.setattr(ports, "spread", lambda _: next(rows))

    here = ports.free_ports(4)[0]
    words = [sys.executable, "-c", DRAWS.format(row=row)]
    elsewhere = int(subprocess.run(words, cwd=ROOT, capture_output=True, check=True, text=True).stdout)

    assert len({given, here, elsewhere}) == 3
