"""What programs count and time: a closed list of names, none of whose labels can carry a person, a place or an id."""

from __future__ import annotations

import json
import os
import platform
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from threading import Lock

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from storage.kit.measured import DECLARED, PREFIX, Declared

_LABEL = re.compile(r"[A-Za-z0-9_.:/{}*-]{1,100}")
_ID = re.compile(r"(?<![a-z0-9])[a-z2-7]{26,}(?![a-z0-9])")  # ours are 26 characters of base32, secrets 52

Metric = Counter | Gauge | Histogram


class _Here:
    """The metrics this process has used, and the pipe they leave through where another process tells them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.pipe: int | None = None
        self._used: dict[str, Metric] = {}
        self._lock = Lock()

    def metric(self, name: str) -> Metric:
        """Made when it is first used: no program tells noughts of what another one measures."""
        with self._lock:
            if name not in self._used:
                self._used[name] = _made(name, DECLARED[name], self.registry)
            return self._used[name]


def count(name: str, amount: float = 1, **labels: str) -> None:
    """Adds to a counter."""
    _do("inc", name, amount, labels)


def observe(name: str, value: float, **labels: str) -> None:
    """Adds one to a histogram: seconds, mostly."""
    _do("observe", name, value, labels)


def put(name: str, value: float, **labels: str) -> None:
    """Sets a gauge."""
    _do("set", name, value, labels)


def ask(name: str, value: Callable[[], float], **labels: str) -> None:
    """Has a gauge ask `value`, from another thread, whenever somebody looks."""
    gauge = _labelled(name, labels)
    assert isinstance(gauge, Gauge)
    gauge.set_function(value)


@contextmanager
def timed(name: str, **labels: str) -> Iterator[None]:
    """Observes how long the block takes, however it ends."""
    began = time.monotonic()
    try:
        yield
    finally:
        observe(name, time.monotonic() - began, **labels)


def through(pipe: int) -> None:
    """From here on this process, and what it forks, hand all they measure to whoever reads the pipe.

    What does not fit because nobody reads is lost: no clip waits for its figures.
    """
    os.set_blocking(pipe, False)
    _here.pipe = pipe


def take(line: bytes) -> None:
    """Measures what came through a pipe."""
    verb, name, value, labels = json.loads(line)
    _apply(verb, name, value, labels)


def value_of(name: str, **labels: str) -> float | None:
    """What a gauge or counter of this process stands at, or how often a histogram was observed."""
    suffix = {"counter": "_total", "histogram": "_count"}.get(DECLARED[name].kind, "")
    return _here.registry.get_sample_value(f"{PREFIX}{name}{suffix}", {**labels})


def text(*, pid: int | None = None) -> bytes:
    """All of it as Prometheus reads it, with the memory, descriptors and processor time of process `pid` (this one)."""
    process = CollectorRegistry()
    ProcessCollector(namespace="porchlight", pid=lambda: pid or "self", registry=process)
    return bytes(generate_latest(_here.registry) + generate_latest(process))


def _do(verb: str, name: str, value: float, labels: dict[str, str]) -> None:
    if _here.pipe is None:
        _apply(verb, name, value, labels)
        return
    line = json.dumps([verb, name, value, labels]).encode() + b"\n"
    with suppress(OSError):  # full, or nobody there any more; so short a line goes whole or not at all
        os.write(_here.pipe, line)


def _apply(verb: str, name: str, value: float, labels: dict[str, str]) -> None:
    getattr(_labelled(name, labels), verb)(value)


def _labelled(name: str, labels: dict[str, str]) -> Metric:
    told = {label: _safe(value) for label, value in labels.items()}
    metric = _here.metric(name)
    return metric.labels(**told) if told else metric


def _safe(value: str) -> str:
    """A label's value, unless it could be something somebody typed, or an id."""
    return value if _LABEL.fullmatch(value) and not _ID.search(value) else "?"


def _made(name: str, declared: Declared, registry: CollectorRegistry) -> Metric:
    called, told = f"{PREFIX}{name}", declared.help
    match declared.kind:
        case "counter":
            return Counter(called, told, declared.labels, registry=registry)
        case "gauge":
            return Gauge(called, told, declared.labels, registry=registry)
        case "histogram":
            return Histogram(called, told, declared.labels, registry=registry, buckets=declared.buckets)


disable_created_metrics()  # type: ignore[no-untyped-call]  # they would tell to the millisecond when something happened for the first time
_here = _Here()
put("build", 1, version=version("porchlight"), python=platform.python_version())
