"""Ends the feed's listeners whose log-in is over, and says of none whose it was.

The word in a ticket was drawn for it alone, so the record learns that some listeners ended, and nothing by which they
or their log-ins could be known again.
"""

from __future__ import annotations

from storage import endings
from storage.db import AIRLOCK, Actor
from storage.identity.residents import listening
from workers.airlock.both_sides import BothSides


def hang_up(stores: BothSides, by: Actor = AIRLOCK) -> int:
    """Tells the feed of all that are to end; answers how many.

    Whoever ends a log-in has it done at once; a round of the airlock finishes what a crash, or a record that was away,
    left. Killed in between, or run twice at once, it tells the same again, which ends nobody twice.
    """
    told = 0
    while True:
        with stores.vault.read() as conn:
            handles = listening.over(conn)
        if not handles:
            return told
        with stores.record.write(by=by) as tx:
            endings.add(tx, handles)
        with stores.vault.write(by=by) as tx:
            listening.forget(tx, handles)
        told += len(handles)
