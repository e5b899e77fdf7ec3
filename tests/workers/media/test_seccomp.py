"""The filter of system calls, run here as the kernel would run it."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from workers.media.seccomp import ALLOW, ARCHITECTURES, CALLS, ENOSYS, EPERM, ERRNO, GUARDED, KILL, filter_for

HEADERS = {0: Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), 1: Path("/usr/include/asm-generic/unistd.h")}
ARCH = {machine: arch for machine, (_, arch) in ARCHITECTURES.items()}
NEVER = {  # x86-64, aarch64
    "socket": (41, 198), "connect": (42, 203), "ptrace": (101, 117), "mount": (165, 40), "unshare": (272, 97),
    "setns": (308, 268), "bpf": (321, 280), "io_uring_setup": (425, 425), "keyctl": (250, 219), "kill": (62, 129),
    "tgkill": (234, 131), "pidfd_open": (434, 434), "process_vm_readv": (310, 270), "userfaultfd": (323, 282),
    "perf_event_open": (298, 241), "init_module": (175, 105), "chroot": (161, 51), "setuid": (105, 146),
    "memfd_create": (319, 279), "execveat": (322, 281), "symlinkat": (266, 36), "linkat": (265, 37),
}  # fmt: skip


def judge(code: bytes, number: int, arch: int, *arguments: int) -> int:
    """What the kernel would answer: a classic BPF machine of five instructions."""
    data = struct.pack("=IIQ6Q", number, arch, 0, *(*arguments, *[0] * (6 - len(arguments))))
    steps = list(struct.iter_unpack("=HBBI", code))
    at = word = 0
    while True:
        operation, if_true, if_false, operand = steps[at]
        at += 1
        if operation == 0x06:
            return int(operand)
        if operation == 0x20:
            word = struct.unpack_from("=I", data, operand)[0]
        elif operation == 0x54:
            word &= operand
        else:
            hit = word == operand if operation == 0x15 else word >= operand
            at += if_true if hit else if_false


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_listed_calls_are_allowed(machine: str) -> None:
    """Every call of the table is let through on both machines."""
    column = ARCHITECTURES[machine][0]
    numbers = [number for call in CALLS.values() if (number := call[column]) is not None]

    assert {judge(filter_for(machine), number, ARCH[machine]) for number in numbers} == {ALLOW}


@pytest.mark.parametrize("machine", ARCHITECTURES)
@pytest.mark.parametrize("call", NEVER)
def test_dangerous_calls_are_not_permitted(machine: str, call: str) -> None:
    """Sockets, tracing, mounts, namespaces, keys and signals answer EPERM."""
    number = NEVER[call][ARCHITECTURES[machine][0]]

    assert judge(filter_for(machine), number, ARCH[machine]) == ERRNO | EPERM


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_everything_else_is_not_permitted(machine: str) -> None:
    """Of the first 600 calls only the listed ones pass, whatever their arguments."""
    column, arch = ARCHITECTURES[machine]
    known = {call[column] for call in CALLS.values()} | {guarded.numbers[column] for guarded in GUARDED} | {435}

    answers = {judge(filter_for(machine), number, arch) for number in set(range(600)) - known}

    assert answers == {ERRNO | EPERM}


def test_another_machine_or_call_table_is_never_served() -> None:
    """32-bit calls end the program, x32 calls are denied."""
    assert judge(filter_for("x86_64"), 0, 0x40000003) == KILL
    assert judge(filter_for("x86_64"), 0x40000000, ARCH["x86_64"]) == ERRNO | EPERM


def test_clone_makes_threads_only() -> None:
    """A thread passes; a process or a namespace does not, and clone3 says it is not built in."""
    code, arch = filter_for("x86_64"), ARCH["x86_64"]

    assert judge(code, 56, arch, 0x3D0F00) == ALLOW
    assert judge(code, 56, arch, 0x01200011) == ERRNO | EPERM
    assert judge(code, 56, arch, 0x3D0F00 | 0x10000000) == ERRNO | EPERM
    assert judge(code, 435, arch) == ERRNO | ENOSYS


def test_limits_of_others_are_out_of_reach() -> None:
    """prlimit64 is for oneself."""
    code, arch = filter_for("x86_64"), ARCH["x86_64"]

    assert judge(code, 302, arch, 0) == ALLOW
    assert judge(code, 302, arch, 1) == ERRNO | EPERM


@pytest.mark.parametrize("column", [0, 1])
def test_numbers_are_those_of_the_kernels_headers(column: int) -> None:
    """The table is not from memory: it equals the headers, where they are installed."""
    if not HEADERS[column].exists():
        pytest.skip("no kernel headers on this machine")
    text = HEADERS[column].read_text()
    told = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    told["newfstatat"] = told.get("newfstatat", told.get("fstatat", -1))

    assert {name: told[name] for name in CALLS if CALLS[name][column] is not None} == {
        name: call[column] for name, call in CALLS.items() if call[column] is not None
    }
