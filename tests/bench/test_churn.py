"""A short churn: the long one is `python -m bench.churn`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import churn as churns
from bench.churn import churn
from bench.churn_figures import Figures
from bench.churning import Heard

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The loop it runs on."""
    return "asyncio", {"use_uvloop": True}


async def test_through_cuts_a_kill_and_an_empty_redis_nobody_misses_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty clients, a few seconds, two processes of the feed."""
    monkeypatch.setattr(churns, "EMPTIED_EVERY", 1.0)
    monkeypatch.setattr(churns, "KILLED_EVERY", 2.5)

    found = await churn(tmp_path, clients=60, seconds=6.0, reset_every=0.02, rate=20)

    assert found.is_exact, str(found)
    assert min(found.deliveries, found.resets, found.lost, found.emptied, found.killed) > 0


def test_a_gap_a_double_and_a_reset_are_seen() -> None:
    """What is counted is what was heard."""
    heard = Heard("d", "e:4")
    for seq in (5, 7, 7):
        heard.take(b'{"type":"event","seq":%d,"kind":"post.updated"}' % seq)
    heard.take(b'{"type":"beat","cursor":"e:9"}')
    heard.take(b'{"type":"ready","cursor":"f:2","reset":true}')

    assert (list(heard.numbers), heard.disorder, heard.begun_anew, heard.cursor) == ([5, 7, 7], 1, 1, "f:2")
    assert not Figures(1, 1, gaps=1).is_exact
    assert not Figures(1, 1, doubles=1).is_exact
    assert not Figures(1, 1, begun_anew=1).is_exact
