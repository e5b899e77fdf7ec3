"""One-use tickets to the live feed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError
from sqlalchemy import select, update

from feed import tickets
from feed.tickets import VALID_MS, Grant
from storage.db import CHORES, OPERATOR, Database
from storage.schema import tickets as table

GRANT = Grant(audience="staff", divisions=("d1", "d2"), categories=("crime",), handle="s1", ends_at=17)


def test_a_ticket_gives_what_it_was_issued_for(record: Database) -> None:
    """Redeeming answers the very grant."""
    ticket = _issue(record)

    assert _redeem(record, ticket) == GRANT


def test_a_ticket_works_once(record: Database) -> None:
    """The second try gets nothing."""
    ticket = _issue(record)
    _redeem(record, ticket)

    assert _redeem(record, ticket) is None


def test_of_many_who_redeem_at_once_one_gets_in(record: Database) -> None:
    """One use holds against a race."""
    ticket = _issue(record)

    with ThreadPoolExecutor(8) as crowd:
        got = list(crowd.map(lambda _: _redeem(record, ticket), range(8)))

    assert [grant for grant in got if grant is not None] == [GRANT]


def test_a_ticket_ends_after_half_a_minute(record: Database) -> None:
    """What is thirty seconds old is as good as never issued."""
    assert VALID_MS == 30_000
    ticket = _issue(record)
    _age(record, VALID_MS)

    assert _redeem(record, ticket) is None


def test_a_word_that_was_never_issued_is_no_ticket(record: Database) -> None:
    """Guessing gets nothing."""
    assert _redeem(record, "guess") is None


def test_a_look_tells_which_tickets_there_are(record: Database) -> None:
    """Of those issued and not yet used; looking uses nothing up."""
    ticket = _issue(record)

    with record.read() as conn:
        assert (tickets.known(conn, ticket), tickets.known(conn, "guess")) == (True, False)
    assert _redeem(record, ticket) == GRANT
    with record.read() as conn:
        assert not tickets.known(conn, ticket)


def test_the_secret_is_not_in_the_record(record: Database) -> None:
    """Only a digest is stored: who reads the table can redeem nothing."""
    ticket = _issue(record)

    with record.read() as conn:
        row = conn.execute(select(table)).one()

    assert ticket not in str(row)
    assert _redeem(record, row.digest) is None


def test_old_tickets_are_forgotten_and_fresh_ones_kept(record: Database) -> None:
    """Chores delete what nobody can use any more."""
    _issue(record)
    _age(record, VALID_MS)
    fresh = _issue(record)

    with record.write(by=CHORES) as tx:
        assert tickets.forget_expired(tx) == 1
    assert _redeem(record, fresh) == GRANT


def test_a_grant_is_closed() -> None:
    """Nothing beyond its fields fits into a grant."""
    with pytest.raises(ValidationError):
        Grant.model_validate({**GRANT.model_dump(), "name": "x"})


def _issue(record: Database) -> str:
    with record.write(by=OPERATOR) as tx:
        return tickets.issue(tx, GRANT)


def _redeem(record: Database, ticket: str) -> Grant | None:
    with record.write(by=OPERATOR) as tx:
        return tickets.redeem(tx, ticket)


def _age(record: Database, by_ms: int) -> None:
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(table).values(ends_at=table.c.ends_at - by_ms))
