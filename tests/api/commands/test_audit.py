"""What is said about `porchlight verify-audit`."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from api.cli import main
from storage import audit
from storage.db import OPERATOR
from storage.public import heads
from storage.record import open_record
from storage.schema import audit_entries, audit_head, audit_payloads
from workers import publishing

SEED = bytes(range(32))


def test_a_whole_chain_is_counted(demo_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The number of lines is told."""
    assert main(["verify-audit", "--data", str(demo_data)]) == 0
    assert capsys.readouterr().out.startswith("The audit stands: ")


def test_no_line_is_no_chain_that_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who looks in a folder where nothing ever ran is not told that all is well."""
    assert main(["verify-audit", "--data", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("There is nothing to check")


def test_a_changed_line_is_named(demo_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line somebody edited in the file is the first that does not stand, and the exit code is 1."""
    with sqlite3.connect(demo_data / "record" / "record.db") as record:
        record.execute("update audit_entries set subject = 'another' where seq = 3")
    record.close()

    assert main(["verify-audit", "--data", str(demo_data)]) == 1
    assert "broken at line 3; the 2 before it stand" in capsys.readouterr().err


def test_a_chain_is_held_to_what_was_published(
    demo_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A kept head is found in it, a forged one is named; a chain made anew, with every hash right, no longer has it."""
    record = open_record(f"sqlite:///{demo_data}/record/record.db")
    kept, key = tmp_path / "heads.json", heads.sign(SEED, "", "").key
    publishing.publish_head(record, SEED)
    with record.read() as conn:
        (head,) = heads.published(conn)
    kept.write_text(json.dumps({"heads": [asdict(head)]}))

    assert _verify(demo_data, kept, key) == 0
    assert "It holds all 1 published heads" in capsys.readouterr().out
    assert _verify(demo_data, kept, "0" * 64) == 1
    assert f"The head of {head.day} is not signed" in capsys.readouterr().err

    with record.write(by=OPERATOR) as tx:  # who can write everything begins again, and the chain verifies
        for table in (audit_entries, audit_payloads):
            tx.execute(delete(table))
        tx.execute(update(audit_head).values(seq=0, hash=audit.FIRST))
        tx.audit("staff.make", "another past")
    record.engine.dispose()
    assert _verify(demo_data, None, None) == 0
    assert _verify(demo_data, kept, key) == 1
    assert f"does not hold the head of {head.day}" in capsys.readouterr().err


@pytest.mark.parametrize("told", ["", "[]", '{"heads": []}', '{"heads": [{"day": "2026-11-30"}]}'])
def test_what_holds_no_head_is_no_proof(
    demo_data: Path, tmp_path: Path, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file without a head does not pass."""
    (tmp_path / "heads.json").write_text(told)

    assert _verify(demo_data, tmp_path / "heads.json", None) == 1
    assert "holds no head" in capsys.readouterr().err


def _verify(data: Path, kept: Path | None, key: str | None) -> int:
    head, signed = ["--head", str(kept)] if kept else [], ["--key", key] if key else []
    return main(["verify-audit", "--data", str(data), *head, *signed])
