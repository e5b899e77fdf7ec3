"""Shuts this process, and all it will start, out of one folder by Landlock, where the kernel can.

Landlock only knows what is allowed, so everything beside the folder is allowed: at each step of the way from
the root down to it, all of its siblings. What is made beside those later is closed too, which does no harm.
"""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on every 64-bit architecture
PATH_BENEATH, RULESET_VERSION, NO_NEW_PRIVS = 1, 1, 38
# File-system rights each version of the interface knows (linux/landlock.h); files take only some of them.
RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
RIGHTS_NOW = (1 << 16) - 1
RIGHTS_OF_A_FILE = 0b1 | 0b10 | 0b100 | 1 << 14 | 1 << 15  # execute, write, read, truncate, ioctl

_libc = ctypes.CDLL(None, use_errno=True)


def can_confine() -> bool:
    """Whether this kernel has Landlock."""
    return _abi() > 0


def shut_out_of(folder: Path) -> bool:
    """Closes `folder` to this process for good; False where the kernel cannot. Call before any thread starts.

    Raises OSError where the kernel could and did not.
    """
    abi = _abi()
    if abi < 1:
        return False
    rights = RIGHTS.get(abi, RIGHTS_NOW)
    ruleset = _call(CREATE_RULESET, struct.pack("Q", rights), 8, 0)
    for sibling in _siblings_down_to(folder.resolve()):
        _allow(ruleset, sibling, rights)
    if _libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    _call(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    return True


def _siblings_down_to(folder: Path) -> list[Path]:
    siblings = []
    for step in [*reversed(folder.parents)]:
        if not step.is_dir():
            break
        # A link opens nothing: what it leads to is open or closed where it stands. Allowing it could allow the folder.
        beside = [entry for entry in step.iterdir() if not entry.is_symlink()]
        siblings += [entry for entry in beside if entry != folder and entry not in folder.parents]
    return siblings


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:  # gone, or a mount nobody may open: closed is what it stays
        return
    try:
        allowed = rights if path.is_dir() else rights & RIGHTS_OF_A_FILE
        _call(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", allowed, handle), 0)
    finally:
        os.close(handle)


def _abi() -> int:
    return int(_libc.syscall(CREATE_RULESET, None, 0, RULESET_VERSION))


def _call(number: int, *arguments: int | bytes) -> int:
    answer = int(_libc.syscall(number, *arguments))
    if answer < 0:
        raise OSError(ctypes.get_errno(), f"landlock call {number}")
    return answer
