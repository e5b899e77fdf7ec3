"""One line per event: a name and fields from an allow-list, so that nothing a resident typed can slip in."""

from __future__ import annotations

import logging
import sys
import traceback

from storage.kit import metrics

# `error` is the class of an exception, never its message: messages of libraries quote their input.
FIELDS = frozenset(
    {"program", "count", "seconds", "bytes", "attempt", "stage", "state", "reason", "error", "where", "seq", "lag"}
    | {"port", "pid", "code", "audience", "queue", "status", "method", "route", "request", "signal", "backoff"}
)

_logger = logging.getLogger("porchlight")


def start(program: str) -> None:
    """Sends this process's lines to standard error, each beginning with the program's name."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(logging.Formatter(f"{program}: %(message)s"))
    _logger.handlers[:] = [lines]
    _logger.setLevel(logging.INFO)
    _logger.propagate = False


def event(name: str, **fields: str | int | float | None) -> None:
    """Writes one line: `name key=value ...`; a field that is not in the allow-list is an error of ours."""
    _write(logging.INFO, name, fields)


def fault(name: str, error: BaseException, **fields: str | int | float | None) -> None:
    """Writes one line for a fault: the error's class and where it arose, not its message."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{'/'.join(frames[-1].filename.split('/')[-2:])}:{frames[-1].lineno}" if frames else "?"
    _write(logging.ERROR, name, {"error": type(error).__name__, "where": where, **fields})


def _write(level: int, name: str, fields: dict[str, str | int | float | None]) -> None:
    unknown = fields.keys() - FIELDS
    if unknown:
        raise ValueError(f"log fields not in the allow-list: {sorted(unknown)}")
    metrics.count("log_lines", event=name)
    _logger.log(level, " ".join([name, *(f"{key}={value}" for key, value in fields.items())]))
