"""The audit chain: nobody edits it unseen, and payloads can still be erased."""

from __future__ import annotations

import multiprocessing

import pytest
from sqlalchemy import Column, delete, insert, select, update

from storage import audit
from storage.db import OPERATOR, Actor, Database
from storage.schema import audit_entries, audit_head, audit_payloads

LINES = 6
# What somebody who edits a line by hand would write instead; keys are all columns, so a new one must be added here.
FORGED = {
    "seq": 99,
    "at": 1,
    "by": "staff:somebody-else",
    "action": "post.dismiss",
    "subject": "another",
    "digest": "f" * 64,
    "hash": "f" * 64,
}


@pytest.fixture
def chain(record: Database) -> Database:
    """A record with a chain of `LINES` lines, every second one without a payload."""
    for number in range(1, LINES + 1):
        with record.write(by=Actor(f"staff:s{number}")) as tx:
            tx.audit("post.view", f"p{number}", {"number": number, "note": "é"} if number % 2 else None)
    return record


def test_an_empty_chain_is_whole(record: Database) -> None:
    """A new record verifies: no lines, none broken."""
    assert _verify(record) == (0, None)


def test_lines_are_read_as_they_were_recorded(chain: Database) -> None:
    """A page holds who did what to which subject, newest first, payloads as given."""
    with chain.read() as conn:
        newest, older = audit.page(conn, before=None, limit=2)

    assert (newest.seq, newest.by, newest.action, newest.subject) == (LINES, "staff:s6", "post.view", "p6")
    assert newest.payload is None
    assert older.payload == {"number": 5, "note": "é"}


def test_pages_go_on_where_the_last_one_ended(chain: Database) -> None:
    """Reading page after page meets each line once."""
    seen: list[int] = []
    before: int | None = None

    with chain.read() as conn:
        while entries := audit.page(conn, before=before, limit=4):
            seen += [entry.seq for entry in entries]
            before = seen[-1]

    assert seen == list(range(LINES, 0, -1))


def test_an_untouched_chain_is_whole(chain: Database) -> None:
    """All lines stand, numbered from 1 without holes."""
    assert _verify(chain) == (LINES, None)


def test_an_erased_payload_keeps_the_chain_whole(chain: Database) -> None:
    """Erasing words, with their salt, breaks nothing and the line still says who did what."""
    _tamper(chain, delete(audit_payloads).where(audit_payloads.c.seq == 3))

    assert _verify(chain) == (LINES, None)
    with chain.read() as conn:
        (entry,) = audit.page(conn, before=4, limit=1)
    assert (entry.by, entry.payload) == ("staff:s3", None)


def test_an_erased_payload_cannot_be_guessed(record: Database) -> None:
    """Two lines with the same payload have different digests: without the salt a guess proves nothing."""
    with record.write(by=OPERATOR) as tx:
        tx.audit("post.hide", "p", {"reason": "privacy"})
        tx.audit("post.hide", "p", {"reason": "privacy"})

    with record.read() as conn:
        first, second = conn.execute(select(audit_entries.c.digest)).scalars()
    assert first != second


@pytest.mark.parametrize("line", range(1, LINES + 1))
@pytest.mark.parametrize("column", audit_entries.columns, ids=lambda column: column.name)
def test_every_edit_of_a_line_is_found(chain: Database, line: int, column: Column[object]) -> None:
    """Changing any single field of any single line is found, at that line."""
    _tamper(chain, update(audit_entries).where(audit_entries.c.seq == line).values({column: FORGED[column.name]}))

    assert _verify(chain) == (line - 1, line)


@pytest.mark.parametrize("column", ["salt", "words"])
def test_every_edit_of_a_payload_is_found(chain: Database, column: str) -> None:
    """Changing the words or the salt of a payload is found, at its line."""
    _tamper(chain, update(audit_payloads).where(audit_payloads.c.seq == 3).values({column: '{"number":4}'}))

    assert _verify(chain) == (2, 3)


def test_a_payload_added_later_is_found(chain: Database) -> None:
    """A line that had no payload cannot be given one."""
    _tamper(chain, insert(audit_payloads).values(seq=2, salt="0" * 32, words="{}"))

    assert _verify(chain) == (1, 2)


@pytest.mark.parametrize("line", range(1, LINES + 1))
def test_a_deleted_line_is_found(chain: Database, line: int) -> None:
    """A line taken out is missed, the last one included."""
    _tamper(chain, delete(audit_entries).where(audit_entries.c.seq == line))

    assert _verify(chain) == (line - 1, line)


def test_a_line_slipped_in_is_found(chain: Database) -> None:
    """A copy of a true line under a new number does not belong to the chain."""
    with chain.read() as conn:
        copy = dict(conn.execute(select(audit_entries).where(audit_entries.c.seq == 2)).one()._mapping)

    _tamper(chain, insert(audit_entries).values(**copy | {"seq": LINES + 1}))

    assert _verify(chain) == (LINES, LINES + 1)


def test_lines_that_change_places_are_found(chain: Database) -> None:
    """Two neighbouring lines that swap their numbers are found."""
    for was, becomes in ((2, 100), (3, 2), (100, 3)):
        _tamper(chain, update(audit_entries).where(audit_entries.c.seq == was).values(seq=becomes))

    assert _verify(chain) == (1, 2)


@pytest.mark.parametrize("forged", [{"seq": LINES + 1}, {"seq": LINES - 1}, {"hash": "f" * 64}])
def test_a_forged_head_is_found(chain: Database, forged: dict[str, object]) -> None:
    """The head must be the last line, by number and hash: cutting the end off is found."""
    _tamper(chain, update(audit_head).values(**forged))

    assert _verify(chain) == (LINES, LINES + 1)


def test_an_emptied_chain_is_found(chain: Database) -> None:
    """Deleting every line is found."""
    _tamper(chain, delete(audit_entries))
    _tamper(chain, delete(audit_payloads))

    assert _verify(chain) == (0, 1)


def test_two_processes_append_without_holes(record: Database, record_url: str) -> None:
    """Writers at the same time hand out dense numbers and leave a whole chain."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append, args=(record_url, f"staff:s{n}", 40)) for n in range(2)]

    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    assert [writer.exitcode for writer in writers] == [0, 0]
    assert _verify(record) == (80, None)


def _append(url: str, by: str, times: int) -> None:
    database = Database(url)
    for number in range(times):
        with database.write(by=Actor(by)) as tx:
            tx.audit("post.view", f"p{number}", {"number": number})


def _tamper(database: Database, *statements: object) -> None:
    with database.write(by=OPERATOR) as tx:
        for statement in statements:
            tx.connection.execute(statement)  # type: ignore[call-overload]


def _verify(database: Database) -> tuple[int, int | None]:
    with database.read() as conn:
        return audit.verify(conn)
