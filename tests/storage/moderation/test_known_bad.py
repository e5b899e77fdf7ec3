"""Lists of what may not be shown, on the record."""

from __future__ import annotations

from storage import audit
from storage.db import OPERATOR, Database
from storage.moderation import known_bad
from storage.moderation.known_bad import Listed

ONE, TWO, VIEW = b"1" * 32, b"2" * 32, b"v" * 8


def load(record: Database, name: str, *files: bytes) -> int:
    """A list of files, and one view."""
    with record.write(by=OPERATOR) as tx:
        return known_bad.load(tx, name, reason="child", files=files, views=[VIEW, VIEW])


def lists(record: Database) -> list[Listed]:
    """All of them."""
    with record.read() as conn:
        return known_bad.lists(conn)


def test_a_list_is_kept_in_order_and_once_each(record: Database) -> None:
    """So the same list is the same bytes, however it was written."""
    assert load(record, "b", TWO, ONE, TWO) == 1

    (found,) = lists(record)
    assert (found.name, found.version, found.reason) == ("b", 1, "child")
    assert (found.files, found.views) == (ONE + TWO, VIEW)


def test_a_list_takes_the_place_of_the_one_of_its_name(record: Database) -> None:
    """Its version says so; another is left, and they are told by name."""
    load(record, "b", ONE)
    load(record, "a", ONE)

    assert load(record, "b", TWO) == 2
    assert [(one.name, one.version, one.files) for one in lists(record)] == [("a", 1, ONE), ("b", 2, TWO)]


def test_a_list_that_is_dropped_is_gone(record: Database) -> None:
    """Once; a later one of that name begins anew."""
    load(record, "b", ONE)

    with record.write(by=OPERATOR) as tx:
        assert known_bad.drop(tx, "b")
        assert not known_bad.drop(tx, "b")

    assert lists(record) == []
    assert load(record, "b", ONE) == 1


def test_the_audit_counts_what_is_on_a_list_and_names_none_of_it(record: Database) -> None:
    """A digest in the audit would be the list over again."""
    load(record, "b", ONE, TWO)

    with record.read() as conn:
        (line,) = audit.page(conn, before=None, limit=5)

    assert (line.action, line.subject) == ("known_bad.load", "b")
    assert line.payload == {"version": 1, "reason": "child", "files": 2, "views": 1}
