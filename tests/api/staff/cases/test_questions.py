"""Asking the unknown author of a post, for a case: who may, by which rules, how often, and what is told of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from feed.bell import Bell
from storage import audit
from storage.cases import questions
from storage.db import OPERATOR, Database
from storage.kit.clock import BATCH, DAY
from storage.kit.ids import new_id
from storage.schema import case_entries, letter_answers, letters, posts
from storage.staff.staff import Role
from tests import builders
from tests.api.staff.casework import Casework, casework  # noqa: F401 - fixture

ASKED = "Do you have the minutes before?"


def earlier(record: Database, by: int) -> None:
    """As if all that was asked had been asked so long before."""
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(letters).values(asked_at=letters.c.asked_at - by, ends_at=letters.c.ends_at - by))
        tx.audit("test", "")


def test_a_question_is_asked_and_answered_in_its_thread(record: Database, bell: Bell, casework: Casework) -> None:  # noqa: F811
    """Told as waiting, then as sent; the timeline names it and no line repeats its words."""
    path, post = casework.opened(), builders.a_published_post(record, bell)

    told = casework.detective.ask.post(f"{path}/questions", {"post_id": post.id, "text": ASKED})

    assert told.status_code == 201
    (thread,) = told.json()["items"]
    (one,) = thread["items"]
    assert (thread["post_id"], one["text"], one["by"], one["kind"]) == (post.id, ASKED, "Dee", "question")
    assert (one["sent"], one["answer"]) == (False, None)
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(letters).values(carried_out=True))
        said = {"letter_id": one["id"], "name": "Calm Elm 12", "text": "Yes.", "shown_at": BATCH}
        tx.execute(letter_answers.insert().values(**said))
        tx.audit("test", "")
    (thread,) = casework.lead.ask.get(f"{path}/questions").json()["items"]
    answer = {"name": "Calm Elm 12", "text": "Yes.", "at": "1970-01-01T12:00:00Z"}
    assert (thread["items"][0]["sent"], thread["items"][0]["answer"]) == (True, answer)
    assert [entry["kind"] for entry in casework.lead.ask.get(path).json()["timeline"]][-1] == "question"
    with record.read() as conn:
        lines = audit.page(conn, before=None, limit=20)
    assert "case.question" in {line.action for line in lines}
    assert ASKED not in repr(lines)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("text", "hint"),
    [("What is your name?", "who they are"), ("See https://x.example.org", "links"), ("You must answer", "Nobody has")],
)
def test_what_may_not_be_asked_is_refused_with_how_to_ask_it(casework: Casework, text: str, hint: str) -> None:  # noqa: F811
    """Before it is looked for whom it is meant; the words are not repeated."""
    answer = casework.detective.ask.post("/v1/cases/x/questions", {"post_id": "x", "text": text})

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "reword")
    assert hint in answer.json()["error"]["fields"]["text"]
    assert text not in answer.text


@pytest.mark.engines("sqlite")
def test_only_who_works_in_the_open_case_asks_and_only_of_its_division(
    record: Database,
    bell: Bell,
    casework: Casework,  # noqa: F811
) -> None:
    """A lead and a closed case are refused; another division's, a withdrawn and no post are the same nothing."""
    path, post = casework.opened(), builders.a_published_post(record, bell)
    both = casework.new(Role.DETECTIVE, "Central", "East")
    stranger = casework.new(Role.ANALYST, "Central", name="Ann")
    elsewhere = builders.a_published_post(record, bell, division="East")
    casework.lead.ask.post(f"{path}/members", {"member_id": both.id})
    gone = builders.a_published_post(record, bell)
    builders.entomb(record, gone.id)

    def ask(who: Any, post_id: str) -> Any:
        return who.ask.post(f"{path}/questions", {"post_id": post_id, "text": ASKED})

    never = ask(both, new_id())
    assert [ask(both, other).content for other in (elsewhere.id, gone.id)] == [never.content] * 2
    assert never.status_code == ask(stranger, post.id).status_code == 404
    assert ask(casework.lead, post.id).status_code == 403
    casework.lead.ask.post(f"{path}/close")
    assert ask(both, post.id).json()["error"]["code"] == "case_state"
    assert casework.detective.ask.get(f"{path}/questions").json() == {"items": []}


