"""Letters as they reached a clip: whoever holds its receipt finds them, also when nobody is known to have sent it.

A row names the clip, never its author. An answer's words, scrubbed, stand here until they cross, and no longer.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Row, delete, func, literal, null, select, update

from storage.cases.letters import ANSWERED, Kind, Letter
from storage.db import Tx
from storage.identity.clips.states import ClipState
from storage.identity.schema import arrived_letters, authorship, clips
from storage.identity.vault import ClipId, ResidentId
from storage.kit.clock import next_batch
from storage.kit.errors import Conflict, NotThere
from storage.upserts import insert_new

MOST_STANDING = 20  # of one clip: however many rows somebody writes into the record, nobody's inbox is flooded
_STANDS = (ClipState.PROCESSING, ClipState.PUBLISHED)  # a clip that may have a post


@dataclass(frozen=True)
class Arrived:
    """A letter as its clip has it; `crosses_at`, milliseconds: an answer waits until then, and can be put otherwise."""

    id: str
    kind: Kind
    thread: str
    text: str
    listed: str
    reason: str
    guidelines: int
    ends_at: int
    answered: bool
    crosses_at: int | None


@dataclass(frozen=True)
class Mine:
    """A letter to one of a resident's own clips, by its handle."""

    handle: str
    letter: Arrived


@dataclass(frozen=True)
class Crossing:
    """An answer that is due to cross: to which letter, of which thread, its words, and its batch's moment."""

    letter_id: str
    thread: str
    text: str
    crosses_at: int


def bring(tx: Tx, letter: Letter) -> None:
    """Brings a letter to the clip that became its post, if there is one that stands. Twice is once.

    Not where another thread of the same kind is open, or too many letters stand: a record that somebody wrote into
    cannot make it otherwise. One statement, whatever is found.
    """
    standing = select(func.count()).where(arrived_letters.c.clip_id == clips.c.id).scalar_subquery()
    others = select(func.count()).where(
        arrived_letters.c.clip_id == clips.c.id, arrived_letters.c.thread != letter.thread
    )
    others = others.where(
        arrived_letters.c.kind == letter.kind,
        arrived_letters.c.kind == Kind.QUESTION,
        arrived_letters.c.ends_at > tx.now(),
    )
    said = {"id": letter.id, "kind": letter.kind, "thread": letter.thread, "text": letter.text}
    said |= {"listed": letter.listed, "reason": letter.reason}
    numbers = {"guidelines": letter.guidelines, "ends_at": letter.ends_at}
    row = select(clips.c.id, *(literal(value) for value in (*said.values(), *numbers.values())), literal(False))
    row = row.where(clips.c.post_id == letter.post_id, clips.c.state.in_(_STANDS))
    row = row.where(standing < MOST_STANDING, others.scalar_subquery() == 0)
    tx.execute(insert_new(arrived_letters).from_select(["clip_id", *said, *numbers, "answered"], row))


def of_clip(conn: Connection, clip_id: ClipId) -> list[Arrived]:
    """A clip's letters, what is over first, first; none of a clip that was taken back."""
    query = select(arrived_letters).join(clips, clips.c.id == arrived_letters.c.clip_id)
    query = query.where(arrived_letters.c.clip_id == clip_id, clips.c.state.in_(_STANDS))
    return [_arrived(row) for row in conn.execute(query.order_by(arrived_letters.c.ends_at, arrived_letters.c.id))]


def of_resident(conn: Connection, resident_id: ResidentId) -> list[Mine]:
    """Letters to the clips that are known to be this resident's."""
    query = select(arrived_letters, authorship.c.handle).join(clips, clips.c.id == arrived_letters.c.clip_id)
    query = query.join(authorship, authorship.c.clip_id == clips.c.id)
    query = query.where(authorship.c.resident_id == resident_id, clips.c.state.in_(_STANDS))
    return [
        Mine(row.handle, _arrived(row))
        for row in conn.execute(query.order_by(arrived_letters.c.ends_at, arrived_letters.c.id))
    ]


def answer(tx: Tx, clip_id: ClipId, letter_id: str, text: str) -> Arrived:
    """Answers a letter of this clip (words scrubbed), or puts an answer otherwise that has not crossed yet.

    Raises NotThere, also for what cannot be answered, and Conflict where the answer is on its way already.
    """
    here = (
        arrived_letters.c.id == letter_id,
        arrived_letters.c.clip_id == clip_id,
        arrived_letters.c.kind.in_(ANSWERED),
    )
    standing = select(clips.c.id).where(clips.c.id == clip_id, clips.c.state.in_(_STANDS))
    found = tx.connection.execute(
        select(arrived_letters).where(*here, arrived_letters.c.clip_id.in_(standing)).with_for_update()
    )
    row, now = found.one_or_none(), tx.now()
    if row is None or row.ends_at <= now:
        raise NotThere
    crosses_at = row.crosses_at or next_batch(now)
    if row.answered and (row.answer is None or crosses_at <= now):
        raise Conflict("You have answered this already.", code="answered_before")
    said = {"answered": True, "answer": text, "crosses_at": crosses_at}
    tx.execute(update(arrived_letters).where(*here).values(**said))
    return next(one for one in of_clip(tx.connection, clip_id) if one.id == letter_id)


def crossing(conn: Connection, now: int) -> list[Crossing]:
    """Answers whose moment has come, by their letters' random ids."""
    query = (
        select(arrived_letters)
        .where(arrived_letters.c.crosses_at <= now, arrived_letters.c.answer.is_not(None))
        .order_by(arrived_letters.c.id)
    )
    return [Crossing(row.id, row.thread, row.answer, row.crosses_at) for row in conn.execute(query)]


def set_crossed(tx: Tx, letter_ids: list[str]) -> None:
    """Forgets the words of answers that are on the record now, or whose letter is there no longer."""
    tx.execute(update(arrived_letters).where(arrived_letters.c.id.in_(letter_ids)).values(answer=null()))


def forget_over(tx: Tx) -> int:
    """Deletes letters that are over, and those of clips that do not stand; answers how many."""
    gone = select(clips.c.id).where(clips.c.state.not_in(_STANDS))
    over = (arrived_letters.c.ends_at <= tx.now()) & arrived_letters.c.answer.is_(None)
    return tx.execute(delete(arrived_letters).where(over | arrived_letters.c.clip_id.in_(gone))).rowcount


def erase(tx: Tx, clip_id: ClipId) -> None:
    """Deletes what was said to a clip and what was answered: it was taken back."""
    tx.execute(delete(arrived_letters).where(arrived_letters.c.clip_id == clip_id))


def _arrived(row: Row[tuple[object, ...]]) -> Arrived:
    said = (row.thread, row.text, row.listed, row.reason, row.guidelines, row.ends_at)
    return Arrived(row.id, Kind(row.kind), *said, bool(row.answered), row.crosses_at if row.answer else None)
