"""Attacks 101 to 103: a flag as a tracer of owners; comments' names laid over posts; when a flag was said."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import ProgrammingError

from api.resident.neighborhood.names import signed
from feed.bell import Bell
from storage.db import OPERATOR, RESIDENT, database_now
from storage.identity.cameras import inbox_flags
from storage.identity.schema import inbox_flags as said
from storage.identity.vault import ResidentId
from storage.kit.clock import BATCH, HOUR
from storage.kit.ids import RequestId
from storage.moderation import request_flags, waiting
from storage.posts import comments
from storage.schema import comments as comment_rows
from storage.tables.footage import request_flags as flags
from tests import builders
from tests.attacks.table import Tried
from tests.storage.footage.asked import square, the_desk
from tests.storage.identity.conftest import vault
from tests.workers.airlock.owners.test_asking import Town, town
from workers.airlock.owners.answering import carry_answers

__all__ = ["the_desk", "town", "vault"]
pytestmark = pytest.mark.engines("sqlite")
OWNERS = 8


def test_a101_a_flag_traces_no_owner(town: Town, tried: Tried) -> None:
    """Said, said otherwise and taken back, the record is to the byte what it is where nobody lives."""
    request = town.asks()
    town.round()
    before = builders.all_rows(town.desk.record)
    owners = [town.owner(f"owner-{number}", square(number % 2)) for number in range(OWNERS)]
    for who in owners:
        for _ in range(2):
            _say(town, who, request, ahead=5 * HOUR)
        with town.stores.vault.write(by=RESIDENT) as tx:
            inbox_flags.erase(tx, who, request)
    for _ in range(2):
        town.round()
        carry_answers(town.stores)
    assert builders.all_rows(town.desk.record) == before

    for who in owners:
        _say(town, who, request, ahead=5 * HOUR)
    carry_answers(town.stores)
    assert builders.all_rows(town.desk.record) == before, "nothing of it is there before its batch"
    _due(town)
    carry_answers(town.stores)
    told = builders.all_rows(town.desk.record)
    tried(4 * OWNERS)

    assert told != before
    assert not [who for who in owners if who.encode() in told]
    with town.desk.record.read() as conn:
        rows = [row._asdict() for row in conn.execute(select(flags))]
    assert len({tuple((name, row[name]) for name in row if name != "id") for row in rows}) == 1, (
        "but for a drawn number"
    )


def test_a102_names_over_posts_join_no_two_comments(town: Town, bell: Bell, tried: Tried) -> None:
    """One neighbour under many posts bears as many names; the staff program is told no mark, nor may it read one."""
    ada, bob = (town.owner(name, square(0)) for name in ("ada", "bob"))
    marks: list[str] = []
    posts = [builders.a_published_post(town.desk.record, bell).id for _ in range(12)]
    for post in posts:
        for who in (ada, bob):
            name, mark = signed(town.stores.vault, post, who)
            marks.append(mark)
            with town.desk.record.write(by=RESIDENT) as tx:
                comments.add(tx, post, name=name, mark=mark, text="I saw it.", at=0)
    staff = town.desk.as_role("staff")
    with staff.read() as conn:
        read = [comments.of_post(conn, post) for post in posts]
    tried(len(posts) * 2)

    assert len(set(marks)) == len(marks)
    assert not [mark for mark in marks if mark in repr(read)]
    for nth in range(2):
        names = Counter(under[nth].name for under in read)
        assert len(names) > len(posts) - 3, "what recurs does so by chance"
    if staff.engine.dialect.name == "postgresql":
        with pytest.raises(ProgrammingError, match="permission denied"), staff.read() as conn:
            conn.execute(select(comment_rows.c.mark))


def test_a103_a_flag_tells_neither_when_nor_in_which_order(town: Town, tried: Tried) -> None:
    """All of a batch bear its moment and no time of their own, stand by drawn numbers, and wait as one thing does."""
    request = town.asks()
    town.round()
    owners = [town.owner(f"owner-{number}", square(number % 2)) for number in range(OWNERS)]
    orders = Counter[tuple[int, ...]]()
    for _ in range(6):
        for who in owners:  # one after the other, in one and the same order each time
            _say(town, who, request, ahead=5 * HOUR)
        _due(town)
        carry_answers(town.stores)
        orders[_order(town, owners)] += 1
        with town.desk.record.read() as conn:
            assert {row.shown_at % BATCH for row in conn.execute(select(flags.c.shown_at))} == {0}
            early = waiting.page(conn, [builders.division("Central")], after=None, limit=9)
            assert early == [], "nobody reads them before that moment"
            assert request_flags.of_requests(conn, [request]) == {}
        _forget(town, request)
    tried(6 * OWNERS)

    assert len(orders) > 1, "the order they stand in is not the order they came in"
    assert max(orders.values()) < 6


def _say(town: Town, who: ResidentId, request: RequestId, *, ahead: int) -> None:
    with town.stores.vault.write(by=RESIDENT) as tx:
        inbox_flags.say(tx, who, request, reason="pressure", text="It presses.", shown_at=tx.now() + ahead)


def _due(town: Town) -> None:
    """The last batch's moment: so it crosses at once, and is shown with the next."""
    with town.stores.vault.write(by=OPERATOR) as tx:
        tx.execute(update(said).values(shown_at=database_now(tx.connection) // BATCH * BATCH))


def _order(town: Town, owners: list[ResidentId]) -> tuple[int, ...]:
    """By whom the flags are, in the order in which they stand."""
    with town.stores.vault.read() as conn:
        whose = {row.id: owners.index(row.resident_id) for row in conn.execute(select(said.c.id, said.c.resident_id))}
    with town.desk.record.read() as conn:
        return tuple(whose[found] for found in conn.execute(select(flags.c.id).order_by(flags.c.id)).scalars())


def _forget(town: Town, request: RequestId) -> None:
    with town.stores.vault.write(by=OPERATOR) as tx:
        inbox_flags.erase_all(tx, [request])
    with town.desk.record.write(by=OPERATOR) as tx:
        tx.execute(delete(flags))
