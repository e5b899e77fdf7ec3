"""One line per event: a name and fields from an allow-list, so that nothing a resident typed can slip in.

No field holds an id, so no line can join what the wall keeps apart. `request` names one request of one program, is
drawn anew for each, and is handed on to nobody.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import traceback

from storage.kit import clock, metrics

# docs/operations.md says what each is. `error` is the class of an exception, never its message: messages of libraries
# quote their input.
FIELDS = frozenset(
    {"count", "seconds", "bytes", "attempt", "stage", "state", "reason", "error", "where", "seq", "lag"}
    | {"port", "pid", "code", "audience", "queue", "status", "method", "route", "request", "signal", "backoff"}
)
_PLAIN = re.compile(r"[A-Za-z0-9_.:/{}?*<>-]{1,120}")  # names of ours: no blank, so no sentence, and no @
_ID = re.compile(r"(?<![a-z0-9])[a-z2-7]{26,}(?![a-z0-9])")
UNTOLD = "?"

Value = str | int | float | None

_logger = logging.getLogger("porchlight")


def start(program: str) -> None:
    """Sends this process's lines to standard error: plain, or each as JSON where PORCHLIGHT_LOG is `json`."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(_Json(program) if os.environ.get("PORCHLIGHT_LOG") == "json" else _Plain(program))
    _logger.handlers[:] = [lines]
    _logger.setLevel(logging.INFO)
    _logger.propagate = False


def event(name: str, **fields: Value) -> None:
    """Writes one line: `name key=value ...`; a field that is not in the allow-list is an error of ours."""
    _write(logging.INFO, name, fields)


def fault(name: str, error: BaseException, **fields: Value) -> None:
    """Writes one line for a fault: the error's class and where it arose, not its message."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{'/'.join(frames[-1].filename.split('/')[-2:])}:{frames[-1].lineno}" if frames else UNTOLD
    _write(logging.ERROR, name, {"error": type(error).__name__, "where": where, **fields})


def _write(level: int, name: str, fields: dict[str, Value]) -> None:
    unknown = fields.keys() - FIELDS
    if unknown:
        raise ValueError(f"log fields not in the allow-list: {sorted(unknown)}")
    metrics.count("log_lines", event=name)
    told = {key: _safe(key, value) for key, value in fields.items()}
    line = " ".join([name, *(f"{key}={value}" for key, value in told.items())])
    _logger.log(level, "%s", line, extra={"told": {"event": name, **told}})


def _safe(field: str, value: Value) -> Value:
    """The value, unless it could be words, an address or an id."""
    if not isinstance(value, str):
        return value
    return value if _PLAIN.fullmatch(value) and (field == "request" or not _ID.search(value)) else UNTOLD


class _Plain(logging.Formatter):
    def __init__(self, program: str) -> None:
        super().__init__(f"{program}: %(message)s")


class _Json(logging.Formatter):
    """Times to the second: finer ones belong to nobody."""

    def __init__(self, program: str) -> None:
        super().__init__()
        self._program = program

    def format(self, record: logging.LogRecord) -> str:
        kind = "fault" if record.levelno >= logging.ERROR else "event"
        head = {"at": clock.as_text(clock.now()), "program": self._program, "kind": kind}
        return json.dumps({**head, **getattr(record, "told", {"event": UNTOLD})})
