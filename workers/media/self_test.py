"""Try the escapes from inside the sandbox at start, and refuse to work if one succeeds."""

from __future__ import annotations

import _ctypes
import _socket
import os
import sys
import sysconfig
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

from workers.media import escapes, redactor, surveying
from workers.media.hiding import Hiding
from workers.media.programs import Programs
from workers.media.sandbox import Part, SandboxBroken, libraries_of, run, run_all
from workers.redact.redactions import OF_CLIPS, Redaction

ALLOWED = {"own_folder"}
MUST_BE_DENIED = {
    "read_passwords", "read_another_clip", "write_outside", "tcp", "udp", "unix_socket", "ptrace",
    "mount", "namespaces", "new_process", "signal_outside", "kernel_doors", "shell",
}  # fmt: skip


class NoSandboxWarning(UserWarning):
    """Strangers' files are decoded without confinement because the operator said so."""


def self_test(programs: Programs) -> dict[str, bool]:
    """{attempt: it worked}: 13 denied, the own folder allowed; where the redactor runs, which has none, all denied.

    Raises SandboxBroken for any other end.
    With `programs.confined` false nothing is tried: it warns, and answers {}.
    """
    if not programs.confined:
        warnings.warn("no sandbox: never with files of strangers", NoSandboxWarning, stacklevel=2)
        return {}
    attempts = _try_escapes(_small_python)
    _demand(attempts, ALLOWED, "the sandbox")
    _demand(_try_escapes(_redactor), set(), "the redactor's sandbox")
    if not run_all([redactor.part((16, 16), 1, Hiding.of(Redaction.FACES, Redaction.PLATES))])[0].ok:
        raise SandboxBroken("the redactor does not start in the sandbox")
    if not run_all([surveying.looker((16, 16), OF_CLIPS)])[0].ok:
        raise SandboxBroken("the survey does not start in the sandbox")
    for program in (programs.ffmpeg, programs.ffprobe):
        if not run([program, "-version"]).ok:
            raise SandboxBroken(f"{program.name} does not start in the sandbox")
    return attempts


def _demand(attempts: dict[str, bool], allowed: set[str], what: str) -> None:
    escaped = {name for name in MUST_BE_DENIED | ALLOWED - allowed if attempts.get(name, True)}
    if escaped or not all(attempts.get(name) for name in allowed):
        raise SandboxBroken(f"{what} does not hold here: {', '.join(sorted(escaped)) or 'own folder'}")


def _try_escapes(python: Callable[[list[str | Path], Path], Part]) -> dict[str, bool]:
    with tempfile.TemporaryDirectory() as made:
        own, other = Path(made, "own"), Path(made, "other")
        own.mkdir()
        other.mkdir()
        Path(other, "clip").write_bytes(b"another resident's clip")
        (outcome,) = run_all([python([Path(escapes.__file__).resolve(), other / "clip", other, own], own)])
    lines = (line.split() for line in outcome.stdout.decode().splitlines())
    return {name: how == "worked" for name, how in lines}


def _small_python(words: list[str | Path], own: Path) -> Part:
    return Part([Path(sys.executable).resolve(), "-I", "-S", *words], [Path(words[0]), *_python_needs()], own)


def _redactor(words: list[str | Path], _own: Path) -> Part:
    # It writes to its pipe alone: a folder of its own it has not.
    return redactor.confined(words)


def _python_needs() -> list[Path]:
    # Its standard library, and what the two modules written in C are linked to.
    folders = {Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib")}
    # Debian's own Python has `_socket` built in: then there is no file, and what it is linked to counts.
    files = [getattr(module, "__file__", None) or sys.executable for module in (_ctypes, _socket)]
    modules = [Path(file).resolve() for file in files]
    linked = {library for module in modules for library in libraries_of(module)}
    return [path for path in (*folders, *linked, *modules) if os.access(path, os.R_OK)]
