"""Flags of requests for footage: what residents and staff say is wrong with one, never which of them said it.

Those who work in its case are told of none: what they read is the same bytes whether or not somebody flagged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from storage.db import Tx, database_now
from storage.kit import ids
from storage.kit.clock import BATCH
from storage.kit.ids import RequestId
from storage.moderation import slips
from storage.moderation.decisions import UNDO_MS
from storage.moderation.slips import Outcome
from storage.tables.footage import request_decisions, request_flags
from storage.upserts import insert_new

# Three of these are rules that requests are held to before they are sent (workers/guidelines/requests.toml).
REASONS = ("pressure", "race_only", "assembly", "not_footage", "other")
RESIDENT, POLICE = "resident", "police"


@dataclass(frozen=True)
class RequestFlag:
    """One open flag; `shown_at` is its batch's moment, or the quarter hour in which it was said; words scrubbed."""

    origin: str
    reason: str
    text: str
    shown_at: int


def add(tx: Tx, request: RequestId, *, origin: str, reason: str, text: str, flagged_at: int, slip: str) -> None:
    """Records a flag of staff, or of a request that is over: naming it says of nobody that they were asked.

    Words are scrubbed and the time rounded already; `slip` is a secret that only who flags holds.
    """
    _put(tx, ids.new_id(), request, origin, reason, text, flagged_at, ids.digest(slip))
    tx.audit("request_flag.add", request, {"origin": origin, "reason": reason})


def bring(tx: Tx, request: RequestId, *, flag_id: str, reason: str, text: str, shown_at: int) -> None:
    """Adds an owner's flag, which staff see at its batch's moment. For the airlock; a second time changes nothing.

    What was said of a request that moderators have taken back by then is settled by that. Raises ValueError for a
    moment that is no batch's: it would tell when this one came.
    """
    if shown_at % BATCH:
        raise ValueError("a flag of an owner is shown with its batch")
    _put(tx, flag_id, request, RESIDENT, reason, text, shown_at, "")


def _put(tx: Tx, flag_id: str, request: RequestId, origin: str, reason: str, text: str, at: int, slip: str) -> None:
    said = {"id": flag_id, "request_id": request, "origin": origin, "reason": reason, "text": text, "shown_at": at}
    settled = recalled_by(tx.connection, request)
    over = {"decision_id": settled, "judged_at": tx.now()} if settled else {"decision_id": "", "judged_at": None}
    tx.execute(insert_new(request_flags).values(**said, **over, slip_digest=slip))


def recalled_by(conn: Connection, request: RequestId) -> str | None:
    """The decision by which moderators took it back, if they did."""
    here = (request_decisions.c.request_id == request, request_decisions.c.verb == "take_back")
    return conn.execute(select(request_decisions.c.id).where(*here)).scalar_one_or_none()


def of_requests(conn: Connection, requests: Collection[RequestId]) -> dict[RequestId, list[RequestFlag]]:
    """The open flags of these whose moment has come, in no order of their coming within it."""
    here = request_flags.c
    query = select(request_flags).where(here.request_id.in_(requests), here.decision_id == "")
    found: dict[RequestId, list[RequestFlag]] = defaultdict(list)
    for row in conn.execute(query.where(here.shown_at <= database_now(conn)).order_by(here.shown_at, here.id)):
        found[RequestId(row.request_id)].append(RequestFlag(row.origin, row.reason, row.text, row.shown_at))
    return dict(found)


def settle(tx: Tx, request: RequestId, *, by: str) -> bool:
    """Takes the open flags that staff see out of the queue: a decision settles them; False where there is none."""
    here, now = request_flags.c, tx.now()
    open_ = (here.request_id == request, here.decision_id == "", here.shown_at <= now)
    return bool(tx.execute(update(request_flags).where(*open_).values(decision_id=by, judged_at=now)).rowcount)


def reopen(tx: Tx, decision_id: str) -> None:
    """Puts them back: the decision was undone."""
    settled = request_flags.c.decision_id == decision_id
    tx.execute(update(request_flags).where(settled).values(decision_id="", judged_at=None))


def outcome(conn: Connection, slip: str) -> Outcome | None:
    """What became of the flag whose slip this is; None where there is none."""
    return slips.outcome(conn, request_flags, request_decisions, slip)


def outcomes(conn: Connection, flag_ids: Collection[str]) -> dict[str, Outcome]:
    """What became of these flags; one that has not crossed is in no row."""
    return slips.outcomes(conn, request_flags.c.id, request_decisions, flag_ids)


def forget_words(tx: Tx) -> int:
    """Erases the words of what was judged more than a minute ago, when nobody can undo it; answers of how many."""
    over = request_flags.c.judged_at <= tx.now() - UNDO_MS
    return tx.execute(update(request_flags).where(over).values(text="", judged_at=None)).rowcount
