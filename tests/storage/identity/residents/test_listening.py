"""Which listener came in by which log-in: known for an hour, and gone from the log-in as soon as that ends."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from storage.db import AIRLOCK, RESIDENT
from storage.identity.residents import listening, logins
from storage.identity.schema import listening as rows, log_ins
from storage.identity.vault import ResidentId, Vault
from storage.kit import clock
from storage.kit.errors import NotLoggedIn, TooOften
from tests import builders
from tests.storage.identity.making import a_resident, a_token


def note(vault: Vault, token: str, *handles: str) -> None:
    """Tickets go to a log-in."""
    with vault.write(by=RESIDENT) as tx:
        for handle in handles:
            listening.note(tx, token, handle)


def over(vault: Vault) -> set[str]:
    """Who is to end."""
    with vault.read() as conn:
        return set(listening.over(conn))


def test_the_listeners_of_a_log_in_that_ended_are_to_end(vault: Vault, ada: ResidentId) -> None:
    """All of them, and of the same resident's other log-in none."""
    phone, desk = a_token(vault, ada), a_token(vault, ada)
    note(vault, phone, "a", "b")
    note(vault, desk, "c")

    with vault.write(by=RESIDENT) as tx:
        logins.end(tx, phone)

    assert over(vault) == {"a", "b"}


def test_time_that_runs_out_ends_them_too(vault: Vault, ada: ResidentId) -> None:
    """By the airlock's role, which cannot read whose log-in it forgets."""
    note(vault, a_token(vault, ada), "a")
    with vault.write(by=RESIDENT) as tx:
        tx.execute(update(log_ins).values(ends_at=tx.now()))

    role = builders.as_role(vault, "airlock")
    with role.write(by=AIRLOCK) as tx:
        logins.forget_ended(tx)
        found = listening.over(tx.connection)
        listening.forget(tx, found)
    role.engine.dispose()

    assert found == ["a"]
    assert over(vault) == set()


def test_whose_area_changed_is_to_come_in_again(vault: Vault, ada: ResidentId) -> None:
    """By all of their log-ins, and nobody else."""
    for token, handle in ((a_token(vault, ada), "a"), (a_token(vault, ada), "b")):
        note(vault, token, handle)
    note(vault, a_token(vault, a_resident(vault, "grace@example.org")), "c")

    with vault.write(by=RESIDENT) as tx:
        listening.let_go(tx, ada)

    assert over(vault) == {"a", "b"}


def test_nobody_listens_by_a_log_in_that_is_over(vault: Vault, ada: ResidentId) -> None:
    """One that ended since the request was let in gets no ticket."""
    token = a_token(vault, ada)
    with vault.write(by=RESIDENT) as tx:
        logins.end(tx, token)

    with pytest.raises(NotLoggedIn):
        note(vault, token, "a")


def test_a_log_in_has_so_many_tickets_in_an_hour(
    vault: Vault, ada: ResidentId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond them it waits; others do not."""
    monkeypatch.setattr(listening, "MOST", 2)
    mine, other = a_token(vault, ada), a_token(vault, ada)
    note(vault, mine, "a", "b")

    with pytest.raises(TooOften):
        note(vault, mine, "c")
    note(vault, other, "d")


def test_after_the_hour_nothing_is_left(vault: Vault, ada: ResidentId) -> None:
    """When a ticket was asked for is kept by the quarter hour, and forgotten when its listener is over by itself."""
    note(vault, a_token(vault, ada), "a")
    with vault.write(by=AIRLOCK) as tx:
        now = tx.now()
        ends_at = tx.connection.execute(select(rows.c.ends_at)).scalar_one()
        listening.forget_ended(tx)
        kept = tx.connection.execute(select(func.count()).select_from(rows)).scalar_one()
        tx.execute(update(rows).values(ends_at=now))
        listening.forget_ended(tx)
        left = tx.connection.execute(select(func.count()).select_from(rows)).scalar_one()

    assert ends_at % clock.QUARTER_HOUR == 0
    assert 0 < ends_at - now - listening.LISTENS_AT_MOST <= clock.QUARTER_HOUR
    assert (kept, left) == (1, 0)