@pytest.mark.engines("sqlite")
def test_a_kept_post_is_there_to_be_asked_about_for_its_case_alone(
    record: Database,
    bell: Bell,
    casework: Casework,  # noqa: F811
) -> None:
    """For another case of the same detective, and for one who works in neither, it is as one that never was."""
    path, other = casework.opened(), casework.opened("CR-2")
    post, stranger = builders.a_published_post(record, bell), casework.new(Role.DETECTIVE, "Central")
    why = {"reason": "shows_it", "confidence": "certain"}
    casework.detective.ask.post(f"{path}/links", {"post_id": post.id, **why})
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(posts).where(posts.c.id == post.id).values(state="kept"))
        tx.audit("test", post.id)

    def say(who: Any, where: str, post_id: str) -> list[Any]:
        asked = who.ask.post(f"{where}/questions", {"post_id": post_id, "text": ASKED})
        return [asked, who.ask.post(f"{where}/helped", {"post_id": post_id})]

    for who, where in ((casework.detective, other), (stranger, path), (stranger, other), (casework.lead, other)):
        told = [(one.status_code, one.content) for one in say(who, where, post.id)]
        assert told == [(one.status_code, one.content) for one in say(who, where, new_id())]
        assert {status for status, _ in told} == {404}
    assert [one.status_code for one in say(casework.lead, path, post.id)] == [403, 403]
    assert [one.status_code for one in say(casework.detective, path, post.id)] == [201, 201]


@pytest.mark.engines("sqlite")
def test_a_day_and_a_case_have_their_limits(
    record: Database,
    bell: Bell,
    casework: Casework,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Counted in the timeline, so that a post which was taken back counts too."""
    monkeypatch.setattr(questions, "MOST_A_DAY", 2)
    monkeypatch.setattr(questions, "MOST_OF_CASE", 3)
    path = casework.opened()

    def ask() -> Any:
        post = builders.a_published_post(record, bell)
        answer = casework.detective.ask.post(f"{path}/questions", {"post_id": post.id, "text": ASKED})
        return answer.json().get("error", {}).get("code")

    assert [ask() for _ in range(3)] == [None, None, "too_often"]
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(case_entries).values(at=case_entries.c.at - DAY))
        tx.audit("test", "")
    assert [ask() for _ in range(2)] == [None, "too_many_questions"]


@pytest.mark.engines("sqlite")
def test_one_tap_says_that_it_helped_once(record: Database, bell: Bell, casework: Casework) -> None:  # noqa: F811
    """Of a linked post; it is in the thread and in the timeline."""
    path, post = casework.opened(), builders.a_published_post(record, bell)
    why = {"reason": "shows_it", "confidence": "certain"}
    unlinked = casework.detective.ask.post(f"{path}/helped", {"post_id": post.id})
    casework.detective.ask.post(f"{path}/links", {"post_id": post.id, **why})

    told = casework.detective.ask.post(f"{path}/helped", {"post_id": post.id})

    again = casework.detective.ask.post(f"{path}/helped", {"post_id": post.id})
    assert (unlinked.status_code, told.status_code, again.json()["error"]["code"]) == (404, 201, "told_before")
    assert [one["kind"] for one in told.json()["items"][0]["items"]] == ["helped"]
    assert casework.lead.ask.get(path).json()["timeline"][-1]["kind"] == "helped"


@pytest.mark.engines("sqlite")
def test_the_rules_are_told_to_who_may_ask(casework: Casework) -> None:  # noqa: F811
    """In every language."""
    told = casework.detective.ask.get("/v1/questions/guidelines").json()

    assert [rule["id"] for rule in told["rules"]] == ["link", "contact", "who", "pressure", "race_only"]
    assert all(one["text"]["es"] for one in told["listed"])
