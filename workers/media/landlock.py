"""Which files a confined program may see: a Landlock rule set, made by the parent and entered by the child.

Does not hide that a file exists: names, sizes and times can still be asked for, contents cannot.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

CREATE, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on every machine
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_FILE, MAKE_FILE, TRUNCATE = 1 << 5, 1 << 8, 1 << 14
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE  # the kernel refuses folder rights on a file
# Everything each version of Landlock can forbid; what is handled and not granted is denied.
FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
TCP = 3  # bind and connect, from version 4
SCOPES = 3  # abstract sockets and signals to outside, from version 6
NO_NEW_PRIVILEGES = 38

_libc = ctypes.CDLL(None, use_errno=True)


class NoLandlock(Exception):
    """This kernel does not have Landlock, or it is switched off."""


def rule_set(*, run: Iterable[Path] = (), read: Iterable[Path] = (), write: Iterable[Path] = ()) -> int:
    """A file descriptor of the rules; the caller closes it. Raises NoLandlock, or OSError for a missing path."""
    version = _libc.syscall(CREATE, None, 0, 1)
    if version < 1:
        raise NoLandlock("Landlock is not available in this kernel")
    files = FILE_RIGHTS[min(version, 5)]
    handled = struct.pack("=QQQ", files, TCP if version >= 4 else 0, SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _checked(_libc.syscall(CREATE, handled, size, 0))
    try:
        _grant(rules, run, (EXECUTE | READ_FILE) & files)
        _grant(rules, read, (READ_FILE | READ_DIR) & files)
        _grant(rules, write, (READ_FILE | READ_DIR | WRITE_FILE | MAKE_FILE | REMOVE_FILE | TRUNCATE) & files)
    except BaseException:
        os.close(rules)
        raise
    return rules


def enter(rules: int) -> None:
    """Confine this thread, and what it executes, for ever. Called between fork and exec: system calls only."""
    _checked(_libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _checked(_libc.syscall(RESTRICT_SELF, rules, 0))


def _grant(rules: int, paths: Iterable[Path], rights: int) -> None:
    for path in paths:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            allowed = rights if path.is_dir() else rights & ON_FILES
            _checked(_libc.syscall(ADD_RULE, rules, 1, struct.pack("=Qi", allowed, place), 0))
        finally:
            os.close(place)


def _checked(answer: int) -> int:
    if answer < 0:
        raise OSError(ctypes.get_errno(), "Landlock refused")
    return answer
