"""Every call by which a resident changes the record leaves one line of the audit for each thing it changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI

from api.resident.desk import Desk
from api.who import declared
from storage import audit
from tests.api.resident.conftest import NewNeighbour
from tests.api.resident.mine.test_appealing import hidden
from tests.api.resident.neighbour import Neighbour, said as said_of
from tests.api.resident.sending.test_posts import published
from workers.airlock.admit import Airlock

pytestmark = pytest.mark.engines("sqlite")
CHANGES = ("POST", "PUT", "PATCH", "DELETE")
NEIGHBOURS = {
    "POST /v1/posts/{post_id}/comments": "comment.add",
    "POST /v1/posts/{post_id}/flags": "flag.add",
    "POST /v1/comments/{comment_id}/flags": "comment_flag.add",
    "PUT /v1/posts/{post_id}/nods/{kind}": "nod.give",
    "DELETE /v1/posts/{post_id}/nods/{kind}": "nod.take_back",
    "POST /v1/feed/tickets": "",
    "POST /v1/names": "",
    "POST /v1/previews": "",
}
OWN = {  # by the list and by the receipt alike
    "POST {own}/corrections": "post.correct",
    "PUT {own}/resolved": "post.resolve",
    "DELETE {own}/resolved": "post.unresolve",
    "POST {own}/links": "",
    "DELETE {own}/links/{link_id}": "",
    "POST {own}/appeals": "appeal.add",
    "DELETE {own}": "post.withdraw",
}
MINE, RECEIPT = "/v1/posts/mine/{handle}", "/v1/receipts/{receipt}"
# These write to the identity side alone: a line of the record would tell when somebody did it.
IDENTITY = (
    *("/v1/log-ins", "/v1/me/", "/v1/passkeys", "/v1/cameras", "/v1/uploads", "/v1/alerts", "/v1/inbox/"),
    *("/v1/who-could-this-be",),
)
ELSEWHERE = {
    "POST /v1/posts",  # the identity side's, until the airlock publishes: tests/feed/test_posting.py
    "POST /v1/requests/{request_id}/flags",  # tests/api/resident/inbox/test_flagging_requests.py
    *(f"POST {own}/questions/{{letter_id}}/answers" for own in (MINE, RECEIPT)),  # crosses by the airlock
    f"PUT {RECEIPT}/original",  # tests/api/resident/mine/test_mine.py
}


@dataclass
class Story:
    """What is asked, one call after the other, and which lines each left."""

    desk: Desk
    told: dict[str, str] = field(default_factory=dict)

    def ask(self, who: Neighbour, call: str, body: object = None, **parts: str) -> Any:
        """One call by its route, its holes filled; answers what it said."""
        method, path = call.split(" ")
        with self.desk.stores.record.read() as conn:
            before = audit.head(conn)
        answer = who.ask(method, path.format(**parts), body)
        assert answer.is_success, (call, answer.text)
        with self.desk.stores.record.read() as conn:
            found = audit.page(conn, before=None, limit=20)
        lines = [line for line in reversed(found) if line.seq > before]
        twice = [key for key, many in Counter((one.action, one.subject) for one in lines).items() if many > 1]
        assert not twice, (call, twice)
        assert {one.by for one in lines} <= {"resident", "airlock"}
        self.told[call] = " ".join(line.action for line in lines)
        return answer.json() if answer.content else None


def test_each_call_of_a_resident_leaves_one_line_for_each_thing_it_changed(
    app: FastAPI, ada: Neighbour, neighbour: NewNeighbour, desk: Desk, airlock: Airlock
) -> None:
    """All calls that reach the record, in one story; by whom, no line says."""
    story, bob = Story(desk), neighbour("bob")
    for own in (MINE, RECEIPT):
        receipt, post = published(ada, desk, airlock)
        handle = ada.get("/v1/posts/mine")["items"][0]["handle"]
        if own == MINE:
            _neighbours(story, bob, post["id"])
        _own(story, ada, desk, own, post, {"handle": handle, "receipt": receipt})

    expected = {call.replace("{own}", own): lines for own in (MINE, RECEIPT) for call, lines in OWN.items()}
    assert story.told == {**NEIGHBOURS, **expected}
    changing = {f"{one.method} {one.path}" for one in declared(app) if one.method in CHANGES}
    there = {call for call in changing if not call.split(" ")[1].startswith(IDENTITY)}
    assert there - story.told.keys() == ELSEWHERE


def _neighbours(story: Story, bob: Neighbour, post: str) -> None:
    said = story.ask(bob, "POST /v1/posts/{post_id}/comments", {"text": "I saw it too."}, post_id=post)
    story.ask(bob, "POST /v1/posts/{post_id}/flags", {"reason": "privacy"}, post_id=post)
    story.ask(bob, "POST /v1/comments/{comment_id}/flags", {"reason": "privacy"}, comment_id=said["id"])
    for method in ("PUT", "DELETE"):
        story.ask(bob, f"{method} /v1/posts/{{post_id}}/nods/{{kind}}", post_id=post, kind="seen_too")
    story.ask(bob, "POST /v1/feed/tickets")
    story.ask(bob, "POST /v1/names", {"text": "Marcus Miller tried the door."})
    story.ask(bob, "POST /v1/previews", said_of(bob.block))


def _own(story: Story, ada: Neighbour, desk: Desk, own: str, post: dict[str, Any], named: dict[str, str]) -> None:
    story.ask(ada, f"POST {own}/corrections", {"text": "It was a contractor."}, **named)
    story.ask(ada, f"PUT {own}/resolved", **named)
    story.ask(ada, f"DELETE {own}/resolved", **named)
    story.ask(ada, f"POST {own}/links", {"shows": "words", "place": "division"}, **named)
    (link,) = ada.get(f"{own}/links".format(**named))["items"]
    story.ask(ada, f"DELETE {own}/links/{{link_id}}", link_id=link["id"], **named)
    hidden(desk, post)
    story.ask(ada, f"POST {own}/appeals", {"text": "It is my own door."}, **named)
    story.ask(ada, f"DELETE {own}", **named)
