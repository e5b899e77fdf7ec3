"""Letters: what is said to whoever sent a post, by a case or by a moderator. A row names the post, and nobody.

The airlock collects them, looks at each again and brings it. What it found, an author or none any more, changes no row
here: `carried_out` says that it looked. What an author answers comes back by it alone, at a batch's moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, literal, select, update

from storage.cases import holds as case_holds
from storage.cases.rules import CaseState
from storage.db import Tx, database_now
from storage.kit.ids import CaseId, PostId, StaffId
from storage.moderation.decisions import ASKED, BLUR, EDIT, TAKES_OFF, WARN
from storage.posts.posts import PostState
from storage.schema import case_members, cases, letter_answers, letters, posts, staff_members, staff_roles
from storage.staff.deciders import who
from storage.staff.staff import Role
from storage.upserts import insert_new


class Kind(StrEnum):
    """What a letter is."""

    QUESTION = "question"  # of a case
    HELPED = "helped"  # of a case: your video helped
    WARNING = "warning"  # of a moderator: a guideline's words
    ASKED = "asked"  # of a moderator
    DECIDED = "decided"  # of a moderator: took the post off, or something out of it, by this guideline


# By which decision each of a moderator's was written.
_BY = {Kind.WARNING: (WARN,), Kind.ASKED: ASKED, Kind.DECIDED: (*TAKES_OFF, EDIT, BLUR)}
ANSWERED = frozenset({Kind.QUESTION, Kind.ASKED})  # what an author may answer


@dataclass(frozen=True)
class Letter:
    """One letter: from a case or by a decision; in words of its own or one of the listed; `ends_at`, milliseconds."""

    id: str
    kind: Kind
    post_id: PostId
    thread: str
    asked_by: StaffId
    ends_at: int
    case_id: CaseId | None = None
    decision_id: str | None = None
    text: str = ""
    listed: str = ""
    reason: str = ""
    guidelines: int = 0


@dataclass(frozen=True)
class Answer:
    """What an author answers: words scrubbed, a name that is made of the thread, the moment at which it crosses."""

    letter_id: str
    name: str
    text: str
    shown_at: int


@dataclass(frozen=True)
class Sent:
    """A letter as its desk follows it; `by` is a name."""

    letter: Letter
    by: str
    asked_at: int
    carried_out: bool
    answer: Answer | None


def add(tx: Tx, letter: Letter, *, due_at: int) -> None:
    """Leaves a letter for the airlock; the caller holds the post and says in the audit who asked for it."""
    tx.execute(insert(letters).values(**asdict(letter), asked_at=tx.now(), due_at=due_at, carried_out=False))


def forget(tx: Tx, decision_id: str) -> None:
    """A decision was undone: what it asks is asked no longer. Nothing happens where it asked nothing."""
    here = (letters.c.decision_id == decision_id, ~letters.c.carried_out)
    if tx.execute(delete(letters).where(*here)).rowcount:
        tx.audit("letter.forget", decision_id)


def erase(tx: Tx, post_id: PostId) -> None:
    """Deletes a post's letters and answers with their words: the post is gone for good."""
    of_post = select(letters.c.id).where(letters.c.post_id == post_id)
    tx.execute(delete(letter_answers).where(letter_answers.c.letter_id.in_(of_post)))
    tx.execute(delete(letters).where(letters.c.post_id == post_id))


def of_case(conn: Connection, case_id: CaseId) -> list[Sent]:
    """A case's letters, oldest first; the caller knows that whoever asks may see the case."""
    return _sent(conn, letters.c.case_id == case_id)


def of_posts(conn: Connection, post_ids: Collection[PostId]) -> dict[PostId, list[Sent]]:
    """What moderators asked the authors of these posts, oldest first."""
    found: dict[PostId, list[Sent]] = {}
    for one in _sent(conn, letters.c.post_id.in_(post_ids) & (letters.c.kind == Kind.ASKED)):
        found.setdefault(one.letter.post_id, []).append(one)
    return found


def is_any_due(conn: Connection) -> bool:
    """Whether anything is due."""
    query = select(letters.c.id).where(~letters.c.carried_out, letters.c.due_at <= database_now(conn))
    return conn.execute(query.limit(1)).first() is not None


