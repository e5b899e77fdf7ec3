"""Fuzz one target until it breaks or the time is over: `python -m tests.fuzz.one TARGET CORPUS libFuzzer's options`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["api", "workers"]):
    from tests.fuzz.targets import TARGETS

atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]])
atheris.Fuzz()
