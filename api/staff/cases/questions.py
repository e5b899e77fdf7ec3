"""A case writes to the unknown author of a post: asks, reads answers when their batch has come, says that it helped."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from api.letters import VISIBLE
from api.staff.auth import Investigator
from api.stores import Record
from feed.events import Closed
from storage.cases import cases, letters, questions, rules as case_rules
from storage.cases.letters import Kind, Sent
from storage.db import Database
from storage.kit.clock import as_text
from storage.kit.errors import NotThere, Refused
from storage.kit.ids import CaseId, PostId
from storage.posts import posts
from storage.staff.staff import VIEWERS, LogIn
from workers.guidelines.questions import QUESTIONS, Questions, check_question

router = APIRouter(prefix="/v1", tags=["cases"])

Named = Annotated[str, Field(max_length=40)]
Asked = Annotated[
    str,
    VISIBLE,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]*$"),
]


class NewQuestion(Closed):
    """What is asked, of whoever sent a post."""

    post_id: Named
    text: Asked


class OfPost(Closed):
    """A post that is linked to the case, or was shared for it."""

    post_id: Named


class AnswerSeen(Closed):
    """What the author answers, under a name that is theirs in this thread alone; `at` is the moment of its batch."""

    name: str
    text: str
    at: str


class LetterSeen(Closed):
    """One question or notice. `sent`: the airlock looked, whatever it found; nobody is told whether it was read."""

    id: str
    kind: Kind
    text: str
    by: str
    at: str
    sent: bool
    answer: AnswerSeen | None


class ThreadSeen(Closed):
    """All that this case said to the author of one post. `again_at`: from when on something more can be asked."""

    post_id: str
    items: list[LetterSeen]
    again_at: str | None
    ends_at: str | None


class ThreadsSeen(Closed):
    """A case's threads, the oldest first."""

    items: list[ThreadSeen]


@router.get("/questions/guidelines")
async def guidelines(_me: Investigator) -> Questions:
    """By which rules a question is asked, in every language."""
    return QUESTIONS


@router.get("/cases/{case_id}/questions")
def threads(case_id: CaseId, me: Investigator, record: Record) -> ThreadsSeen:
    """What the case asked, and what was answered in batches that are over."""
    return _threads(record, me, case_id)


@router.post("/cases/{case_id}/questions", status_code=201)
def ask(case_id: CaseId, new: NewQuestion, me: Investigator, record: Record) -> ThreadsSeen:
    """Asks the author of a post of this division something; the airlock checks it again, and brings it."""
    demand_askable(new.text)
    post_id = _reached(record, me, PostId(new.post_id))
    with record.write(by=me.member.actor) as tx:
        questions.ask(tx, case_rules.asker(me.member), case_id, post_id, new.text)
    return _threads(record, me, case_id)


@router.post("/cases/{case_id}/helped", status_code=201)
def helped(case_id: CaseId, new: OfPost, me: Investigator, record: Record) -> ThreadsSeen:
    """Says to the author of a post that the case holds that it helped: once, with the next batch, in the same words."""
    post_id = _reached(record, me, PostId(new.post_id))
    with record.write(by=me.member.actor) as tx:
        questions.tell_helped(tx, case_rules.asker(me.member), case_id, post_id)
    return _threads(record, me, case_id)


def demand_askable(text: str) -> None:
    """Raises Refused, with how to ask it better, where a rule would be broken."""
    broken = check_question(text)
    if broken:
        raise Refused("This cannot be asked in these words.", code="reword", fields={"text": broken[0].hint.en})


def _reached(record: Database, me: LogIn, post_id: PostId) -> PostId:
    """The post's id, where it stands in a division of theirs; whether this case may ask about it is looked at then."""
    with record.read() as conn:
        if posts.one(conn, me.member.reach(*VIEWERS), post_id, kept=True) is None:
            raise NotThere
    return post_id


def _threads(record: Database, me: LogIn, case_id: CaseId) -> ThreadsSeen:
    with record.read() as conn:
        cases.one(conn, case_rules.asker(me.member), case_id)
        found: dict[str, list[Sent]] = {}
        for one in letters.of_case(conn, case_id):
            found.setdefault(one.letter.post_id, []).append(one)
    return ThreadsSeen(items=[_thread(post_id, said) for post_id, said in found.items()])


def _thread(post_id: str, said: list[Sent]) -> ThreadSeen:
    asked = [one for one in said if one.letter.kind is Kind.QUESTION]
    newest = asked[-1] if asked else None
    return ThreadSeen(
        post_id=post_id,
        items=[_seen(one) for one in said],
        again_at=as_text(questions.may_ask_again(newest.asked_at)) if newest else None,
        ends_at=as_text(newest.letter.ends_at) if newest else None,
    )


def _seen(one: Sent) -> LetterSeen:
    return LetterSeen(
        id=one.letter.id,
        kind=one.letter.kind,
        text=one.letter.text,
        by=one.by,
        at=as_text(one.asked_at),
        sent=one.carried_out,
        answer=answer_seen(one),
    )


def answer_seen(one: Sent) -> AnswerSeen | None:
    """What was answered to a letter, if anything crossed."""
    found = one.answer
    return None if found is None else AnswerSeen(name=found.name, text=found.text, at=as_text(found.shown_at))
