"""What somebody who left wants taken back, each at a time of its own."""

from __future__ import annotations

from sqlalchemy import select, update

from storage.db import AIRLOCK, RESIDENT
from storage.identity.residents import partings
from storage.identity.residents.partings import AT_ONCE, SPREAD, Parting, What
from storage.identity.schema import partings as rows
from storage.identity.vault import Vault


def add(vault: Vault, what: What, *wanted: str, spread: bool) -> None:
    """Somebody leaves."""
    with vault.write(by=RESIDENT) as tx:
        partings.add(tx, what, wanted, spread=spread)


def due(vault: Vault) -> list[Parting]:
    """What is to be taken back now."""
    with vault.read() as conn:
        return partings.due(conn)


def test_all_at_once_is_due_at_once(vault: Vault) -> None:
    """A clip is told from a comment; taken back, it is forgotten, twice as once."""
    add(vault, What.CLIP, "a", spread=False)
    add(vault, What.COMMENT, "b", spread=False)

    found = due(vault)

    assert sorted(found, key=lambda one: one.id) == [Parting("a", What.CLIP), Parting("b", What.COMMENT)]
    with vault.write(by=AIRLOCK) as tx:
        partings.forget(tx, found[:1])
        partings.forget(tx, found[:1])
    assert due(vault) == found[1:]


def test_one_by_one_each_waits_for_a_time_of_its_own_within_two_days(vault: Vault) -> None:
    """So posts all over the city do not vanish in one second."""
    add(vault, What.CLIP, *map(str, range(30)), spread=True)

    with vault.read() as conn:
        times = sorted(conn.execute(select(rows.c.due_at)).scalars())
    assert len(set(times)) > 25  # of two days' milliseconds two may be the same
    assert SPREAD / 2 < times[-1] - times[0] <= SPREAD  # that thirty draws lie within half of it: once in 30 million


def test_of_many_those_come_first_that_are_due_first(vault: Vault) -> None:
    """So many in a round as one transaction takes."""
    add(vault, What.CLIP, *(f"{number:03}" for number in range(AT_ONCE + 1)), spread=False)
    with vault.write(by=RESIDENT) as tx:
        tx.execute(update(rows).where(rows.c.id == "200").values(due_at=0))

    found = due(vault)

    assert (len(found), found[0].id) == (AT_ONCE, "200")


def test_nothing_wanted_is_nothing_written(vault: Vault) -> None:
    """Somebody leaves who never posted."""
    add(vault, What.CLIP, spread=True)

    assert due(vault) == []
