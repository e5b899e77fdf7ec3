"""Run a program, or several that feed each other, so that each sees its own input and output folder, and nothing else.

Landlock decides which files, seccomp which system calls, rlimits how much, a deadline how long. All of it needs no
root and works in a default container. Processes are forbidden by seccomp, so no RLIMIT_NPROC: that one counts every
process of the user, ours included, and is not enforced for root.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path

from workers.media import landlock, seccomp
from workers.media.children import Child, end_all, widen
from workers.media.watching import Cancelled, End, Outcome, watch

__all__ = ["Cancelled", "Limits", "Outcome", "Part", "SandboxBroken", "libraries_of", "run", "run_all"]

LOADER_INDEX = Path("/etc/ld.so.cache")
SET_PARENT_DEATH_SIGNAL, SET_SECCOMP, FILTER_MODE = 1, 22, 2

_libc = ctypes.CDLL(None, use_errno=True)


class SandboxBroken(Exception):
    """The confinement cannot be set up, or lets something through: refuse to work."""


@dataclass(frozen=True)
class Limits:
    """How much one program may use; all of a run are killed at the `wall_seconds` of its last."""

    cpu_seconds: int = 60
    wall_seconds: float = 120
    memory_bytes: int = 2 << 30  # address space: a 4K HEVC decode beside a 1080p encode needs about half
    file_bytes: int = 64 << 20  # each file written, or all that is handed to `on_bytes`
    open_files: int = 32
    told_bytes: int = 4 << 20  # standard output; more is a reason to stop, standard error is cut instead


@dataclass(frozen=True)
class Part:
    """One program of a run: `argv` (a full path first), the files and folders it may `read`, the one it may `write`.

    `environment` is all it has of one.
    """

    argv: Sequence[str | Path]
    read: Sequence[Path] = ()
    write: Path | None = None
    limits: Limits = Limits()
    environment: Mapping[str, str] = field(default_factory=dict)


def run(
    argv: Sequence[str | Path],
    *,
    read: Sequence[Path] = (),
    write: Path | None = None,
    limits: Limits = Limits(),
    confined: bool = True,
    on_line: Callable[[bytes], None] | None = None,
    on_bytes: Callable[[bytes], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    nice: int = 0,
) -> Outcome:
    """A run of one program: see `run_all`."""
    part = Part(argv, read, write, limits)
    (outcome,) = run_all([part], confined=confined, on_line=on_line, on_bytes=on_bytes, cancelled=cancelled, nice=nice)
    return outcome


def run_all(
    parts: Sequence[Part],
    *,
    confined: bool = True,
    on_line: Callable[[bytes], None] | None = None,
    on_bytes: Callable[[bytes], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    nice: int = 0,
) -> list[Outcome]:
    """Run `parts` at once, each reading what the one before it writes, until all have ended or one of them has failed.

    They are killed at a limit, at the last one's deadline, or when `cancelled()` says yes (Cancelled). `on_line` gets
    each line of the last one's standard output as it comes, or `on_bytes` its bytes, which are then not kept; what
    either raises ends the run. `nice` is how far the programs stand back behind others. Raises SandboxBroken if the
    confinement does not hold before a program starts.
    """
    children: list[Child] = []
    pipes = [os.pipe() for _ in parts[1:]]  # inherited by nobody but as what it is for
    sources, sinks = [None, *(told for told, _ in pipes)], [*(feeds for _, feeds in pipes), None]
    try:
        for part, source, sink in zip(parts, sources, sinks, strict=True):
            children.append(Child(_start(part, source, sink, confined, nice), sink))
    except BaseException:
        end_all(children)
        for _, feeds in pipes[len(children) :]:
            os.close(feeds)
        raise
    finally:
        for told, _ in pipes:
            os.close(told)  # or whoever writes would never hear that its reader is gone
    limits = parts[-1].limits
    most_told = limits.file_bytes if on_bytes else limits.told_bytes
    outcomes = watch(children, limits.wall_seconds, most_told, on_line, on_bytes, cancelled)
    return [_understood(outcome, part.limits) for outcome, part in zip(outcomes, parts, strict=True)]


@lru_cache
def libraries_of(program: Path) -> tuple[Path, ...]:
    """The dynamic loader, the libraries it will look for, and its index of them; nothing for a static program."""
    told = subprocess.run(["/usr/bin/ldd", program], capture_output=True, text=True, timeout=20, check=False)
    found = [Path(word) for line in told.stdout.splitlines() for word in line.split() if word.startswith("/")]
    return tuple(path for path in (*found, LOADER_INDEX) if found and path.exists())


def _rules(program: Path, read: Sequence[Path], write: Path | None) -> int:
    linked = libraries_of(program)
    loader = [path for path in linked if path.name.startswith("ld-")]
    try:
        return landlock.rule_set(run=[program, *loader], read=[*linked, *read], write=[write] if write else [])
    except landlock.NoLandlock as none:
        raise SandboxBroken(str(none)) from none


def _start(part: Part, source: int | None, sink: int | None, confined: bool, nice: int) -> subprocess.Popen[bytes]:
    # Everything is made here, in the parent: between fork and exec the child only makes system calls.
    rules = _rules(Path(part.argv[0]), part.read, part.write) if confined else None
    code = ctypes.create_string_buffer(seccomp.filter_for()) if rules is not None else None
    if sink is not None:
        widen(sink)
    try:
        running = subprocess.Popen(
            [str(word) for word in part.argv],
            stdin=subprocess.DEVNULL if source is None else source,
            stdout=subprocess.PIPE if sink is None else sink,
            stderr=subprocess.PIPE,
            env=dict(part.environment),
            cwd="/",
            start_new_session=True,
            preexec_fn=partial(_enter, rules, code, part.limits, nice),
        )
        _stand_back(running.pid, nice)
        return running
    except subprocess.SubprocessError as failed:
        raise SandboxBroken("the confinement could not be entered") from failed
    finally:
        if rules is not None:
            os.close(rules)


def _understood(outcome: Outcome, limits: Limits) -> Outcome:
    # The kernel's SIGKILL for CPU time looks like anybody's: what was used tells them apart. The kernel counts what
    # it kills for in ticks and what it tells exactly: on a busy machine the two differ.
    used_up = outcome.code == -signal.SIGKILL and outcome.cpu_seconds >= limits.cpu_seconds / 2
    return replace(outcome, end=End.NO_CPU_LEFT) if used_up and outcome.end is End.BY_ITSELF else outcome


def _stand_back(pid: int, nice: int) -> None:
    # Where the kernel shares the processors out by group, each run is one of its own, and this is its niceness. Said
    # from here: a program that is about to be confined opens no file.
    with suppress(OSError):
        if nice:
            Path(f"/proc/{pid}/autogroup").write_text(str(nice))


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def _enter(rules: int | None, code: ctypes.Array[ctypes.c_char] | None, limits: Limits, nice: int) -> None:
    _libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)  # a killed worker leaves nothing running
    if nice:
        os.nice(nice)
    for what, most in (
        (resource.RLIMIT_CPU, limits.cpu_seconds),  # a plain SIGKILL: nobody catches it
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    if rules is None or code is None:
        return
    landlock.enter(rules)
    program = _Program((len(code) - 1) // 8, ctypes.cast(code, ctypes.c_void_p))
    if _libc.prctl(SET_SECCOMP, FILTER_MODE, ctypes.byref(program), 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "seccomp refused")
