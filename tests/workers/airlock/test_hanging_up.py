"""Who logs out stops listening, and the record never learns who it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from storage import endings
from storage.db import RESIDENT
from storage.identity.residents import listening, logins
from storage.identity.schema import log_ins
from storage.identity.vault import ResidentId
from storage.kit.errors import Unavailable
from storage.schema import endings as rows
from tests import builders
from tests.storage.identity.making import a_token
from workers.airlock.admit import Airlock
from workers.airlock.hanging_up import hang_up
from workers.airlock.reconcile import reconcile


def log_out(airlock: Airlock, resident: ResidentId, *handles: str) -> str:
    """Somebody who listened logs out; answers the token they had."""
    token = a_token(airlock.stores.vault, resident)
    with airlock.stores.vault.write(by=RESIDENT) as tx:
        for handle in handles:
            listening.note(tx, token, handle)
        logins.end(tx, token)
    return token


def test_the_feed_is_told_the_words_of_the_tickets_and_nothing_else(airlock: Airlock, ada: ResidentId) -> None:
    """By the airlock's own roles; a second round has nothing to tell."""
    token = log_out(airlock, ada, "a", "b")
    stores = airlock.stores
    roles = replace(
        stores, vault=builders.as_role(stores.vault, "airlock"), record=builders.as_role(stores.record, "airlock")
    )

    told = [hang_up(roles) for _ in range(2)]

    roles.vault.engine.dispose()
    roles.record.engine.dispose()
    with stores.record.read() as conn:
        found = conn.execute(select(rows)).all()
    assert told == [2, 0]
    assert {row.word for row in found} == {"a", "b"}
    assert not any(word in str(found) for word in (ada, token, logins.ids.digest(token)))


def test_what_a_crash_left_is_told_later(airlock: Airlock, ada: ResidentId, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that is away keeps nobody logged in, and the next round ends who listened."""
    log_out(airlock, ada, "a")
    with monkeypatch.context() as away:
        away.setattr(endings, "add", _away)
        with pytest.raises(Unavailable):
            hang_up(airlock.stores)

    assert hang_up(airlock.stores) == 1
    with airlock.stores.record.read() as conn:
        assert endings.after(conn, 0)[1] == {"a"}


def test_who_listens_by_a_log_in_whose_time_is_over_is_ended_by_the_next_round(
    airlock: Airlock, ada: ResidentId
) -> None:
    """Nobody has to log out for that."""
    token = a_token(airlock.stores.vault, ada)
    with airlock.stores.vault.write(by=RESIDENT) as tx:
        listening.note(tx, token, "a")
        tx.execute(update(log_ins).values(ends_at=tx.now()))

    reconcile(airlock, airlock.doorbell)

    with airlock.stores.record.read() as conn:
        assert endings.after(conn, 0)[1] == {"a"}


def _away(*_: object) -> None:
    raise Unavailable("The record is away.")
