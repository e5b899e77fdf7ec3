"""What those who left want taken back is, when its time has come, and whoever was killed on the way."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from feed.bell import Bell
from storage.db import RESIDENT, Tx
from storage.identity.clips.clips import ClipState
from storage.identity.residents import leaving, listening, logins, partings, residents
from storage.identity.residents.leaving import Wish
from storage.identity.schema import listening as listening_rows, partings as rows
from storage.identity.vault import ResidentId
from storage.kit.ids import new_id
from storage.posts import comments
from tests import builders
from tests.storage.identity.making import a_token, an_accepted_clip, an_upload, the_clip
from tests.workers.airlock.looking import keys
from workers.airlock.both_sides import Airlock
from workers.airlock.parting import take_leave
from workers.airlock.reconcile import reconcile
from workers.queue import Doorbell

pytestmark = pytest.mark.engines("sqlite")


def leaves(airlock: Airlock, who: ResidentId, wish: Wish, *, and_then: Callable[[Tx], object]) -> None:
    """They leave, in a process of its own, which does something more in the transaction."""
    vault = airlock.stores.vault
    child = os.fork()
    if child == 0:
        try:
            with vault.read() as conn:
                mine = residents.one(conn, vault, who)
            assert mine is not None
            with vault.write(by=RESIDENT) as tx:
                leaving.leave(tx, vault, mine, wish)
                and_then(tx)
        finally:
            os._exit(1)
    _, how = os.waitpid(child, 0)
    assert os.WIFSIGNALED(how), "it was killed"


def _kill(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("when", ["before", "after"])
def test_who_is_killed_has_left_wholly_or_not_at_all(
    airlock: Airlock, doorbell: Doorbell, bell: Bell, ada: ResidentId, city: builders.City, when: str
) -> None:
    """Killed before the commit nothing has happened; after it, a round finishes all, and needs nobody's name for it."""
    stores = airlock.stores
    clip_id = an_accepted_clip(stores.vault, ada)[0]
    an_upload(stores.vault, ada, b"clip", stores.originals)
    post = builders.a_published_post(stores.record, bell)
    with stores.record.write(by=RESIDENT) as tx:
        said = comments.add(tx, post.id, name="Neighbour 1", text="Mine.", at=0)
    token = a_token(stores.vault, ada)
    with stores.vault.write(by=RESIDENT) as tx:
        listening.note(tx, token, new_id())
    wish = Wish([clip_id], [said.id], spread=False)

    leaves(airlock, ada, wish, and_then=_kill if when == "before" else lambda tx: tx.after_commit(_kill))
    reconcile(airlock, doorbell)

    left = when == "after"
    with stores.vault.read() as conn:
        assert (logins.who(conn, token) is None) is left
        assert (residents.one(conn, stores.vault, ada) is None) is left
        assert (conn.execute(select(listening_rows)).all() == []) is left
    with stores.record.read() as conn:
        assert (comments.of_post(conn, post.id) == []) is left
    assert (the_clip(stores.vault, clip_id).state is ClipState.WITHDRAWN) is left
    assert (keys(airlock, stores.originals) == set()) is left


def test_each_is_taken_back_in_its_time(airlock: Airlock, ada: ResidentId, bell: Bell, city: builders.City) -> None:
    """Not before it, and once: a comment that is gone already is no fault."""
    stores = airlock.stores
    first, second = (an_accepted_clip(stores.vault, ada)[0] for _ in range(2))
    with stores.vault.write(by=RESIDENT) as tx:
        partings.add(tx, partings.What.CLIP, [first, second], spread=True)
        partings.add(tx, partings.What.COMMENT, [new_id()], spread=False)
        tx.execute(update(rows).where(rows.c.id == first).values(due_at=tx.now()))

    assert [take_leave(stores) for _ in range(2)] == [2, 0]

    assert the_clip(stores.vault, first).state is ClipState.WITHDRAWING
    assert the_clip(stores.vault, second).state is ClipState.RECEIVED