def take_due(tx: Tx) -> list[Letter]:
    """What is due, by its random id, and held until the commit."""
    query = select(letters).where(~letters.c.carried_out, letters.c.due_at <= tx.now()).order_by(letters.c.id)
    return [_letter(row) for row in tx.connection.execute(query.with_for_update()).all()]


def is_true(conn: Connection, letter: Letter) -> bool:
    """Whether who asked may ask it now: works in the open case about a post they see, or decided it as moderator.

    A post that is kept to its cases is asked about by those alone.

    A row that somebody else wrote, or of one who is let out of the case since, brings nothing.
    """
    if letter.kind in _BY:
        decided = who(conn, letter.decision_id or "", letter.post_id, _BY[letter.kind])
        return decided is not None and decided == letter.asked_by
    works = (staff_roles.c.staff_id == letter.asked_by) & (staff_roles.c.role.in_((Role.ANALYST, Role.DETECTIVE)))
    held = case_holds.by_case(database_now(conn))
    asked = (posts.c.division_id == cases.c.division_id) & ((posts.c.state == PostState.LIVE) | held)
    about = held if letter.kind is Kind.HELPED else asked  # a link may be to a post of another division
    query = (
        select(cases.c.id)
        .join(case_members, case_members.c.case_id == cases.c.id)
        .join(staff_members, staff_members.c.id == case_members.c.staff_id)
        .join(staff_roles, works)
        .join(posts, literal(True))
        .where(cases.c.id == letter.case_id, cases.c.state == CaseState.OPEN, posts.c.id == letter.post_id, about)
        .where(case_members.c.staff_id == letter.asked_by, ~staff_members.c.ended)
        .where(posts.c.state.in_((PostState.LIVE, PostState.KEPT)))
        .where(staff_roles.c.division_id.in_(("", cases.c.division_id)))
    )
    return conn.execute(query.limit(1)).first() is not None


def set_carried_out(tx: Tx, letter: Letter) -> None:
    """Says that the airlock looked, whatever it found."""
    tx.execute(update(letters).where(letters.c.id == letter.id).values(carried_out=True))
    tx.audit("letter.carry_out", letter.post_id, {"letter": letter.id})


def cross(tx: Tx, answers: Iterable[Answer]) -> None:
    """Brings answers to letters that are there still, in no order of their coming. Twice is once."""
    for one in sorted(answers, key=lambda answer: answer.letter_id):
        row = [literal(value) for value in (one.name, one.text, one.shown_at)]
        there = select(letters.c.id, *row).where(letters.c.id == one.letter_id, letters.c.kind.in_(ANSWERED))
        columns = ["letter_id", "name", "text", "shown_at"]
        if tx.execute(insert_new(letter_answers).from_select(columns, there)).rowcount:
            tx.audit("letter.answer", one.letter_id)


def _letter(row: Row[tuple[object, ...]]) -> Letter:
    return Letter(
        id=row.id,
        kind=Kind(row.kind),
        post_id=row.post_id,
        thread=row.thread,
        asked_by=row.asked_by,
        ends_at=row.ends_at,
        case_id=row.case_id,
        decision_id=row.decision_id,
        text=row.text,
        listed=row.listed,
        reason=row.reason,
        guidelines=row.guidelines,
    )


def _sent(conn: Connection, where: ColumnElement[bool]) -> list[Sent]:
    query = (
        select(letters, staff_members.c.name.label("by_name"), letter_answers.c.text.label("answer"))
        .add_columns(letter_answers.c.name.label("answer_name"), letter_answers.c.shown_at)
        .join(staff_members, staff_members.c.id == letters.c.asked_by)
        .outerjoin(letter_answers, letter_answers.c.letter_id == letters.c.id)
        .where(where)
        .order_by(letters.c.asked_at, letters.c.id)
    )
    return [
        Sent(
            _letter(row),
            row.by_name,
            row.asked_at,
            row.carried_out,
            None if row.shown_at is None else Answer(row.id, row.answer_name, row.answer, row.shown_at),
        )
        for row in conn.execute(query)
    ]
