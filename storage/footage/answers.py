"""What owners answer to a request for footage. The airlock brings it; staff see it in batches, all of one at once.

Nothing says when an answer came, from which block, or how many were asked: whoever says nothing is in no row here.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Row, select, update

from storage.cases import keys as case_keys
from storage.cases.entries import Kind as Entry, enter
from storage.cases.keys import SealBrokenError, StaffKey
from storage.db import Tx, database_now
from storage.kit import ids
from storage.kit.clock import BATCH, HOUR
from storage.kit.errors import NotThere
from storage.kit.ids import BlockId, CaseId, DivisionId, PostId, RequestId, StaffId
from storage.schema import blocks, footage_answers, footage_requests, posts
from storage.upserts import insert_new

# A clip is shown in its case while it is on the feed, or kept to the case alone.
_STANDS = ("live", "kept")
FIRST_AFTER_MS = 6 * HOUR  # of sending: who answers within minutes must not be told from who took the afternoon


class Kind(StrEnum):
    """What an owner can say. Saying nothing is no answer, and seen nowhere."""

    SHARED = "shared"
    NOTHING = "nothing"
    ASK_ME = "ask_me"
    NO = "no"


@dataclass(frozen=True)
class Place:
    """The block that a shared clip's post names: of the camera that was asked."""

    id: BlockId
    label: str


@dataclass(frozen=True)
class Answer:
    """One answer; `shown_at` is its batch's moment, in milliseconds. `contact`: whether one is there to be opened.

    `post`, `place` and `happened_at` are of the clip that was shared, while it stands.
    """

    id: str
    kind: Kind
    post: PostId | None
    place: Place | None
    happened_at: int | None
    shown_at: int
    contact: bool
    opened_at: int | None


def batch_at(now: int, sent_at: int) -> int:
    """The moment at which staff see what is answered `now` to a request that went out then. Pure."""
    earliest = max(now + 1, sent_at + FIRST_AFTER_MS)
    return -(-earliest // BATCH) * BATCH


def bring(
    tx: Tx,
    request: RequestId,
    kind: Kind,
    *,
    shown_at: int,
    answer_id: str | None = None,
    post: PostId | None = None,
    contact: bytes | None = None,
    contact_expires_at: int | None = None,
) -> str:
    """Adds an answer that staff see at `shown_at` (see `batch_at`); answers its id. For the airlock.

    The contact comes sealed. Under an id that is there already it changes nothing: who brought it died before it could
    say so. Raises ValueError for a moment that is no batch's: it would tell when this one came.
    """
    if shown_at % BATCH:
        raise ValueError("an answer is shown with its batch")
    key = answer_id or ids.new_id()
    row = {"id": key, "request_id": request, "kind": kind, "post_id": post, "shown_at": shown_at}
    held = {"contact": contact, "contact_expires_at": contact_expires_at}
    tx.execute(insert_new(footage_answers).values(**row, **held))
    return str(row["id"])


def take_back_contact(tx: Tx, answer_id: str) -> bool:
    """Takes a contact back that nobody opened; False where somebody did, or there is none."""
    unopened = (footage_answers.c.id == answer_id, footage_answers.c.contact_opened_at.is_(None))
    changed = update(footage_answers).where(*unopened, footage_answers.c.contact_expires_at.is_not(None))
    return tx.execute(changed.values(contact=None, contact_expires_at=None)).rowcount == 1


def opened(conn: Connection, answer_ids: Collection[str]) -> set[str]:
    """Those of these whose contact was opened."""
    here = (footage_answers.c.id.in_(answer_ids), footage_answers.c.contact_opened_at.is_not(None))
    return set(conn.execute(select(footage_answers.c.id).where(*here)).scalars())


def expire_contacts(tx: Tx) -> int:
    """Erases what expired, opened or not; answers how many."""
    due = update(footage_answers).where(footage_answers.c.contact_expires_at <= tx.now())
    return tx.execute(due.values(contact=None, contact_expires_at=None)).rowcount


def of(conn: Connection, division: DivisionId, requests: Collection[RequestId]) -> dict[RequestId, list[Answer]]:
    """What was answered to each, batch by batch, within one by a number that says nothing.

    The caller knows that whoever asks may see the case, of this division. Before their moment they are not there.
    """
    now = database_now(conn)
    stands = (posts.c.id == footage_answers.c.post_id) & posts.c.state.in_(_STANDS) & (posts.c.division_id == division)
    query = select(footage_answers, blocks.c.id.label("block_id"), blocks.c.label, posts.c.happened_at)
    query = query.outerjoin(posts, stands).outerjoin(blocks, blocks.c.id == posts.c.block_id)
    here = (footage_answers.c.request_id.in_(requests), footage_answers.c.shown_at <= now)
    rows = conn.execute(query.where(*here).order_by(footage_answers.c.shown_at, footage_answers.c.id))
    found: dict[RequestId, list[Answer]] = {request: [] for request in requests}
    for row in rows:
        found[RequestId(row.request_id)].append(_answer(row, now))
    return found


def open_contact(tx: Tx, key: StaffKey, case_id: CaseId, answer_id: str, *, by: StaffId) -> str:
    """The contact an owner gave, and an entry of the case; from then on it cannot be taken back.

    The caller holds the case's row and knows that they may. Raises NotThere where there is none, it expired, was taken
    back, is of another case, or before its batch's moment.
    """
    now = tx.now()
    query = select(footage_answers).join(footage_requests)
    here = (footage_answers.c.id == answer_id, footage_requests.c.case_id == case_id)
    there = query.where(*here, footage_answers.c.shown_at <= now, footage_answers.c.contact_expires_at > now)
    # Held: the airlock takes it back before this, or finds that it was opened.
    row = tx.connection.execute(there.with_for_update(of=footage_answers)).one_or_none()
    if row is None or row.contact is None:
        raise NotThere
    told = case_keys.unseal(tx.connection, key, case_id, row.request_id, row.contact).decode()
    opened = update(footage_answers).where(footage_answers.c.id == answer_id)
    tx.execute(opened.where(footage_answers.c.contact_opened_at.is_(None)).values(contact_opened_at=now))
    enter(tx, case_id, Entry.CONTACT, by=by, about=row.request_id)
    return told


def opened_contacts(conn: Connection, key: StaffKey, case_id: CaseId) -> list[tuple[RequestId, str, str]]:
    """The contacts of a case that somebody opened and that have not expired: request, answer, and what was given.

    The caller knows that whoever asks may open them. One that does not open any more is left out.
    """
    query = select(footage_answers).join(footage_requests).where(footage_requests.c.case_id == case_id)
    there = (footage_answers.c.contact_opened_at.is_not(None), footage_answers.c.contact.is_not(None))
    unexpired = footage_answers.c.contact_expires_at > database_now(conn)
    found = []
    for row in conn.execute(query.where(*there, unexpired).order_by(footage_answers.c.id)):
        with suppress(SealBrokenError):
            told = case_keys.unseal(conn, key, case_id, row.request_id, row.contact).decode()
            found.append((RequestId(row.request_id), str(row.id), told))
    return found


def _answer(row: Row[tuple[object, ...]], now: int) -> Answer:
    place = Place(row.block_id, row.label) if row.block_id else None
    post = PostId(row.post_id) if place else None
    there = row.contact is not None and row.contact_expires_at is not None and row.contact_expires_at > now
    return Answer(row.id, Kind(row.kind), post, place, row.happened_at, row.shown_at, there, row.contact_opened_at)
