"""Key files: 32 random bytes, readable by their owner alone, made once."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

KEY_BYTES = 32


def read_or_make(path: Path) -> bytes:
    """The key in `path`, drawn there first if there is none; two who make it at once end with the same one.

    Raises ValueError where the file holds no key: it was cut off, or is another file.
    """
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key file {path.name} does not hold {KEY_BYTES} bytes")
    return key


def older(path: Path) -> tuple[bytes, ...]:
    """The key that `path` held before, while the change is under way: it lies beside it, with `.old` at its end.

    An empty file is none: a container must be given the file from the beginning.
    """
    before = path.with_name(f"{path.name}.old")
    return (read_or_make(before),) if before.exists() and before.stat().st_size else ()


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # fails where the other one was first, and theirs is then the key
    except FileExistsError:
        pass
    finally:
        draft.unlink()
