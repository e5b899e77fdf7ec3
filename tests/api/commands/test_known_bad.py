"""The operator's lists of media that may not be shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.cli import main
from api.commands.known_bad import read
from storage import audit
from storage.db import Database
from storage.kit.errors import Refused
from storage.moderation import known_bad

pytestmark = pytest.mark.engines("sqlite")
SHA, VIEW = "ab" * 32, "5555aaaa0f0ff0f0"


def test_a_list_is_loaded_shown_replaced_and_forgotten(
    record: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name, each time as the next version; the audit says how many, and of what none."""
    monkeypatch.setattr("api.commands.known_bad.the_record", lambda: _still_open(record))
    file = tmp_path / "list.txt"
    file.write_text(f"# from the state\n{SHA}\n{VIEW.upper()}  # a view\n\n{SHA}\n")

    for _ in range(2):
        assert main(["known-bad", "load", str(file), "--name", "state", "--reason", "child"]) == 0
    main(["known-bad", "list"])

    told = capsys.readouterr().out
    assert "state: version 2, 1 files, 1 views" in told
    assert "state  version 2  child" in told
    with record.read() as conn:
        (one,) = known_bad.lists(conn)
        lines = [entry for entry in audit.page(conn, before=None, limit=9) if entry.action == "known_bad.load"]
    assert (one.files.hex(), one.views.hex()) == (SHA, VIEW)
    assert [line.payload["files"] for line in lines if line.payload] == [1, 1]
    assert SHA not in str(lines)
    assert main(["known-bad", "drop", "state"]) == 0
    assert main(["known-bad", "drop", "state"]) == 1


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (f"{SHA}\nsecret words\n", "Line 2 is neither"),
        (f"{SHA[:-2]}\n", "Line 1 is neither"),
        (f"{'0' * 16}\n", "Line 1 is the view of an even picture"),
        ("# nothing\n", "nothing on this list"),
    ],
)
def test_a_line_that_cannot_be_used_loads_nothing(
    lines: str, told: str, record: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """It is told by its number, and not a word of it."""
    monkeypatch.setattr("api.commands.known_bad.the_record", lambda: _still_open(record))
    file = tmp_path / "list.txt"
    file.write_text(lines)

    assert main(["known-bad", "load", str(file), "--name", "x", "--reason", "child"]) == 1

    said = capsys.readouterr().err
    assert told in said
    assert "secret" not in said
    with record.read() as conn:
        assert known_bad.lists(conn) == []


def test_a_name_is_what_moderators_can_read(record: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small letters, digits, - and _: it stands in a flag."""
    monkeypatch.setattr("api.commands.known_bad.the_record", lambda: _still_open(record))
    file = tmp_path / "list.txt"
    file.write_text(SHA)

    assert main(["known-bad", "load", str(file), "--name", "A list", "--reason", "child"]) == 1


def test_a_list_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each attempt reads all of it."""
    monkeypatch.setattr("api.commands.known_bad.MOST_LINES", 2)
    file = tmp_path / "list.txt"
    file.write_text(f"{SHA}\n{VIEW}\n{SHA}\n")

    with pytest.raises(Refused, match="2 lines at most"):
        read(file)


@contextmanager
def _still_open(record: Database) -> Iterator[Database]:
    yield record
