"""Brings requests for footage from the record to the owners of cameras, and takes them away when they are over.

It believes nothing that stands there: who may ask and agree, the case, the ground, the hours, the words and how often
are looked at again (`footage_sent`, `check_request`). What fails is left where it is, and moves nobody.
"""

from __future__ import annotations

from sqlalchemy import Connection

from storage.cases import keys as case_keys
from storage.db import AIRLOCK
from storage.footage import sent as footage_sent
from storage.footage.sent import Sent
from storage.identity.cameras import inbox, inbox_answers, inbox_flags
from storage.identity.cameras.inbox import Request
from storage.identity.clips import clips
from storage.kit import log
from workers.airlock.both_sides import BothSides
from workers.guidelines.check import visible
from workers.guidelines.requests import check_request


def ask_owners(stores: BothSides) -> None:
    """One round; twice is once."""
    _end(stores)
    with stores.vault.read() as conn:
        known = inbox.known(conn)
    with stores.record.read() as conn:
        new = [one for one in footage_sent.running(conn) if one.id not in known]
        believed = [(one, case_keys.public_of(conn, one.case)) for one in new if _may_go(conn, one)]
    for one, public_key in believed:
        if public_key is not None:
            with stores.vault.write(by=AIRLOCK) as tx:
                inbox.arrive(tx, _as_asked(one, public_key), one.asked.blocks)
            log.event("request_arrived")
    if len(new) > len(believed):
        log.event("requests_not_believed")


def _may_go(conn: Connection, one: Sent) -> bool:
    return footage_sent.is_true(conn, one) and one.text == visible(one.text) and not check_request(one.text)


def _end(stores: BothSides) -> None:
    """What was resolved, or whose case was closed, is asked of nobody; what would have crossed for it does not."""
    with stores.vault.read() as conn:
        running, old = inbox.running(conn), inbox.ended(conn)
    with stores.record.read() as conn:
        over = running - footage_sent.still(conn, running)
    if not over and not old:
        return
    with stores.vault.write(by=AIRLOCK) as tx:
        inbox.end(tx, over)
        for clip in inbox_answers.unsent(tx.connection, over):
            clips.withdraw(tx, clip)  # whoever reconciles finishes it
        inbox_answers.drop(tx, over)
        inbox_answers.erase_all(tx, old)
        inbox_flags.erase_all(tx, old)
        inbox.forget(tx, old)


def _as_asked(one: Sent, public_key: bytes) -> Request:
    assert one.sent_at is not None and one.ends_at is not None, "it is running"
    return Request(
        id=one.id,
        case=one.case,
        division=one.division,
        kind=one.kind,
        text=one.text,
        window=one.asked.window,
        sent_at=one.sent_at,
        ends_at=one.ends_at,
        public_key=public_key,
    )
