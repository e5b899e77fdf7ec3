"""Two at once, on the record: nothing is lost, doubled or numbered out of turn, on either engine."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from feed import posting
from feed.bell import Bell
from feed.posting import Outcome
from storage import audit, feed_log
from storage.db import AIRLOCK, CHORES, OPERATOR, RESIDENT, Database
from storage.feed_log import Kind, Line
from storage.kit.errors import Conflict, TooOften
from storage.kit.ids import DivisionId, PostId
from storage.posts import comments, segments
from storage.posts.posts import Verb
from storage.schema import comments as comment_rows, staff_roles
from storage.staff import proof as staff_proof, staff
from storage.staff.proof import TRIES
from storage.staff.staff import Role
from tests import builders
from tests.at_once import at_once

MANY = 8


class Stop(Exception):
    """Ends a transaction in a test."""


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("rolled_back", [False, True])
def test_a_number_is_taken_only_when_the_one_before_is_true(record: Database, rolled_back: bool) -> None:
    """Who appends second waits for the first; if that one rolls back, its number is used, and no hole is left."""
    seconds: list[Line] = []
    second = threading.Thread(target=lambda: seconds.append(_append(record, "second")))

    try:
        with record.write(by=CHORES) as tx:
            feed_log.lock(tx)
            second.start()
            feed_log.append(tx, Kind.PUBLISHED, PostId("first"), DivisionId("d"), "safety")
            _until_somebody_waits(record)
            seen_meanwhile = _numbers(record)
            if rolled_back:
                raise Stop
    except Stop:
        pass
    second.join(30)

    assert seen_meanwhile == []
    assert [line.seq for line in seconds] == [1 if rolled_back else 2]
    assert _numbers(record) == ([1] if rolled_back else [1, 2])


def test_appends_at_once_are_numbered_in_a_row(record: Database) -> None:
    """One number each, without a hole, and the audit's chain beside them whole."""
    lines = at_once(MANY, lambda n: [_append(record, f"p{n}", audited=True) for _ in range(5)])

    numbers = [line.seq for each in lines if isinstance(each, list) for line in each]
    assert sorted(numbers) == _numbers(record) == list(range(1, 5 * MANY + 1))
    with record.read() as conn:
        assert audit.verify(conn) == (5 * MANY, None)


def test_comments_at_once_stand_in_a_row(record: Database, bell: Bell, city: builders.City) -> None:
    """Each has a place of its own under the post."""
    post = builders.a_published_post(record, bell)

    def say(number: int) -> None:
        with record.write(by=RESIDENT) as tx:
            comments.add(tx, post.id, name=f"n{number}", text="seen too", at=0)

    assert at_once(MANY, say) == [None] * MANY
    with record.read() as conn:
        places = conn.execute(select(comment_rows.c.seq).order_by(comment_rows.c.seq)).scalars().all()
    assert list(places) == list(range(1, MANY + 1))


def test_two_decisions_at_once_follow_each_other(record: Database, bell: Bell, city: builders.City) -> None:
    """The second one sees what the first one made of the post."""
    post = builders.a_published_post(record, bell)

    def remove(_: int) -> object:
        with record.write(by=OPERATOR) as tx:
            return posting.decide(tx, bell, post.id, Verb.REMOVE, reason="privacy")

    answers = at_once(MANY, remove)

    assert sum(isinstance(answer, Conflict) for answer in answers) == MANY - 1
    assert [answer for answer in answers if not isinstance(answer, Conflict)] == [("live", "removed")]


def test_a_withdrawal_said_many_times_is_told_once(record: Database, bell: Bell, city: builders.City) -> None:
    """One line in the feed's log, one tombstone."""
    post = builders.a_published_post(record, bell)

    def withdraw(_: int) -> object:
        with record.write(by=RESIDENT) as tx:
            return posting.end(tx, bell, post.id, Verb.WITHDRAW)

    answers = at_once(MANY, withdraw)

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    with record.read() as conn:
        kinds = [line.kind for line in feed_log.after(conn, 0, limit=100)]
    assert kinds.count(Kind.WITHDRAWN) == 1


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize(("brought", "outcome"), [(1, Outcome.FENCED), (2, Outcome.DONE)])
def test_who_takes_a_clip_over_counts_the_piece_that_is_just_coming(
    record: Database, bell: Bell, city: builders.City, brought: int, outcome: Outcome
) -> None:
    """A take-over waits for an append that tells nobody, though that took no lock of the log."""
    new, outcomes = builders.a_new_post(), []

    def publish(count: int, generation: int) -> None:
        first = builders.arriving(builders.some_pieces(*range(count + 1)))
        with record.write(by=AIRLOCK) as tx:
            outcomes.append(posting.publish(tx, bell, new, [], generation=generation, first=first))

    publish(1, 1)
    over = threading.Thread(target=publish, args=(brought, 2))
    with record.write(by=AIRLOCK) as tx:
        piece = builders.some_pieces(2)
        posting.arrive(tx, bell, new.id, "480p.mp4", piece, generation=1, whole=False)
        over.start()
        _until_somebody_waits(record)
    over.join(30)

    assert outcomes == [Outcome.DONE, outcome]
    with record.read() as conn:
        assert segments.count(conn, new.id, "480p.mp4") == 2
        assert (piece[0] in segments.of_file(conn, new.id, "480p.mp4")) is (outcome is Outcome.FENCED)


def test_tries_at_once_are_all_counted(record: Database) -> None:
    """A crowd that guesses one name gets no more guesses than one who does it in turn."""

    def guess(_: int) -> None:
        with record.write(by=OPERATOR) as tx:
            staff_proof.count_try(tx, "ann")

    answers = at_once(TRIES + 5, guess)

    assert answers.count(None) == TRIES
    assert sum(isinstance(answer, TooOften) for answer in answers) == 5


def test_a_name_and_a_duty_are_given_once(record: Database, city: builders.City) -> None:
    """Of many who make the same member one does; giving the same duty again changes nothing."""

    def make(_: int) -> object:
        with record.write(by=OPERATOR) as tx:
            return staff.make(tx, "ann")

    def grant(_: int) -> None:
        with record.write(by=OPERATOR) as tx:
            member = staff.find(tx.connection, "ann")
            assert member is not None
            staff.grant(tx, member, Role.ANALYST, builders.division())

    made = at_once(MANY, make)
    granted = at_once(MANY, grant)

    assert sum(isinstance(answer, Conflict) for answer in made) == MANY - 1
    assert granted == [None] * MANY
    with record.read() as conn:
        assert len(conn.execute(select(staff_roles)).all()) == 1


def _append(record: Database, post_id: str, *, audited: bool = False) -> Line:
    with record.write(by=CHORES) as tx:
        feed_log.lock(tx)
        if audited:
            tx.audit("test", post_id)
        return feed_log.append(tx, Kind.PUBLISHED, PostId(post_id), DivisionId("d"), "safety")


def _numbers(record: Database) -> list[int]:
    with record.read() as conn:
        return [line.seq for line in feed_log.after(conn, 0, limit=1000)]


def _until_somebody_waits(record: Database) -> None:
    question = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    for _ in range(3000):
        with record.read() as conn:
            if conn.exec_driver_sql(question).scalar_one():
                return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waits")
