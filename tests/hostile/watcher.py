"""Sees each file that we or a confined program ask for, and ends a program that as much as asks for a socket.

Needs no root and no ptrace: two filters are laid under the sandbox's own, which stays as it is. The first tells us of
every call that names a file, which then goes on; the second kills at network, process and tracing calls. Beside it,
Python's audit hook tells what our own process opens while it is watched.

What this does not prove: that a program which an exploit took over stays inside. It could change a name after we read
it. Landlock and seccomp hold that one (workers/media/escapes.py); here we see that no file leads a healthy decoder out.
"""

from __future__ import annotations

import array
import ctypes
import fcntl
import os
import select
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from workers.media import sandbox, seccomp
from workers.media.watching import Outcome, watch

# Calls that name a file: where among the arguments the name stands.
NAMED = {
    "open": 0, "openat": 1, "stat": 0, "newfstatat": 1, "statx": 1, "access": 0, "faccessat": 1, "faccessat2": 1,
    "readlink": 0, "readlinkat": 1, "unlink": 0, "unlinkat": 1, "execve": 0,
}  # fmt: skip
# socket, connect, accept, sendto, recvfrom, sendmsg, recvmsg, bind, listen, socketpair, fork, vfork, ptrace, accept4,
# execveat, io_uring_setup
ENDED = {
    "x86_64": (41, 42, 43, 44, 45, 46, 47, 49, 50, 53, 57, 58, 101, 288, 322, 425),
    "aarch64": (198, 203, 202, 206, 207, 211, 212, 200, 201, 199, 117, 242, 281, 425),
}
TELL, SECCOMP = 0x7FC00000, {"x86_64": 317, "aarch64": 277}
SET_FILTER, NEW_LISTENER, GO_ON = 1, 8, 1
RECEIVE, ANSWER = 0xC0502100, 0xC0182101
MACHINE = os.uname().machine
COLUMN, ARCH = seccomp.ARCHITECTURES[MACHINE]
AUDITED = {"open", "socket.connect", "socket.sendto", "socket.bind", "socket.getaddrinfo", "os.system", "os.exec"}

_libc = ctypes.CDLL(None, use_errno=True)
_ours: list[Seen] = []  # whoever is watching now; the hook itself stays for the life of the process


@dataclass
class Seen:
    """What was asked for while somebody watched."""

    programs: list[tuple[str, str]] = field(default_factory=list)  # call, name
    ourselves: list[tuple[str, str]] = field(default_factory=list)  # event, name
    outcomes: list[Outcome] = field(default_factory=list)
    thread: int = 0

    @property
    def ended(self) -> int:
        """How many programs were killed because they asked for a socket, a process or a tracer."""
        return sum(outcome.code == -signal.SIGSYS for outcome in self.outcomes)


@contextmanager
def watching() -> Iterator[Seen]:
    """Everything asked for within, by programs in the sandbox and by this thread."""
    seen = Seen(thread=threading.get_ident())
    ours, theirs = socket.socketpair()
    listener = threading.Thread(target=_listen, args=(ours, seen), daemon=True)
    listener.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "_enter", _entering(theirs, sandbox._enter))
        patch.setattr(sandbox, "watch", _keeping(seen, watch))
        _ours.append(seen)
        try:
            yield seen
        finally:
            _ours.remove(seen)
            theirs.close()
            listener.join(10)
            ours.close()


def _keeping(seen: Seen, until_their_end: Callable[..., list[Outcome]]) -> Callable[..., list[Outcome]]:
    def watched(*args: Any, **named: Any) -> list[Outcome]:
        outcomes = until_their_end(*args, **named)
        seen.outcomes.extend(outcomes)
        return outcomes

    return watched


def _entering(line: socket.socket, enter: Callable[..., None]) -> Callable[..., None]:
    # In the child, between fork and exec, before the sandbox's own.
    tell, end = (ctypes.create_string_buffer(code) for code in (_telling(), _ending()))

    def entered(*args: Any) -> None:
        _libc.prctl(38, 1, 0, 0, 0)
        program = sandbox._Program((len(tell) - 1) // 8, ctypes.cast(tell, ctypes.c_void_p))
        listener = _libc.syscall(SECCOMP[MACHINE], SET_FILTER, NEW_LISTENER, ctypes.byref(program))
        if listener < 0:
            raise OSError(ctypes.get_errno(), "nobody can listen here")
        socket.send_fds(line, [b"x"], [listener])
        os.close(listener)
        program = sandbox._Program((len(end) - 1) // 8, ctypes.cast(end, ctypes.c_void_p))
        if _libc.prctl(sandbox.SET_SECCOMP, sandbox.FILTER_MODE, ctypes.byref(program), 0, 0) < 0:
            raise OSError(ctypes.get_errno(), "seccomp refused")
        enter(*args)

    return entered


def _telling() -> bytes:
    return _filter([number for name in NAMED if (number := _number(name)) is not None], TELL)


def _ending() -> bytes:
    return _filter(ENDED[MACHINE], seccomp.KILL)


def _filter(numbers: Any, then: int) -> bytes:
    code = [seccomp._do(seccomp.LOAD, seccomp.NUMBER)]
    for number in numbers:
        code += [seccomp._jump(seccomp.EQUAL, number, 0, 1), seccomp._do(seccomp.RETURN, then)]
    return b"".join([*code, seccomp._do(seccomp.RETURN, seccomp.ALLOW)])


def _number(name: str) -> int | None:
    return seccomp.CALLS[name][COLUMN]


def _listen(line: socket.socket, seen: Seen) -> None:
    poll, names = select.poll(), {_number(name): (name, at) for name, at in NAMED.items()}
    poll.register(line, select.POLLIN)
    while True:
        for place, event in poll.poll():
            if place == line.fileno():
                try:
                    said, found, _, _ = socket.recv_fds(line, 1, 1)
                except OSError:
                    return
                if not said:
                    return
                poll.register(found[0], select.POLLIN)
            elif event & select.POLLIN:
                _hear(place, names, seen)
            else:  # the program and all its threads are gone
                poll.unregister(place)
                os.close(place)


def _hear(place: int, names: dict[int | None, tuple[str, int]], seen: Seen) -> None:
    told = bytearray(80)
    try:
        fcntl.ioctl(place, RECEIVE, told)
    except OSError:
        return  # it was killed meanwhile
    number, pid, _, call, _, _, *arguments = struct.unpack("=QIIiIQ6Q", told)
    name, at = names[call]
    named = _string(pid, arguments[at])
    if named:
        seen.programs.append((name, named))
    try:
        fcntl.ioctl(place, ANSWER, array.array("b", struct.pack("=QqiI", number, 0, 0, GO_ON)))
    except OSError:
        return


def _string(pid: int, at: int) -> str:
    try:
        memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    except OSError:
        return "?"
    try:
        return os.pread(memory, 4096, at).split(b"\0", 1)[0].decode(errors="replace")
    except OSError:
        return ""
    finally:
        os.close(memory)


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if _ours and event in AUDITED:
        for seen in _ours:
            if threading.get_ident() == seen.thread:
                seen.ourselves.append((event, os.fsdecode(args[0]) if isinstance(args[0], str | bytes | Path) else ""))


sys.addaudithook(_hook)
