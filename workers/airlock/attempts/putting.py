"""Puts what is finished into the media bucket, under random keys that are on the clip's books before the bytes are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from feed.posting import Outcome
from storage.db import AIRLOCK
from storage.identity.clips import leases
from workers.airlock.attempts.attempt import Attempt, Stopped
from workers.airlock.both_sides import BothSides


def put_all(stores: BothSides, attempt: Attempt, made: Sequence[tuple[str, bytes | Path]]) -> None:
    """Puts bytes, or a file's, under each key; a crash leaves none unknown. Raises Stopped, Unavailable."""
    if not made:
        return
    with stores.vault.write(by=AIRLOCK) as tx:
        if not leases.note_media(tx, attempt.clip, [key for key, _ in made]):
            raise Stopped
    for key, what in made:
        if isinstance(what, Path):
            stores.media.put(key, what)
            continue
        with stores.media.draft(key) as draft:
            draft.write(what)
            draft.keep()


def demand_done(stores: BothSides, keys: Sequence[str], outcome: Outcome) -> None:
    """Throws away what the record would not have. Raises Stopped."""
    if outcome is not Outcome.DONE:
        for key in keys:
            stores.media.delete(key)
        raise Stopped
