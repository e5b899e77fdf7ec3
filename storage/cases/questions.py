"""A case writes to the unknown author of a post: questions, one thread at a time for each post, and that it helped."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, select

from storage.cases import cases, entries as case_entries, holds as case_holds, letters
from storage.cases.letters import Kind, Letter
from storage.cases.rules import Act, Asker
from storage.db import Tx
from storage.kit import ids
from storage.kit.clock import BATCH, DAY, next_batch
from storage.kit.errors import Conflict, NotThere, TooOften
from storage.kit.ids import CaseId, PostId, StaffId
from storage.posts import posts
from storage.posts.posts import Post, PostState
from storage.schema import case_entries as entries, letters as rows

LASTS_MS = 7 * DAY  # then a thread that nobody answered is over, and somebody else may ask
HELPED_LASTS_MS = 30 * DAY
MOST_OF_CASE = 60
MOST_A_DAY = 10  # of one case, or of one member of the staff in whatever cases


def ask(tx: Tx, who: Asker, case_id: CaseId, post_id: PostId, text: str) -> None:
    """Asks the author of a post of the case's division something (the words checked), for the airlock to bring.

    A post that is kept to cases is asked about by those that hold it; for all others it is not there.

    Raises NotThere, NotAllowed, Conflict where another thread about it is open or its batch is not over, and TooOften.
    """
    post = _shown(tx, case_id, post_id)
    case = cases.locked(tx, who, case_id, Act.WRITE)
    if post.division != case.standing.division:
        raise NotThere
    new = ids.new_id()
    thread = _open_thread(tx, case_id, post_id) or new
    _demand_few(tx, who.id, case_id)
    ends_at = next_batch(tx.now() + LASTS_MS)
    said = Letter(new, Kind.QUESTION, post_id, thread, who.id, ends_at, case_id=case_id, text=text)
    letters.add(tx, said, due_at=tx.now())
    case_entries.enter(tx, case_id, case_entries.Kind.QUESTION, by=who.id, about=post_id)


def tell_helped(tx: Tx, who: Asker, case_id: CaseId, post_id: PostId) -> None:
    """Tells the author of a post that the case holds that it helped, with the next batch: once, in no words of its own.

    Raises NotThere, NotAllowed or Conflict.
    """
    _shown(tx, case_id, post_id)
    cases.locked(tx, who, case_id, Act.WRITE)
    if post_id not in case_holds.of_case(tx.connection, case_id):
        raise NotThere
    told = (rows.c.case_id == case_id, rows.c.post_id == post_id, rows.c.kind == Kind.HELPED)
    if tx.connection.execute(select(rows.c.id).where(*told)).first():
        raise Conflict("That was said already.", code="told_before")
    new, due_at = ids.new_id(), next_batch(tx.now())
    ends_at = due_at + HELPED_LASTS_MS
    letters.add(tx, Letter(new, Kind.HELPED, post_id, new, who.id, ends_at, case_id=case_id), due_at=due_at)
    case_entries.enter(tx, case_id, case_entries.Kind.HELPED, by=who.id, about=post_id)


def may_ask_again(asked_at: int) -> int:
    """From when on a thread may go on: its batch is over, whether or not there was an answer in it."""
    return next_batch(asked_at)


def _shown(tx: Tx, case_id: CaseId, post_id: PostId) -> Post:
    """The post, held until the commit: its author may take it back at this moment. Raises NotThere.

    Whether its author is known to anybody is asked nowhere on this side, also where that must be over by now.
    """
    post = posts.locked(tx, post_id, kept=True)
    if post is None or post.state not in (PostState.LIVE, PostState.KEPT):
        raise NotThere
    if post.state is PostState.KEPT and post_id not in case_holds.of_case(tx.connection, case_id):
        raise NotThere
    return post


def _open_thread(tx: Tx, case_id: CaseId, post_id: PostId) -> str | None:
    """This case's open thread about a post, which may go on now; raises Conflict where it may not, or is another's."""
    open_ = (rows.c.post_id == post_id, rows.c.kind == Kind.QUESTION, rows.c.ends_at > tx.now())
    query = select(rows.c.case_id, rows.c.thread, rows.c.asked_at).where(*open_)
    newest = tx.connection.execute(query.order_by(rows.c.asked_at.desc()).limit(1)).first()
    if newest is None:
        return None
    if newest.case_id != case_id:
        raise Conflict("Another case is asking about this post: one at a time.", code="thread_open")
    if may_ask_again(newest.asked_at) > tx.now():
        raise Conflict("The next question waits until answers have come in.", code="batch_waits")
    return str(newest.thread)


def _demand_few(tx: Tx, member: StaffId, case_id: CaseId) -> None:
    # Counted in the timeline, which keeps that something was asked also about a post that was taken back.
    asked = entries.c.kind == case_entries.Kind.QUESTION
    today = entries.c.at > tx.now() - DAY
    if _count(tx.connection, asked & (entries.c.case_id == case_id)) >= MOST_OF_CASE:
        raise Conflict(f"In one case at most {MOST_OF_CASE} questions are asked.", code="too_many_questions")
    for mine in (entries.c.case_id == case_id, entries.c.by == member):
        if _count(tx.connection, asked & mine & today) >= MOST_A_DAY:
            raise TooOften(f"In a day at most {MOST_A_DAY} questions are asked.", retry_after=BATCH // 1000)


def _count(conn: Connection, where: ColumnElement[bool]) -> int:
    return int(conn.execute(select(func.count()).select_from(entries).where(where)).scalar_one())
