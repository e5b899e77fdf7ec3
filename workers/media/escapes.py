"""Try to get out of the sandbox: run inside it as a program of its own, standard library only.

    python -I -S escapes.py SECRET_FILE OUTSIDE_FOLDER OWN_FOLDER

Prints one line an attempt, "name denied" or "name worked". An attempt is denied only by a permission error; every
other answer, "nobody listens there" included, means that something outside was reached.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

DENIED = {errno.EPERM, errno.EACCES, errno.ENOSYS}
KEYCTL, BPF, SETNS = {"x86_64": (250, 321, 308)}.get(platform.machine(), (219, 280, 268))
IO_URING_SETUP, NEW_USER, SEIZE = 425, 0x10000000, 0x4206

_libc = ctypes.CDLL(None, use_errno=True)


def main(secret: str, outside: str, own: str) -> None:
    """Try everything, the shell last: it would end this program."""
    attempts: dict[str, Callable[[], object]] = {
        "read_passwords": Path("/etc/passwd").read_bytes,
        "read_another_clip": Path(secret).read_bytes,
        "write_outside": lambda: Path(outside, "planted").write_bytes(b"x"),
        "tcp": lambda: socket.create_connection(("127.0.0.1", 9), 1),
        "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
        "unix_socket": lambda: socket.socket(socket.AF_UNIX).connect("/dev/log"),
        "ptrace": lambda: all_called(lambda: _libc.ptrace(SEIZE, os.getppid(), 0, 0)),
        "mount": lambda: all_called(lambda: _libc.umount2(own.encode(), 0)),
        "namespaces": lambda: all_called(lambda: _libc.unshare(NEW_USER), lambda: _libc.syscall(SETNS, 0, NEW_USER)),
        "new_process": fork,
        "signal_outside": lambda: os.kill(os.getppid(), signal.SIGCONT),
        "kernel_doors": lambda: all_called(
            lambda: _libc.syscall(KEYCTL, 0, -3, 0),
            lambda: _libc.syscall(BPF, 0, None, 0),
            lambda: _libc.syscall(IO_URING_SETUP, 1, ctypes.create_string_buffer(120)),
        ),
        "own_folder": lambda: Path(own, "written").write_bytes(b"x"),
        # The escape that has to fail: no stranger's word is in it.
        "shell": lambda: os.execv("/bin/sh", ["sh", "-c", "true"]),  # noqa: S606  # nosec B606
    }
    for name, attempt in attempts.items():
        print(name, "denied" if denied(attempt) else "worked", flush=True)  # noqa: T201


def denied(attempt: Callable[[], object]) -> bool:
    """Whether a permission error stopped it."""
    try:
        attempt()
    except OSError as error:
        return error.errno in DENIED
    return False


def fork() -> None:
    """Start another process, which ends at once."""
    if os.fork() == 0:
        os._exit(0)


def all_called(*calls: Callable[[], int]) -> None:
    """Raise OSError(EPERM) only if every call was denied; the first that was not ends it quietly."""
    for call in calls:
        if call() >= 0 or ctypes.get_errno() not in DENIED:
            return
    raise PermissionError(errno.EPERM, "denied")


if __name__ == "__main__":
    main(*sys.argv[1:])
