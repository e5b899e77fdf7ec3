"""Letters to whoever sent a clip: what was asked or said, and the author's answer, by their list or by the receipt."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints

from api.readable import READABLE
from api.resident.desk import Asking, AtDesk, Desk
from api.resident.inbox.letter_seen import LetterSeen, letter_seen
from api.resident.inbox.lines import Kind, Line
from api.resident.mine.own_clip import BY_HANDLE, BY_RECEIPT, ByHandle, ByReceipt
from api.resident.mine.standing import title_of
from storage.cases.letters import ANSWERED
from storage.db import RESIDENT
from storage.identity import limits
from storage.identity.clips import authorship, letters
from storage.identity.clips.clips import Clip
from storage.identity.clips.letters import Mine
from storage.identity.limits import Limit
from storage.identity.vault import ResidentId
from storage.kit.clock import DAY, as_text
from storage.kit.errors import NotThere
from workers.redact.text import scrub

router = APIRouter(tags=["inbox"])

ANSWERS_A_DAY = Limit("answers of one resident", 40, DAY)


class NewAnswer(BaseModel):
    """What the author answers; police or a moderator read it scrubbed, at a fixed moment, and learn nothing else."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), READABLE]


class QuestionSeen(BaseModel):
    """A letter to one of my posts, and which one that is."""

    handle: str
    title: str
    letter: LetterSeen


@router.post(BY_RECEIPT + "/questions/{letter_id}/answers", status_code=201)
def answer(letter_id: str, clip: ByReceipt, body: NewAnswer, asking: Asking, desk: AtDesk) -> LetterSeen:
    """Answers by the receipt; until it has crossed, another answer takes its place."""
    return _answer(desk, asking, clip, letter_id, body)


@router.post(BY_HANDLE + "/questions/{letter_id}/answers", status_code=201)
def answer_mine(letter_id: str, clip: ByHandle, body: NewAnswer, asking: Asking, desk: AtDesk) -> LetterSeen:
    """Answers about one of my posts; until it has crossed, another answer takes its place."""
    return _answer(desk, asking, clip, letter_id, body)


@router.get("/v1/inbox/questions/{letter_id}")
def one(letter_id: str, asking: Asking, desk: AtDesk) -> QuestionSeen:
    """One letter to a post of mine."""
    with desk.stores.vault.read() as conn:
        found = next((mine for mine in letters.of_resident(conn, asking) if mine.letter.id == letter_id), None)
        clip = authorship.by_handle(conn, asking, found.handle) if found else None
    if found is None or clip is None:
        raise NotThere
    return QuestionSeen(handle=found.handle, title=title_of(desk, clip), letter=letter_seen(found.letter))


def lines(desk: Desk, asking: ResidentId) -> list[Line]:
    """My letters, as lines of the inbox."""
    with desk.stores.vault.read() as conn:
        found = letters.of_resident(conn, asking)
        of = {one.handle: authorship.by_handle(conn, asking, one.handle) for one in found}
    return [_line(desk, mine, of[mine.handle]) for mine in found]


def _line(desk: Desk, mine: Mine, clip: Clip) -> Line:
    letter = mine.letter
    asks = letter.kind in ANSWERED
    kind = Kind.QUESTION if asks else Kind.NOTICE
    waits = asks and not letter.answered
    return Line(kind=kind, id=letter.id, about=title_of(desk, clip), ends_at=as_text(letter.ends_at), waits=waits)


def _answer(desk: Desk, asking: ResidentId, clip: Clip, letter_id: str, body: NewAnswer) -> LetterSeen:
    limits.count(desk.stores.vault, ANSWERS_A_DAY, asking)
    with desk.stores.vault.write(by=RESIDENT) as tx:
        return letter_seen(letters.answer(tx, clip.id, letter_id, scrub(body.text)))
