"""Brings letters to whoever sent a post, and takes answers back: on neither way does anything tell who it is.

It learns of no author: it lays a letter beside a clip, and the resident program knows whose that is. On the record
stands the same whatever was found. Answers cross at midnight and at noon, all of a batch together, in no order.
"""

from __future__ import annotations

from storage.cases import letters
from storage.cases.letters import Answer, Kind, Letter
from storage.db import AIRLOCK, Database, database_now
from storage.identity.clips import letters as arrived
from storage.identity.clips.letters import Crossing
from storage.kit.ids import digest
from storage.kit.pseudonyms import name_for
from workers.guidelines.check import visible
from workers.guidelines.questions import IDS_LISTED, check_question
from workers.guidelines.rules import IDS


def bring_letters(vault: Database, record: Database) -> int:
    """One round; answers how many were due. The rows stay locked until both sides have it: killed, it does so again."""
    with vault.write(by=AIRLOCK) as tx:
        arrived.forget_over(tx)
    with record.read() as conn:
        if not letters.is_any_due(conn):  # then nobody waits for a lock of ours
            return 0
    with record.write(by=AIRLOCK) as tx:
        due = letters.take_due(tx)
        for one in due:
            if _may_be_said(one) and letters.is_true(tx.connection, one):
                with vault.write(by=AIRLOCK) as other:
                    arrived.bring(other, one)
            letters.set_carried_out(tx, one)
    return len(due)


def cross_answers(vault: Database, record: Database) -> int:
    """One round; answers how many were due. The record has them before the identity side forgets their words."""
    with vault.read() as conn:
        due = arrived.crossing(conn, database_now(conn))
    if not due:
        return 0
    with record.write(by=AIRLOCK) as tx:
        letters.cross(tx, [_answer(one) for one in due])
    with vault.write(by=AIRLOCK) as tx:
        arrived.set_crossed(tx, [one.letter_id for one in due])
    return len(due)


def _answer(one: Crossing) -> Answer:
    # Made of the thread and nothing else: it says no more than the thread's id, and the same one in two is chance.
    name = name_for(bytes.fromhex(digest(f"thread name {one.thread}")))
    return Answer(one.letter_id, name, one.text, one.crosses_at)


def _may_be_said(one: Letter) -> bool:
    """Whether these words may reach an author, whoever wrote the row."""
    if one.kind is Kind.HELPED:
        return not (one.text or one.listed or one.reason)
    if one.kind in (Kind.WARNING, Kind.DECIDED):
        return one.reason in IDS and not (one.text or one.listed)
    if one.listed:
        return one.kind is Kind.ASKED and one.reason in IDS and one.listed in IDS_LISTED and not one.text
    if not one.text or one.text != visible(one.text) or check_question(one.text):
        return False
    return one.reason in IDS if one.reason else True
