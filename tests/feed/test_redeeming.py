"""Tickets that are redeemed together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from feed import tickets
from feed.redeeming import MOST, Redeeming
from feed.tickets import Grant
from storage.db import OPERATOR, Database
from storage.kit.errors import Unavailable


def test_each_gets_its_own_grant_in_few_transactions(record: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three hundred at once share two."""
    asked = [_issue(record, f"person {number}") for number in range(MOST + 44)]
    written = _counted(record, monkeypatch)

    grants = _redeem(record, asked)

    assert [grant and grant.handle for grant in grants] == [f"person {number}" for number in range(MOST + 44)]
    assert len(written) == 2


def test_the_same_ticket_twice_at_once_works_once(record: Database) -> None:
    """Within one transaction as between two."""
    ticket = _issue(record, "one")

    assert sorted(grant is None for grant in _redeem(record, [ticket] * 5)) == [False, True, True, True, True]


def test_guesses_alone_write_nothing(record: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who guesses holds up nobody who writes."""
    written = _counted(record, monkeypatch)

    assert _redeem(record, ["a guess", "another"]) == [None, None]
    assert written == []


def test_a_guess_beside_good_tickets_gets_nothing(record: Database) -> None:
    """And costs them nothing."""
    good = _issue(record, "one")

    assert [grant is not None for grant in _redeem(record, ["a guess", good])] == [False, True]


def test_a_record_that_is_away_fails_those_who_asked_then_and_no_others(
    record: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is told; the next is redeemed."""
    ticket = _issue(record, "one")

    async def both() -> tuple[list[Any], Grant | None]:
        with ThreadPoolExecutor(1) as threads:
            redeeming = Redeeming(record, threads, those_that_may=list)
            with monkeypatch.context() as away:
                away.setattr(record, "read", _away)
                failed = await asyncio.gather(*(redeeming.redeem(ticket) for _ in range(3)), return_exceptions=True)
            return failed, await redeeming.redeem(ticket)

    failed, grant = asyncio.run(both())

    assert [type(error) for error in failed] == [Unavailable] * 3
    assert grant is not None


def test_one_who_gave_up_waiting_takes_no_other_down(record: Database) -> None:
    """A task that is cancelled meanwhile: the rest get in."""
    first, second = _issue(record, "one"), _issue(record, "two")

    async def impatient() -> Grant | None:
        with ThreadPoolExecutor(1) as threads:
            redeeming = Redeeming(record, threads, those_that_may=list)
            gone, stays = (asyncio.ensure_future(redeeming.redeem(ticket)) for ticket in (first, second))
            await asyncio.sleep(0)
            gone.cancel()
            return await stays

    grant = asyncio.run(impatient())

    assert grant is not None and grant.handle == "two"


def _redeem(record: Database, asked: Sequence[str]) -> list[Grant | None]:
    async def all_at_once() -> list[Grant | None]:
        with ThreadPoolExecutor(1) as threads:
            redeeming = Redeeming(record, threads, those_that_may=list)
            return await asyncio.gather(*map(redeeming.redeem, asked))

    return asyncio.run(all_at_once())


def _issue(record: Database, handle: str) -> str:
    with record.write(by=OPERATOR) as tx:
        return tickets.issue(tx, Grant(audience="resident", divisions=("d1",), handle=handle))


def _counted(record: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An entry for each transaction that writes from now on."""
    written: list[str] = []
    write = record.write

    @contextmanager
    def counted(**who: Any) -> Any:
        written.append("written")
        with write(**who) as tx:
            yield tx

    monkeypatch.setattr(record, "write", counted)
    return written


def _away() -> None:
    raise Unavailable("away")
