"""A Redis server of our own, as a command: on a private socket, never forgetting to make room."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from storage.kit.programs import redis_server


def command(folder: Path, socket: Path, *, password: str | None = None) -> tuple[str, ...]:
    """Writes the configuration into `folder`, made if need be, and answers what to start; MissingProgramError.

    Nothing is written there but the log of the server: what either Redis holds is rung or read again. A file that a cut
    of power left broken would keep it from starting, and every clip from its end.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.rmtree(
        folder / "appendonlydir", ignore_errors=True
    )  # an earlier version's; its list is read even unasked for
    lines = [
        "port 0",
        f'unixsocket "{socket}"',
        "unixsocketperm 700",
        f'dir "{folder}"',
        "appendonly no",
        'save ""',
        "maxmemory-policy noeviction",
        "loglevel warning",
        f'logfile "{folder}/redis.log"',
    ]
    if password is not None:
        lines.append(f"requirepass {password}")
    written = folder / "redis.conf"
    # In a file, for what stands in a command line every program of the machine can read.
    handle = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write("\n".join([*lines, ""]))
    return str(redis_server()), str(written)
