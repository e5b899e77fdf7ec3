"""Carries out what two moderators ask about the author of a post: for a while they send nothing.

It learns of no author: it marks a clip, and the resident program knows whose that is. On the record stands the same
whatever was found, so nobody at the desk learns whether there was somebody, or whether two posts are one author's.
"""

from __future__ import annotations

from storage.db import AIRLOCK
from storage.identity.residents import suspended
from storage.moderation import suspensions
from storage.moderation.suspensions import Asked
from workers.airlock.both_sides import BothSides
from workers.guidelines.rules import IDS


def carry_out(stores: BothSides, life: int) -> int:
    """One round; answers how many were due. `life` is how long authorship lasts, in milliseconds.

    The rows stay locked until both sides have it. Killed in between, it does the same again.
    """
    with stores.record.read() as conn:
        if not suspensions.is_any_due(conn):  # then nobody waits for a lock of ours
            return 0
    with stores.record.write(by=AIRLOCK) as tx:
        due = suspensions.take_due(tx)
        for one in due:
            if suspensions.is_true(tx.connection, one) and one.reason in IDS:
                _carry_out(stores, one, life)
            suspensions.set_carried_out(tx, one)
    return len(due)


def _carry_out(stores: BothSides, asked: Asked, life: int) -> None:
    with stores.vault.write(by=AIRLOCK) as tx:
        if asked.lifts:
            suspended.end(tx, asked.post_id)
        else:
            suspended.begin(tx, asked.post_id, reason=asked.reason, guidelines=asked.guidelines, life=life)
