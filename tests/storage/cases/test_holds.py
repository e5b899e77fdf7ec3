"""What a case holds, and for how long."""

from __future__ import annotations

import pytest

from storage.cases import cases, holds as case_holds, links as case_links
from storage.cases.rules import Act
from storage.db import AIRLOCK, OPERATOR, Database
from storage.kit.clock import HOUR, now
from tests.builders import a_new_post, a_recorded_post, as_role
from tests.cases import OpenCase, an_open_case, close, link

pytestmark = pytest.mark.usefixtures("city")


def test_an_open_case_holds_what_is_linked_and_what_was_shared_for_it(record: Database) -> None:
    """Nothing else, and no longer than the link; the chores' role may ask that."""
    linked, shared, neither = (a_recorded_post(record, a_new_post()).id for _ in range(3))
    case, other = an_open_case(record), an_open_case(record)
    link_id = link(record, case, linked)
    with record.write(by=AIRLOCK) as tx:
        case_holds.add(tx, case.id, shared)
        tx.audit("test", shared)

    with as_role(record, "chores").read() as conn:
        assert case_holds.held(conn, [linked, shared, neither]) == {linked, shared}
    with record.read() as conn:
        assert [case_holds.of_case(conn, one.id) for one in (case, other)] == [{linked, shared}, set()]

    with record.write(by=AIRLOCK) as tx:
        case_links.remove(tx, case.detective, case.id, link_id)
        case_holds.erase(tx, shared)
    with record.read() as conn:
        assert case_holds.held(conn, [linked, shared, neither]) == set()


def test_what_was_shared_is_there_from_its_batch_on(record: Database) -> None:
    """A clip reaches the record before its answer is shown: until then no case page, link or package has it."""
    early, now_ = (a_recorded_post(record, a_new_post(published_at=at)).id for at in (now() + HOUR, now() - HOUR))
    case = an_open_case(record)
    with record.write(by=AIRLOCK) as tx:
        for post_id in (early, now_):
            case_holds.add(tx, case.id, post_id)
            tx.audit("test", post_id)

    with record.read() as conn:
        assert case_holds.of_case(conn, case.id) == {now_}
        assert case_holds.held(conn, [early]) == {early}, "and its case keeps it all the same"


@pytest.mark.parametrize(("days", "holds"), [(0, True), (89, True), (91, False)])
def test_a_closed_case_holds_for_ninety_days(record: Database, days: float, holds: bool) -> None:
    """As long as a post lives; reopened it holds again, and the last closing counts."""
    post, case = a_recorded_post(record, a_new_post()).id, an_open_case(record)
    link(record, case, post)
    close(record, case, days_ago=days)

    assert _holds(record, post) is holds

    _reopen(record, case)
    assert _holds(record, post)


def _reopen(record: Database, case: OpenCase) -> None:
    with record.write(by=OPERATOR) as tx:
        cases.move(tx, case.lead, case.id, Act.REOPEN, text="")


def _holds(record: Database, post: str) -> bool:
    with record.read() as conn:
        return case_holds.held(conn, [post]) == {post}  # type: ignore[list-item]
