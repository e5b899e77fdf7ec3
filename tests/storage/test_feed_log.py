"""The feed log: dense numbers, seen in the order of their commits."""

from __future__ import annotations

import multiprocessing

from storage import feed_log
from storage.db import CHORES, OPERATOR, Database
from storage.feed_log import Kind, Line
from storage.kit.ids import DivisionId, PostId
from storage.staff import staff
from storage.staff.staff import Role

WRITERS, LINES_EACH = 3, 30


def test_a_new_log_is_empty_under_an_epoch_of_its_own(record: Database) -> None:
    """The head starts at 0, nothing trimmed, under an epoch."""
    with record.read() as conn:
        head = feed_log.head(conn)
        lines = feed_log.after(conn, 0, limit=10)

    assert (head.seq, head.floor, lines) == (0, 0, [])
    assert len(head.epoch) >= 20


def test_lines_are_numbered_from_one(record: Database) -> None:
    """Lines come back in order, with their number, what happened, to which post and where."""
    written = [_append(record, Kind.PUBLISHED, "a"), _append(record, Kind.HIDDEN, "a")]

    with record.read() as conn:
        found = feed_log.after(conn, 0, limit=10)
        head = feed_log.head(conn)

    assert found == written
    assert found[0] == Line(1, Kind.PUBLISHED, PostId("a"), DivisionId("d"), "safety")
    assert head.seq == 2


def test_that_rights_ended_is_a_line_without_a_name(record: Database) -> None:
    """It says when, in the log's order, and neither whose nor where; all that end some write one."""
    with record.write(by=OPERATOR) as tx:
        member = staff.make(tx, "analyst")
        staff.grant(tx, member, Role.ANALYST, None)
        log_in = staff.who(tx.connection, staff.log_in(tx, member))
        assert log_in is not None
        staff.log_out(tx, log_in)
        staff.take_back(tx, member, Role.ANALYST, None)
        staff.end(tx, member)
    with record.read() as conn:
        lines = feed_log.after(conn, 0, limit=10)

    assert lines == [Line(seq, Kind.RIGHTS, PostId(""), DivisionId(""), "") for seq in (1, 2, 3)]


def test_reading_goes_on_after_a_number(record: Database) -> None:
    """`after` answers only later lines, no more than the limit, oldest first."""
    for name in "abcd":
        _append(record, Kind.PUBLISHED, name)

    with record.read() as conn:
        found = feed_log.after(conn, 1, limit=2)

    assert [line.post_id for line in found] == ["b", "c"]


def test_a_rolled_back_line_leaves_no_hole(record: Database) -> None:
    """A number that was not committed is handed out again."""
    try:
        with record.write(by=CHORES) as tx:
            feed_log.lock(tx)
            feed_log.append(tx, Kind.PUBLISHED, PostId("lost"), DivisionId("d"), "safety")
            raise InterruptedError
    except InterruptedError:
        pass

    assert _append(record, Kind.PUBLISHED, "kept").seq == 1


def test_trimming_keeps_the_newest(record: Database) -> None:
    """`trim` drops the oldest lines and remembers up to where."""
    for name in "abcde":
        _append(record, Kind.PUBLISHED, name)

    with record.write(by=CHORES) as tx:
        floor = feed_log.trim(tx, keep=2)

    with record.read() as conn:
        assert [line.seq for line in feed_log.after(conn, 0, limit=10)] == [4, 5]
        assert (floor, feed_log.head(conn).floor, feed_log.head(conn).seq) == (3, 3, 5)


def test_trimming_never_lowers_the_floor(record: Database) -> None:
    """What was trimmed stays trimmed, whatever a later call wants to keep; numbers go on."""
    for name in "abc":
        _append(record, Kind.PUBLISHED, name)
    with record.write(by=CHORES) as tx:
        feed_log.trim(tx, keep=0)

    with record.write(by=CHORES) as tx:
        floor = feed_log.trim(tx, keep=100)

    assert floor == 3
    assert _append(record, Kind.PUBLISHED, "d").seq == 4


def test_a_new_epoch_makes_old_cursors_worthless(record: Database) -> None:
    """After a restore from a backup the same numbers mean something else: the epoch says so."""
    with record.read() as conn:
        before = feed_log.head(conn)

    with record.write(by=CHORES) as tx:
        feed_log.new_epoch(tx)

    with record.read() as conn:
        after = feed_log.head(conn)
    assert after.epoch != before.epoch
    assert after.seq == before.seq


def test_an_epoch_is_drawn_not_counted(record: Database) -> None:
    """No epoch comes twice."""
    epochs = set()

    for _ in range(3):
        with record.write(by=CHORES) as tx:
            feed_log.new_epoch(tx)
            epochs.add(feed_log.head(tx.connection).epoch)

    assert len(epochs) == 3


def test_writers_at_the_same_time_leave_no_hole_and_no_late_line(record: Database, record_url: str) -> None:
    """While several processes append, a reader sees only a dense beginning of the log, never a number skipped."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append_many, args=(record_url, name)) for name in "abc"[:WRITERS]]
    for writer in writers:
        writer.start()

    looks, seen = 0, 0
    while any(writer.is_alive() for writer in writers) or seen < WRITERS * LINES_EACH:
        with record.read() as conn:
            numbers = [line.seq for line in feed_log.after(conn, 0, limit=1000)]
            head = feed_log.head(conn).seq
        assert numbers == list(range(1, head + 1))
        assert head >= seen
        looks, seen = looks + 1, head
        if not any(writer.is_alive() for writer in writers):
            break
    for writer in writers:
        writer.join(60)

    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    with record.read() as conn:
        lines = feed_log.after(conn, 0, limit=1000)
    assert len(lines) == WRITERS * LINES_EACH
    assert looks > 1


def _append(record: Database, kind: Kind, post_id: str) -> Line:
    with record.write(by=CHORES) as tx:
        feed_log.lock(tx)
        return feed_log.append(tx, kind, PostId(post_id), DivisionId("d"), "safety")


def _append_many(url: str, name: str) -> None:
    database = Database(url)
    for _ in range(LINES_EACH):
        _append(database, Kind.PUBLISHED, name)
