"""Carries what owners answered and flagged to the record, all of a batch at once; takes contacts back nobody opened.

It knows an answer by a number drawn for it, and not whose it is. Answers cross in the last minutes before the batch's
moment, in one transaction and by those numbers; before that moment no staff program sees that there are any.
"""

from __future__ import annotations

from storage.db import AIRLOCK, Tx, database_now
from storage.footage import answers as footage_answers
from storage.identity.cameras import inbox_answers, inbox_flags
from storage.identity.cameras.inbox_answers import Contact, Due
from storage.kit import log
from storage.moderation import request_flags
from workers.airlock.both_sides import BothSides


def carry_answers(stores: BothSides) -> None:
    """One round; twice is once. Killed between the two sides, it brings the same rows again, which changes nothing."""
    with stores.vault.read() as conn:
        now = database_now(conn)
        due, flagged = inbox_answers.due(conn, now), inbox_flags.due(conn, now)
    if due or flagged:
        with stores.record.write(by=AIRLOCK) as tx:
            for one in due:
                _bring(tx, one)
            for flag in flagged:
                _bring_flag(tx, flag)
        with stores.vault.write(by=AIRLOCK) as tx:
            inbox_answers.cross(tx, [one.id for one in due])
            inbox_flags.cross(tx, [one.id for one in flagged])
        stores.vault.clear_log()
        log.event("answers_crossed")
    _tell_of_contacts(stores)


def _bring(tx: Tx, one: Due) -> None:
    shown_at = _moment(tx, one.shown_at)
    footage_answers.bring(
        tx,
        one.request,
        footage_answers.Kind(one.kind),
        answer_id=one.id,
        shown_at=shown_at,
        post=one.post,
        contact=one.contact,
        contact_expires_at=one.contact_until,
    )


def _bring_flag(tx: Tx, one: inbox_flags.Due) -> None:
    shown_at = _moment(tx, one.shown_at)
    request_flags.bring(tx, one.request, flag_id=one.id, reason=one.reason, text=one.text, shown_at=shown_at)


def _moment(tx: Tx, shown_at: int) -> int:
    # One whose clip came late goes with the next batch: nothing is ever added to one that was shown.
    now = tx.now()
    return shown_at if shown_at > now else footage_answers.batch_at(now, 0)


def _tell_of_contacts(stores: BothSides) -> None:
    with stores.vault.read() as conn:
        out = inbox_answers.contacts_out(conn)
    if not out:
        return
    wanted = [answer for answer, state in out.items() if state is Contact.BACK]
    gone = []
    if wanted:
        with stores.record.write(by=AIRLOCK) as tx:
            gone = [answer for answer in wanted if footage_answers.take_back_contact(tx, answer)]
        stores.record.clear_log()
    with stores.record.read() as conn:
        opened = footage_answers.opened(conn, out)
    told = {Contact.OPENED: opened, Contact.GONE: {*gone, *wanted} - opened}
    if any(told.values()):
        with stores.vault.write(by=AIRLOCK) as tx:
            for state, answers in told.items():
                inbox_answers.tell_of_contacts(tx, answers, state)
