"""A commit whose answer was lost on the way may have gone through: whichever of a clip's it is, it ends well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from psycopg import OperationalError

from storage.db import Database
from storage.kit.errors import Unavailable
from tests.workers.airlock.conftest import NewClip
from tests.workers.airlock.looking import assert_published_once, clip_of, take_through, time_passes
from workers.airlock.admit import Airlock
from workers.airlock.reconcile import reconcile
from workers.queue import Doorbell

pytestmark = pytest.mark.engines("postgresql")

COMMITS = 27  # of both sides, from a clip's claim to its end: 24, and some beats more on a slow machine


class Lossy:
    """Loses the answer to one commit of either side; the commit itself stands."""

    def __init__(self, number: int) -> None:
        self.number, self.seen = number, 0

    @contextmanager
    def on(self, *databases: Database) -> Iterator[None]:
        """While the block lasts."""
        with pytest.MonkeyPatch.context() as patch:
            for database in databases:
                patch.setattr(database.engine.dialect, "do_commit", self._commit(database.engine.dialect.do_commit))
            yield

    def _commit(self, commit: Any) -> Any:
        def lossy(connection: Any) -> None:
            commit(connection)
            self.seen += 1
            if self.seen == self.number:
                raise OperationalError("the answer was lost")

        return lossy


def test_an_attempt_commits_so_often(airlock: Airlock, accepted: NewClip, quick: None) -> None:
    """Else the list below leaves some out."""
    counting, clip_id = Lossy(0), accepted()

    with counting.on(airlock.stores.vault, airlock.stores.record):
        take_through(airlock, clip_id)

    assert_published_once(airlock, clip_id)
    assert 23 <= counting.seen <= COMMITS


@pytest.mark.parametrize("number", range(1, COMMITS + 1, 2))
def test_whichever_answer_is_lost_the_clip_is_published_once(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip, quick: None, number: int
) -> None:
    """The attempt gives up or goes on; another one, or a round, brings the clip to its end."""
    clip_id = accepted()

    # What the job ends with is lost, and with it nothing.
    with suppress(Unavailable), Lossy(number).on(airlock.stores.vault, airlock.stores.record):
        take_through(airlock, clip_id)
    for _ in range(3):
        time_passes(airlock)
        reconcile(airlock, doorbell)
        if clip_of(airlock, clip_id).ended_at is None:
            take_through(airlock, clip_id)

    assert_published_once(airlock, clip_id)
    assert clip_of(airlock, clip_id).tries <= 2
