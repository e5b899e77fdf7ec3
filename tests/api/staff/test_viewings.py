"""Which log-in viewed which post lately."""

from __future__ import annotations

import pytest

from api.staff import viewings
from api.staff.viewings import Viewings
from feed.bell import Bell
from storage import audit
from storage.db import OPERATOR, Database
from storage.kit.ids import PostId
from storage.staff import staff
from storage.staff.staff import LogIn
from tests import builders
from tests.at_once import at_once


@pytest.fixture
def post(record: Database, bell: Bell, city: builders.City) -> PostId:
    """A post to view."""
    return builders.a_published_post(record, bell).id


@pytest.fixture
def log_in(record: Database) -> LogIn:
    """Somebody logged in."""
    with record.write(by=OPERATOR) as tx:
        token = staff.log_in(tx, staff.make(tx, "ana"))
    with record.read() as conn:
        found = staff.who(conn, token)
    assert found is not None
    return found


def entered(record: Database) -> int:
    """How many viewings are on the audit."""
    with record.read() as conn:
        return sum(entry.action == "post.view" for entry in audit.page(conn, before=None, limit=100))


def test_a_viewing_lasts_an_hour(
    record: Database, log_in: LogIn, post: PostId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then playing on is a new one."""
    seen = Viewings(record)
    seen.go_on(log_in, post)
    seen.go_on(log_in, post)
    assert entered(record) == 1

    monkeypatch.setattr(viewings, "LASTS_SECONDS", 0.0)
    seen.go_on(log_in, post)

    assert entered(record) == 2


@pytest.mark.engines("sqlite")
def test_a_player_that_asks_for_many_pieces_at_once_is_one_viewing(
    record: Database, log_in: LogIn, post: PostId
) -> None:
    """The first of them enters it, the others wait until it is on the audit."""
    seen = Viewings(record)

    assert at_once(12, lambda _: seen.go_on(log_in, post)) == [None] * 12

    assert entered(record) == 1


def test_what_is_forgotten_is_entered_again(
    record: Database, bell: Bell, log_in: LogIn, post: PostId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded; the oldest goes first, and never to the audit's cost."""
    monkeypatch.setattr(viewings, "KEPT", 1)
    seen = Viewings(record)

    for one in (post, builders.a_published_post(record, bell).id, post):
        seen.go_on(log_in, one)

    assert entered(record) == 3


def test_another_process_enters_its_own(record: Database, log_in: LogIn, post: PostId) -> None:
    """Once more, never once less."""
    for seen in (Viewings(record), Viewings(record)):
        seen.go_on(log_in, post)

    assert entered(record) == 2
