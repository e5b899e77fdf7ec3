"""Moderators ask the unknown author of a post something, and may have nobody see the post meanwhile."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, model_validator

from api.staff.auth import Moderator
from api.staff.cases.questions import AnswerSeen, Asked, answer_seen, demand_askable
from api.staff.moderation.deciding import Wish, ask_author
from api.staff.moderation.decisions import Decided, decided_of, demand_guideline
from api.staff.moderation.writing import Question
from api.stores import Record, Rings
from feed.events import Closed
from storage.cases.letters import Sent
from storage.kit.clock import as_text
from storage.kit.errors import Refused
from storage.kit.ids import PostId
from storage.moderation.decisions import ASK
from workers.guidelines.questions import IDS_LISTED, QUESTIONS, Questions

router = APIRouter(prefix="/v1", tags=["moderation"])


class AskedOf(Closed):
    """What a moderator asked the author: in words or one of those listed, and what was answered once its batch came."""

    text: str
    listed: str
    by: str
    at: str
    ends_at: str
    answer: AnswerSeen | None


class NewAsk(Closed):
    """What the author is asked (one of those listed, or words of one's own), by which guideline; held meanwhile?"""

    reason: Annotated[str, Field(max_length=40)]
    listed: Annotated[str, Field(max_length=24)] | None = None
    text: Asked | None = None
    hold: bool = False

    @model_validator(mode="after")
    def _one_of_the_two(self) -> NewAsk:
        if (self.listed is None) is (self.text is None):
            raise ValueError("one of those listed, or words of its own")
        return self


@router.get("/moderation/questions")
async def questions(me: Moderator) -> Questions:
    """What authors are asked most, and by which rules one asks in words of one's own; in every language."""
    return QUESTIONS


@router.post("/posts/{post_id}/asks", status_code=201)
def ask(post_id: PostId, new: NewAsk, me: Moderator, record: Record, bell: Rings) -> Decided:
    """Asks whoever sent a post something; the airlock brings it after the minute in which it can be undone."""
    demand_guideline(new.reason)
    if new.listed is not None and new.listed not in IDS_LISTED:
        raise Refused("That is not one of the questions.", fields={"listed": "This is not one of the choices."})
    if new.text is not None:
        demand_askable(new.text)
    question = Question(new.listed or "", new.text or "", new.hold)
    with record.write(by=me.member.actor) as tx:
        done = ask_author(tx, bell, me.member, post_id, Wish(ASK, new.reason), question)
        return decided_of(tx, me, post_id, done)


def asked_seen(one: Sent) -> AskedOf:
    """What was asked, as the queue shows it."""
    return AskedOf(
        text=one.letter.text,
        listed=one.letter.listed,
        by=one.by,
        at=as_text(one.asked_at),
        ends_at=as_text(one.letter.ends_at),
        answer=answer_seen(one),
    )
