"""Somebody who took the staff program over, and writes what they like into the record of a running stack."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email import message_from_bytes
from pathlib import Path
from typing import Any

from storage.kit import clock
from storage.kit.clock import BATCH, DAY, HOUR, MINUTE
from storage.kit.ids import BlockId, new_id
from tests.journeys.conftest import Stack
from tests.journeys.precinct import Precinct
from workers.airlock.moderating.questioning import bring_letters
from workers.airlock.moderating.suspending import carry_out
from workers.airlock.owners.asking import ask_owners
from workers.airlock.owners.owners_mail import write_to_owners

DIVISION, ASKED = "Shoal Creek", "Was the gate open before?"


class Forger(Precinct):
    """Somebody who writes what they like into the record of a running stack."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack, DIVISION)
        self.moderators = [self._is(stack, f"{name}-{self.number}", "moderator") for name in ("mo", "mia")]
        self.outsider = self._is(stack, f"outsider-{self.number}", "detective")

    def writes(self, *rows: tuple[str, dict[str, object]]) -> None:
        """Rows, each with its table, by SQL and nothing else: at once, or a round of the stack's own would see half."""
        with self._record() as record:
            for table, row in rows:
                places = ", ".join("?" * len(row))
                record.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", tuple(row.values()))

    def does(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """A statement; answers what it found."""
        with self._record() as record:
            return [dict(row) for row in record.execute(sql, values)]

    def asks_by_hand(self, request: dict[str, Any], area: frozenset[BlockId], **other: object) -> None:
        """A request that stands as sent, with this of it another."""
        row = {**request, **other}
        blocks = [("footage_request_blocks", {"request_id": row["id"], "block_id": block}) for block in area]
        self.writes(("footage_requests", row), *blocks)

    def suspends_by_hand(self, post: str, first: str, second: str) -> None:
        """What is left when two people at the desk agree that whoever sent a post sends nothing."""
        said = {"post_id": post, "reason": "privacy", "note": "", "from_state": "live", "to_state": "live", "at": 1}
        proposal, agreed = new_id(), new_id()
        row = {"decision_id": agreed, "post_id": post, "proposal_id": proposal, "lifts": False, "due_at": 0}
        self.writes(
            ("decisions", {"id": proposal, "verb": "suspend", "staff_id": first, **said}),
            ("decisions", {"id": agreed, "verb": "agree", "staff_id": second, **said}),
            ("suspensions", row),
        )

    def rounds(self) -> None:
        """The airlock's, all that bring something to somebody."""
        ask_owners(self.stores)
        bring_letters(self.stores.vault, self.stores.record)
        carry_out(self.stores, 30 * DAY)
        write_to_owners(self.stores.vault, self.mail)

    @property
    def mail(self) -> Path:
        """Where mails are left."""
        return self.stack.data / "identity" / "mail"

    def written_to(self) -> set[str]:
        """Who got the mail that owners get."""
        found = [message_from_bytes(one.read_bytes())["To"] for one in self.mail.glob("asked-*")]
        return {one for one in found if "forged-mail" in one}

    @contextmanager
    def _record(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.stack.data / "record" / "record.db", timeout=60)) as record, record:
            record.row_factory = sqlite3.Row
            yield record

    def _is(self, stack: Stack, name: str, role: str) -> str:
        stack.staff_token(name, [role], [DIVISION])
        return str(self.does("SELECT id FROM staff_members WHERE name = ?", name)[0]["id"])


def forged_requests(
    forger: Forger, true: dict[str, Any], area: frozenset[BlockId], block: BlockId
) -> list[tuple[dict[str, object], frozenset[BlockId]]]:
    """What somebody would like to ask one owner."""
    return [
        ({}, frozenset({block})),
        ({}, frozenset(forger.blocks())),
        ({"asked_by": forger.outsider}, area),
        ({"asked_by": forger.lead.id}, area),
        ({"window_to": true["window_from"] + 13 * HOUR}, area),
        ({"window_to": true["window_from"] + MINUTE}, area),
        ({"ends_at": true["ends_at"] + 30 * DAY}, area),
        ({"text": "You must send it or you will be charged."}, area),
        ({"state": "waiting"}, area),
        ({"kind": "traffic"}, area),
    ]


def a_letter(forger: Forger, post: str) -> dict[str, Any]:
    """The row of a true question."""
    key, case = new_id(), {"case_id": forger.case, "asked_by": forger.detective.id, "kind": "question"}
    said = {"text": ASKED, "listed": "", "reason": "", "guidelines": 1, "asked_at": 0, "due_at": 0}
    ends_at = clock.now() // BATCH * BATCH + 14 * BATCH
    return {"id": key, "thread": key, "post_id": post, "ends_at": ends_at, **case, **said}


def forged_letters(forger: Forger) -> list[dict[str, object]]:
    """Who is it, by whom it is not theirs to ask, and in the name of moderators."""
    return [
        {"text": "What is your name?"},
        {"text": "See https://who.example"},
        {"asked_by": forger.outsider},
        {"asked_by": forger.lead.id},
        {"case_id": None},
        {"kind": "helped"},
        *(
            {"kind": kind, "case_id": None, "text": "", "reason": "privacy", "asked_by": forger.moderators[0]}
            for kind in ("warning", "decided")
        ),
    ]
