"""Figures of the record: where its chains stand."""

from __future__ import annotations

from storage import audit, feed_log
from storage.db import Database
from storage.kit import metrics


def tell(record: Database) -> None:
    """Tells the heads of the audit and of the feed."""
    with record.read() as conn:
        metrics.put("audit_head", audit.head(conn))
        metrics.put("feed_head", feed_log.head(conn).seq)
