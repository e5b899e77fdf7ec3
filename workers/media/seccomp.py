"""The system calls a confined program may make, as a filter the kernel runs.

Allow-list: whatever is not named here answers "operation not permitted", so a program that tries something new
fails instead of getting it. Sockets, ptrace, mounts, namespaces, keys, bpf and io_uring are simply not on it.
"""

from __future__ import annotations

import platform
import struct
from dataclasses import dataclass

EPERM, ENOSYS = 1, 38
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
LOAD, AND, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06  # classic BPF on 32-bit words
NUMBER, ARCH, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data; arguments are 8 bytes, low half first
X32 = 0x40000000  # x86-64 has a second call table from here up

# name: (x86-64, aarch64); None where the machine does not have the call.
CALLS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66),
    "pread64": (17, 67), "pwrite64": (18, 68), "open": (2, None), "openat": (257, 56), "close": (3, 57),
    "lseek": (8, 62), "stat": (4, None), "fstat": (5, 80), "newfstatat": (262, 79), "statx": (332, 291),
    "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439), "readlink": (89, None),
    "readlinkat": (267, 78), "getcwd": (79, 17), "getdents64": (217, 61), "ftruncate": (77, 46),
    "fallocate": (285, 47), "fadvise64": (221, 223), "unlink": (87, None), "unlinkat": (263, 35),
    "dup": (32, 23), "dup2": (33, None), "dup3": (292, 24), "pipe2": (293, 59), "eventfd2": (290, 19),
    "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72),
    "brk": (12, 214), "mmap": (9, 222), "munmap": (11, 215), "mremap": (25, 216), "mprotect": (10, 226),
    "madvise": (28, 233), "mincore": (27, 232), "membarrier": (324, 283),
    "futex": (202, 98), "set_robust_list": (273, 99), "set_tid_address": (218, 96), "rseq": (334, 293),
    "arch_prctl": (158, None), "sched_yield": (24, 124), "sched_getaffinity": (204, 123),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132), "restart_syscall": (219, 128),
    "getpid": (39, 172), "gettid": (186, 178), "getppid": (110, 173), "getuid": (102, 174),
    "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "uname": (63, 160),
    "sysinfo": (99, 179), "getrusage": (98, 165), "getrlimit": (97, 163), "times": (100, 153),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "gettimeofday": (96, 169),
    "clock_nanosleep": (230, 115), "nanosleep": (35, 101), "getrandom": (318, 278),
    "execve": (59, 221), "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip


@dataclass(frozen=True)
class Guarded:
    """A call that is allowed only while `argument & mask` is one of `values`."""

    numbers: tuple[int, int]
    argument: int
    mask: int
    values: tuple[int, ...]


THREAD, NAMESPACES = 0x00010000, 0x7E020000
GUARDED = (
    Guarded((56, 220), 0, THREAD | NAMESPACES, (THREAD,)),  # clone: threads, never processes or namespaces
    Guarded((302, 261), 0, 0xFFFFFFFF, (0,)),  # prlimit64: its own limits only
    Guarded((16, 29), 1, 0xFFFFFFFF, (0x5450, 0x5451)),  # ioctl: close-on-exec only, no terminals
    Guarded((72, 25), 1, 0xFFFFFFFF, (0, 1, 2, 3, 4, 1030)),  # fcntl: no owner, lease or signal games
)
CLONE3 = 435  # its flags lie in memory a filter cannot read: "not built in" makes libc fall back to clone
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column of the tables, AUDIT_ARCH


def filter_for(machine: str = platform.machine()) -> bytes:
    """The filter as an array of `struct sock_filter`. Raises KeyError on a machine we have no table for."""
    column, arch = ARCHITECTURES[machine]
    code = [_do(LOAD, ARCH), _jump(EQUAL, arch, 1, 0), _do(RETURN, KILL), _do(LOAD, NUMBER)]
    code += [_jump(AT_LEAST, X32, 0, 1), _do(RETURN, ERRNO | EPERM)]
    code += [_jump(EQUAL, CLONE3, 0, 1), _do(RETURN, ERRNO | ENOSYS)]
    for numbers in CALLS.values():
        if (number := numbers[column]) is not None:
            code += [_jump(EQUAL, number, 0, 1), _do(RETURN, ALLOW)]
    for guarded in GUARDED:
        code += _guard(guarded, column)
    return b"".join([*code, _do(RETURN, ERRNO | EPERM)])


def _guard(guarded: Guarded, column: int) -> list[bytes]:
    test = [_do(LOAD, ARGUMENTS + 8 * guarded.argument), _do(AND, guarded.mask)]
    for value in guarded.values:
        test += [_jump(EQUAL, value, 0, 1), _do(RETURN, ALLOW)]
    test += [_do(RETURN, ERRNO | EPERM)]
    return [_jump(EQUAL, guarded.numbers[column], 0, len(test)), *test]


def _do(operation: int, operand: int) -> bytes:
    return struct.pack("=HBBI", operation, 0, 0, operand)


def _jump(test: int, operand: int, if_true: int, if_false: int) -> bytes:
    return struct.pack("=HBBI", test, if_true, if_false, operand)
