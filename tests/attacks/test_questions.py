"""Attacks 78 to 81: questions to unknown authors, what they answer, and who makes them up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import func, insert, select, update

from api.commands.asking import ask
from storage import audit
from storage.db import OPERATOR, Database
from storage.identity.schema import arrived_letters, clips as clip_rows
from storage.kit.clock import BATCH, DAY
from storage.kit.ids import new_id
from storage.schema import letter_answers, letters, metadata, staff_members
from tests.attacks import stores
from tests.attacks.desks import DETECTIVE
from tests.attacks.people import Sent
from tests.attacks.table import Tried
from tests.attacks.world import World
from workers.airlock.moderating.questioning import bring_letters, cross_answers

ASKED, ANSWERED = "Did the zwrkvltn door stay open?", "It was qxjvbnth at first, then it was not."
DETECTIVE_NAME = "a curious detective"
MOST = 6  # of the ten that a case may ask in a day
TELLS = ("text", "kind", "listed", "reason", "guidelines", "carried_out")


def test_a78_nothing_of_an_answer_but_its_words_depends_on_who_gave_it(world: World, tried: Tried) -> None:
    """Before its batch no answer is there; then all come at one moment, by random ids, under names of their threads."""
    asked = _asks(world)
    silent = [_blank(world, sent) for sent in asked]
    for sent in reversed(asked[::2]):
        _answers(world, sent)
    waiting = [_blank(world, sent) for sent in asked]
    with _both(world) as (vault, record):
        with vault.write(by=OPERATOR) as tx:
            tx.execute(update(arrived_letters).values(crosses_at=arrived_letters.c.crosses_at - BATCH))
        cross_answers(vault, record)
        with record.read() as conn:
            answers = conn.execute(select(letter_answers)).all()
            here = letters.c.kind == "question"
            told = {tuple(row._mapping[name] for name in TELLS) for row in conn.execute(select(letters).where(here))}
            lines = [line for line in audit.page(conn, before=None, limit=500) if line.action == "letter.answer"]
            found = list(stores.rows(conn, metadata))
    case = world.attackers[DETECTIVE].get(f"/v1/cases/{world.case_id}/questions")
    tried(len(found) + len(asked))

    assert len(asked) >= 3
    assert waiting == silent, "an answer on its way changes no byte"
    assert len({json.dumps(one) for one in silent}) == 1, "nor does whose post it is"
    assert len(answers) == len(asked[::2])
    assert {row.shown_at % BATCH for row in answers} == {0}
    assert len({row.shown_at for row in answers}) == len({line.at for line in lines}) == 1
    assert [line.subject for line in reversed(lines)] == sorted(line.subject for line in lines)
    assert len(told) == 1
    assert len({row.name for row in answers}) == len(answers)
    places = [*found, ("the case's questions", case.body)]
    assert [str(hit) for hit in world.oracle.hits_in(places)] == []


def test_a79_a_question_to_a_post_that_is_gone_was_never_there_or_is_not_seen_is_one_answer(
    world: World, tried: Tried
) -> None:
    """Byte for byte; and nobody but its author reads a letter, or learns that there is one."""
    detective, path = world.attackers[DETECTIVE], f"/v1/cases/{world.case_id}/questions"
    named = [new_id(), *(sent.post_id for sent in world.withdrawn)]
    asked = [detective.ask("POST", path, json={"post_id": one, "text": ASKED}) for one in named]
    helped = [detective.ask("POST", path.replace("questions", "helped"), json={"post_id": one}) for one in named]
    with _both(world) as (vault, _), vault.read() as conn:
        known = conn.execute(select(arrived_letters.c.id)).scalars().first()
    other = world.people[-1]
    with other.client(world.stack.resident) as http:
        receipt = other.sent[0].receipt
        reading = [http.get(f"/v1/inbox/questions/{one}") for one in (new_id(), _not_theirs(world, other.number))]
        answers = [
            http.post(f"/v1/receipts/{receipt}/questions/{one}/answers", json={"text": "No."})
            for one in (new_id(), _not_theirs(world, other.number))
        ]
    tried(len(asked) + len(helped) + len(reading) + len(answers))

    assert known is not None
    for told in (asked, helped):
        assert {(one.status, one.body) for one in told} == {(404, told[0].body)}
    for answered in (reading, answers):
        assert {(one.status_code, one.content) for one in answered} == {(404, answered[0].content)}


def test_a80_a_question_that_somebody_wrote_into_the_record_reaches_nobody(world: World, tried: Tried) -> None:
    """In words that may not be asked, by who does not work in the case, of no case: and the desk is told the same."""
    sent = world.live[0]
    with _both(world) as (vault, record):
        with record.write(by=OPERATOR) as tx:
            dee, other = (
                tx.connection.execute(select(staff_members.c.id).where(is_it)).scalars().first()
                for is_it in (staff_members.c.name == DETECTIVE_NAME, staff_members.c.name != DETECTIVE_NAME)
            )
            forged: list[dict[str, Any]] = [
                {"asked_by": other},
                {"case_id": None},
                {"text": "What is your name?", "asked_by": dee},
                {"text": "See https://who.example", "asked_by": dee},
                {"kind": "helped", "asked_by": dee},
                {"kind": "warning", "case_id": None, "reason": "privacy", "asked_by": other},
                {"kind": "asked", "case_id": None, "reason": "privacy", "asked_by": other},
                {"kind": "decided", "case_id": None, "reason": "privacy", "text": "", "asked_by": other},
            ]
            ids = [new_id() for _ in forged]
            for one, changes in zip(ids, forged, strict=True):
                row: dict[str, Any] = {
                    "id": one,
                    "kind": "question",
                    "post_id": sent.post_id,
                    "case_id": world.case_id,
                    "thread": one,
                }
                row |= {"text": ASKED, "listed": "", "reason": "", "guidelines": 1, "asked_at": 0, "due_at": 0}
                row["asked_by"] = dee
                tx.execute(insert(letters).values(**{**row, "ends_at": tx.now() + DAY, **changes}))
            tx.audit("made.up", "")
        bring_letters(vault, record)
        with vault.read() as conn:
            reached = conn.execute(select(func.count()).where(arrived_letters.c.id.in_(ids))).scalar_one()
        with record.write(by=OPERATOR) as tx:
            done = tx.connection.execute(select(letters.c.carried_out).where(letters.c.id.in_(ids))).scalars().all()
            tx.execute(letters.delete().where(letters.c.id.in_(ids)))
            tx.audit("made.up", "")
    tried(len(forged))

    assert (reached, set(done), len(done)) == (0, {True}, len(forged))


def test_a81_what_is_asked_and_answered_stands_in_no_line_no_audit_and_no_redis(world: World, tried: Tried) -> None:
    """Nor in mail or on the feed: in the letter, in its answer, and to who may read them."""
    words = [word.encode() for word in ("zwrkvltn", "qxjvbnth")]
    with world.stores.record() as record, record.read() as conn:
        where = [(name, data) for name, data in stores.rows(conn, metadata) if any(word in data for word in words)]
    with world.stores.record_redis() as first, world.stores.airlock_redis() as second:
        found = [*stores.dump_of(first), *stores.dump_of(second), *world.stores.lines()]
    found += [(mail.name, mail.read_bytes()) for mail in world.stores.mails()]
    found += [(f"the feed, to {who}", frame) for who, frame in world.after.frames]
    tried(len(found) + len(where))

    assert {name for name, _ in where} == {"letters.text", "letter_answers.text"}
    assert [name for name, data in found if any(word in data for word in words)] == []


@contextmanager
def _both(world: World) -> Iterator[tuple[Database, Database]]:
    with world.stores.vault() as vault, world.stores.record() as record:
        yield vault, record


def _asks(world: World) -> list[Sent]:
    """The detective asks authors of posts on screen, as many as a day allows, and the airlock brings it."""
    detective, asked = world.attackers[DETECTIVE], []
    for sent in world.live:
        body = {"post_id": sent.post_id, "text": ASKED}
        told = detective.ask("POST", f"/v1/cases/{world.case_id}/questions", json=body)
        if told.status == 201:
            asked.append(sent)
        if len(asked) == MOST:
            break
    with _both(world) as (vault, record):
        bring_letters(vault, record)
    return asked


def _answers(world: World, sent: Sent) -> None:
    with world.author(sent).client(world.stack.resident) as http:
        found = ask(http, "GET", f"/v1/receipts/{sent.receipt}")["letters"]
        (letter,) = (one for one in found if one["kind"] == "question")
        said = {"text": f"{ANSWERED} Call {sent.phone}."}
        ask(http, "POST", f"/v1/receipts/{sent.receipt}/questions/{letter['id']}/answers", json=said)


def _blank(world: World, sent: Sent) -> dict[str, Any]:
    """What the case is told of this post's thread, without what was drawn for it and when the desk itself asked."""
    threads = world.attackers[DETECTIVE].json(f"/v1/cases/{world.case_id}/questions")["items"]
    (thread,) = [one for one in threads if one["post_id"] == sent.post_id]
    items = [{**one, "id": "", "at": ""} for one in thread["items"]]
    return {**thread, "post_id": "", "items": items}


def _not_theirs(world: World, number: int) -> str:
    """A letter that reached somebody else's clip."""
    theirs = [sent.post_id for sent in world.sent if sent.author != number]
    with _both(world) as (vault, _), vault.read() as conn:
        query = select(arrived_letters.c.id).join(clip_rows, clip_rows.c.id == arrived_letters.c.clip_id)
        return str(conn.execute(query.where(clip_rows.c.post_id.in_(theirs)).limit(1)).scalar_one())
