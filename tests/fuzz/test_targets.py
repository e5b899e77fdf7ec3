"""The short form of `make fuzz`: the same targets, over their seeds, seeds cut and bent, and what chance brings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

BENT = 60  # places at which a seed is cut and bent


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[bytes]]:
    """Each target's seeds."""
    return seeds(tmp_path_factory.mktemp("seeds"))


@pytest.mark.parametrize("target", TARGETS)
def test_what_must_hold_holds_for_seeds_cut_and_bent(target: str, begun: dict[str, list[bytes]]) -> None:
    """Each seed, cut off at sixty places, and with each of sixty bytes turned over."""
    tried = 0

    for seed in begun[target]:
        for at in range(0, len(seed), max(1, len(seed) // BENT)):
            TARGETS[target](seed[:at])
            TARGETS[target](seed[:at] + bytes([seed[at] ^ 0xFF]) + seed[at + 1 :])
            tried += 1
        TARGETS[target](seed)

    assert tried > 0


@pytest.mark.parametrize("target", TARGETS)
def test_what_must_hold_holds_for_anything(target: str) -> None:
    """Whatever bytes come, the target's own assertions hold."""
    tried = []

    @settings(max_examples=80, deadline=None, database=None, derandomize=True)
    @given(st.binary(max_size=600))
    def holds(data: bytes) -> None:
        tried.append(len(data))
        TARGETS[target](data)

    holds()
    assert tried
