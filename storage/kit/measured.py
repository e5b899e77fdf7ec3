"""The closed list of what is measured. docs/operations.md says what each is for and when it is an alarm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PREFIX = "porchlight_"
_SHORT = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_LONG = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)


@dataclass(frozen=True)
class Declared:
    """One metric; `labels` take names of ours only."""

    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


DECLARED: dict[str, Declared] = {
    # every program
    "build": Declared("gauge", "Always 1; which version runs", ("version", "python")),
    "ready": Declared("gauge", "1 while the program is of use; /ready says why it is not"),
    "log_lines": Declared("counter", "Lines of the log, by event: faults are seen here first", ("event",)),
    "database_seconds": Declared("histogram", "Statements", ("database",), _SHORT),
    "database_errors": Declared("counter", "Statements that failed", ("database",)),
    "database_connections": Declared("gauge", "Connections in use", ("database",)),
    "object_seconds": Declared("histogram", "Asking a bucket, to the first byte", ("bucket", "verb"), _SHORT),
    "object_errors": Declared("counter", "Requests to a bucket that failed", ("bucket", "verb")),
    "atlas_seconds": Declared("histogram", "Finding blocks and cells", ("lookup",), _SHORT),
    # doors
    "request_seconds": Declared("histogram", "Requests by route template", ("method", "route", "status"), _SHORT),
    "refusals": Declared("counter", "Requests refused, by stable code; log-in tries among them", ("route", "code")),
    "upload_bytes": Declared("counter", "Bytes of parts that were confirmed"),
    # the airlock: identity's network only
    "working": Declared("gauge", "1 once a worker has seen its sandbox hold, and takes clips"),
    "beats": Declared("counter", "Signs of life of a worker: while it waits, and of the attempt it has in hand"),
    "clips": Declared("gauge", "Clips by state", ("state",)),
    "clips_waiting": Declared("gauge", "Clips that are due and that nobody works on"),
    "clips_waiting_seconds": Declared("gauge", "How long the oldest of them has waited"),
    "queue_jobs": Declared("gauge", "Rings in the airlock's Redis that no worker took up yet"),
    "original_overdue_seconds": Declared("gauge", "How long the oldest readable original is past its time"),
    "stage_seconds": Declared("histogram", "How long attempts stay in a stage", ("stage",), _LONG),
    "alerts_pushed": Declared("counter", "Messages handed to push services, by what became of them", ("outcome",)),
    "alerts_mailed": Declared("counter", "Mails with alerts left to be sent"),
    "alerts_waiting": Declared("gauge", "Posts, corrections and take-backs that alerts are telling just now"),
    "alerts_waiting_seconds": Declared("gauge", "How long the oldest of them has waited"),
    # the record: chores and feed
    "audit_head": Declared("gauge", "Number of the audit's newest line"),
    "feed_head": Declared("gauge", "Number of the feed log's newest line"),
    "takedowns_noted": Declared("gauge", "Up to which line of the audit decisions are noted for restores"),
    "round_seconds": Declared("histogram", "What runs by itself", ("round",), _LONG),
    "round_age_seconds": Declared("gauge", "Since a round last came to its end", ("round",)),
    "listeners": Declared("gauge", "Who listens now", ("audience",)),
    "deliveries": Declared("counter", "Frames written to listeners"),
    "catch_ups": Declared("counter", "Times a listener read what it had missed", ("source",)),
    "let_gos": Declared("counter", "Listeners that took nothing for too long"),
    "feed_lag_seconds": Declared("histogram", "From the commit to the write to listeners", (), _SHORT),
    "bus_age_seconds": Declared("gauge", "Since the bell's Redis last answered"),
    "log_age_seconds": Declared("gauge", "Since the record last answered with the feed's log"),
    "feed_memory": Declared("gauge", "Number of the newest event this node told"),
}
