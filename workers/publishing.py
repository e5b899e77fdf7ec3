"""What the record side publishes by itself: counts of months, the audit's head of the day, and what was asked for."""

from __future__ import annotations

from storage.db import CHORES, Database
from storage.footage import log as footage_log
from storage.public import counts, heads


def publish_counts(record: Database) -> int:
    """Counts the months that are over and were not counted; answers how many."""
    with record.read() as conn:
        due = counts.due(conn)
    for month in due:
        with record.write(by=CHORES) as tx:
            counts.publish(tx, month)
    return len(due)


def publish_head(record: Database, seed: bytes) -> bool:
    """Signs and publishes the audit's head, once a day (UTC); answers whether today's was due."""
    with record.write(by=CHORES) as tx:
        return heads.publish(tx, seed)


def publish_requests(record: Database) -> int:
    """Tells of requests for footage that take no more answers and were not told; answers how many."""
    with record.read() as conn:
        due = footage_log.due(conn)
    for request in due:
        with record.write(by=CHORES) as tx:
            footage_log.publish(tx, request)
    return len(due)
