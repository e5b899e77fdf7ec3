"""Takes back what those who left want taken back, when its time has come. Who they were stands nowhere by then."""

from __future__ import annotations

from storage.db import AIRLOCK
from storage.identity.clips import clips
from storage.identity.residents import partings
from storage.identity.residents.partings import Parting, What
from storage.identity.vault import ClipId
from storage.moderation import comment_flags
from storage.posts import comments
from workers.airlock.both_sides import BothSides


def take_leave(stores: BothSides) -> int:
    """Begins all withdrawals that are due and deletes the comments; answers how many. Twice is once.

    Comments go first: killed in between, nothing forgets one that still stands.
    """
    count = 0
    while due := _due(stores):
        gone = [one.id for one in due if one.what is What.COMMENT]
        if gone:
            with stores.record.write(by=AIRLOCK) as tx:
                for comment_id in gone:
                    comments.take_back(tx, comment_id)
                    comment_flags.erase_of(tx, comment_id)
        with stores.vault.write(by=AIRLOCK) as tx:
            for one in due:
                if one.what is What.CLIP:
                    clips.withdraw(tx, ClipId(one.id))
            partings.forget(tx, due)
        count += len(due)
    return count


def _due(stores: BothSides) -> list[Parting]:
    with stores.vault.read() as conn:
        return partings.due(conn)
