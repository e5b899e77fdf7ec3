"""Carries what owners answered to the record, all of a batch at once, and takes contacts back that nobody opened.

It knows an answer by a number drawn for it, and not whose it is. Answers cross in the last minutes before the batch's
moment, in one transaction and by those numbers; before that moment no staff program sees that there are any.
"""

from __future__ import annotations

from storage.db import AIRLOCK, Tx, database_now
from storage.footage import answers as footage_answers
from storage.identity.cameras import inbox_answers
from storage.identity.cameras.inbox_answers import Contact, Due
from storage.kit import log
from workers.airlock.both_sides import BothSides


def carry_answers(stores: BothSides) -> None:
    """One round; twice is once. Killed between the two sides, it brings the same rows again, which changes nothing."""
    with stores.vault.read() as conn:
        due = inbox_answers.due(conn, database_now(conn))
    if due:
        with stores.record.write(by=AIRLOCK) as tx:
            for one in due:
                _bring(tx, one)
        with stores.vault.write(by=AIRLOCK) as tx:
            inbox_answers.cross(tx, [one.id for one in due])
        stores.vault.clear_log()
        log.event("answers_crossed")
    _tell_of_contacts(stores)


def _bring(tx: Tx, one: Due) -> None:
    # One whose clip came late goes with the next batch: nothing is ever added to one that was shown.
    now = tx.now()
    shown_at = one.shown_at if one.shown_at > now else footage_answers.batch_at(now, 0)
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
