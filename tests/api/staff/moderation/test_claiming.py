"""A claim on a post that its author takes back at that moment."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text

from api.staff.moderation.waiting import claim
from api.stores import Stores
from feed import posting
from feed.bell import Bell
from storage.db import OPERATOR, RESIDENT, Database
from storage.kit.errors import NotThere
from storage.posts.posts import Verb
from storage.schema import claims
from storage.staff import staff
from tests import builders

WAITS_WITHIN = 30.0  # seconds, on a machine that is busy


@pytest.mark.engines("postgresql")
def test_no_claim_is_left_on_what_was_taken_back_meanwhile(
    record: Database, bell: Bell, city: builders.City, given: Stores
) -> None:
    """Asked for while the withdrawal is about to commit, it waits, and then there is no such post."""
    post, ann = builders.a_published_post(record, bell), builders.a_moderator(record)
    with record.write(by=OPERATOR) as tx:
        token = staff.log_in(tx, ann)
    with record.read() as conn:
        me = staff.who(conn, token)
    assert me is not None
    with ThreadPoolExecutor(1) as threads:
        with record.write(by=RESIDENT) as tx:
            posting.end(tx, bell, post.id, Verb.WITHDRAW)
            asked = threads.submit(claim, post.id, me, record, given.settings)
            _wait_until_somebody_waits(record)
        with pytest.raises(NotThere):
            asked.result(WAITS_WITHIN)

    with record.read() as conn:
        assert conn.execute(select(func.count()).select_from(claims)).scalar_one() == 0


def _wait_until_somebody_waits(record: Database) -> None:
    deadline = time.monotonic() + WAITS_WITHIN
    waiting = text(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )
    while time.monotonic() < deadline:
        with record.read() as conn:
            if conn.execute(waiting).scalar_one():
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits for the post")
