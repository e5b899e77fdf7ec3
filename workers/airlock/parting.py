"""Takes back what those who left want taken back, when its time has come. Who they were stands nowhere by then."""

from __future__ import annotations

from storage.db import AIRLOCK, RESIDENT
from storage.identity.clips import clips
from storage.identity.residents import partings
from storage.identity.residents.partings import Parting, What
from storage.identity.vault import ClipId
from storage.moderation import comment_flags
from storage.posts import comments, nods
from workers.airlock.both_sides import BothSides


def take_leave(stores: BothSides) -> int:
    """Begins all withdrawals that are due and takes comments and nods off; answers how many. Twice is once.

    Comments and nods go first: killed in between, nothing forgets one that still stands.
    """
    count = 0
    while due := _due(stores):
        # By the residents, as when one of them takes a comment or a nod back: no line says that somebody left.
        with stores.record.write(by=RESIDENT) as tx:
            for one in due:
                if one.what is What.COMMENT:
                    comments.take_back(tx, one.id)
                    comment_flags.erase_of(tx, one.id)
                elif one.what is What.NOD:
                    nods.take_all_back(tx, one.id)
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
