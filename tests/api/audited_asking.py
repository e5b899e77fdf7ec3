"""What staff ask authors, owners and divisions; and what is covered, judged first and packed for court.

Each call with the audit's lines it leaves, told as a story (tests/api/test_audited.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storage.cases import keys as case_keys
from storage.db import AIRLOCK, RESIDENT, Database
from storage.footage import answers as footage_answers
from storage.footage.answers import Kind
from storage.kit.clock import DAY, now
from storage.kit.ids import CaseId, PostId, RequestId
from storage.moderation import comment_flags
from storage.posts import comments
from tests import builders
from tests.api.asking import Client
from tests.api.staff.footage_work import LARGE, a_draft
from tests.storage.footage.asked import a_batch, squares

LINES = {
    "POST /v1/cases/{case_id}/questions": "case.question",
    "POST /v1/cases/{case_id}/helped": "case.helped",
    "POST /v1/cases/{case_id}/exports": "case.export",
    "POST /v1/cases/{case_id}/requests/previews": "",
    "POST /v1/cases/{case_id}/requests": "case.footage; case.footage; case.footage",
    "POST /v1/requests/{request_id}/approve": "case.approve",
    "POST /v1/requests/{request_id}/refuse": "case.deny",
    "POST /v1/requests/{request_id}/resolve": "case.resolve",
    "POST /v1/cases/{case_id}/answers/{answer_id}/contact": "case.contact",
    "POST /v1/posts/{post_id}/asks": "decision.add",
    "POST /v1/posts/{post_id}/blurs": "post.hold decision.add decision.add blur.ask",
    "POST /v1/comments/{comment_id}/decisions": "comment.keep; comment.remove",
    "DELETE /v1/comments/{comment_id}/decisions/last": "comment.undo",
    "GET /v1/posts/{post_id}/comments": "comments.view",
    "POST /v1/comments/{comment_id}/flags": "comment_flag.add",
    "POST /v1/requests/{request_id}/flags": "request_flag.add",
    "PUT /v1/requests/{request_id}/claim": "request_claim.take; request_claim.take",
    "DELETE /v1/requests/{request_id}/claim": "request_claim.release",
    "POST /v1/requests/{request_id}/decisions": "request.dismiss; case.recall request.take_back",
    "DELETE /v1/requests/{request_id}/decisions/last": "request.undo",
    "PUT /v1/premoderation": "premoderation.begin",
    "DELETE /v1/premoderation/{division_id}/{category}": "premoderation.end",
    "POST /v1/notices": "notice.write; notice.write",
    "POST /v1/notices/{notice_id}/consent": "notice.consent",
    "POST /v1/notices/{notice_id}/refuse": "notice.refuse",
    "POST /v1/notices/{notice_id}/end": "notice.end",
}
Ask = Callable[..., Any]
TEXT = "Do you have the minutes before?"


def in_a_case(record: Database, ask: Ask, ann: Client, ben: Client, case_id: str, post: str) -> None:
    """In an open case of Ann's, to which the post is linked; Ben leads."""
    case = {"case_id": case_id}
    ask(ann, "POST /v1/cases/{case_id}/questions", {"post_id": post, "text": TEXT}, **case)
    ask(ann, "POST /v1/cases/{case_id}/helped", {"post_id": post}, **case)
    ask(ann, "POST /v1/cases/{case_id}/exports", {}, **case)
    small, large = a_draft(case_number="CR-1"), a_draft(LARGE, case_number="CR-1")
    other = a_draft(squares(range(9, 11), range(4, 6)), case_number="CR-1")
    ask(ann, "POST /v1/cases/{case_id}/requests/previews", small, **case)
    for draft in (other, large):
        ask(ann, "POST /v1/cases/{case_id}/requests", draft, **case)
    first = {one["state"]: one["id"] for one in ann.get(f"/v1/cases/{case_id}/requests").json()["items"]}
    ask(ben, "POST /v1/requests/{request_id}/approve", request_id=first["waiting"])
    ask(ann, "POST /v1/requests/{request_id}/resolve", request_id=first["waiting"])
    with record.write(by=AIRLOCK) as tx:
        public = case_keys.public_of(tx.connection, CaseId(case_id))
        assert public is not None
        request = RequestId(first["sent"])
        sealed = {"contact": case_keys.seal(public, request, b"Ann"), "contact_expires_at": now() + DAY}
        answer = footage_answers.bring(tx, request, Kind.ASK_ME, shown_at=a_batch(), **sealed)
    ask(ann, "POST /v1/cases/{case_id}/answers/{answer_id}/contact", answer_id=answer, **case)
    _flagged(ask, ann, ben, request)


def _flagged(ask: Ask, ann: Client, ben: Client, request: str) -> None:
    """Ann, who works in the case, says that something is wrong with a request; Ben, who does not, judges it."""
    there = {"request_id": request}
    ask(ann, "POST /v1/requests/{request_id}/flags", {"reason": "pressure"}, **there)
    ask(ben, "PUT /v1/requests/{request_id}/claim", {}, **there)
    ask(ben, "DELETE /v1/requests/{request_id}/claim", **there)
    ask(ben, "PUT /v1/requests/{request_id}/claim", {}, **there)
    path = "POST /v1/requests/{request_id}/decisions"
    ask(ben, path, {"verb": "dismiss", "reason": "within_guidelines"}, **there)
    ask(ben, "DELETE /v1/requests/{request_id}/decisions/last", **there)
    ask(ben, path, {"verb": "take_back", "reason": "pressure"}, **there)


def refuse_one(ask: Ask, ann: Client, ben: Client, case_id: str) -> None:
    """A large request that the second person refuses."""
    ask(ann, "POST /v1/cases/{case_id}/requests", a_draft(LARGE, case_number="CR-1"), case_id=case_id)
    items = ann.get(f"/v1/cases/{case_id}/requests").json()["items"]
    (waits,) = [one["id"] for one in items if one["state"] == "waiting"]
    ask(ben, "POST /v1/requests/{request_id}/refuse", request_id=waits)


def of_moderators(record: Database, ask: Ask, ann: Client, post: str, other: str) -> None:
    """A post's author is asked, a comment of it judged, and a part of another's picture covered."""
    ask(ann, "POST /v1/posts/{post_id}/asks", {"reason": "privacy", "text": TEXT}, post_id=post)
    with record.write(by=RESIDENT) as tx:
        said = comments.add(tx, PostId(post), name="Blue Heron 12", text="I know him.", at=0)
        flag = {"origin": "neighbour", "reason": "privacy", "text": "", "slip": "slip"}
        comment_flags.add(tx, PostId(post), said, flagged_at=0, **flag)  # type: ignore[arg-type]
    there = {"comment_id": said.id}
    ask(ann, "GET /v1/posts/{post_id}/comments", post_id=post)
    ask(ann, "POST /v1/comments/{comment_id}/decisions", {"verb": "keep", "reason": "privacy"}, **there)
    ask(ann, "DELETE /v1/comments/{comment_id}/decisions/last", **there)
    ask(ann, "POST /v1/comments/{comment_id}/flags", {"reason": "privacy"}, **there)
    ask(ann, "POST /v1/comments/{comment_id}/decisions", {"verb": "remove", "reason": "privacy"}, **there)
    blur = {"boxes": [{"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}], "meanwhile": "hold", "reason": "privacy"}
    ask(ann, "POST /v1/posts/{post_id}/blurs", blur, things=2, post_id=other)  # two decisions: held, and covered


def of_leads(ask: Ask, ann: Client, ben: Client) -> None:
    """A kind of event is judged first for a while, and a division is told something."""
    central = builders.division("Central")
    wish = {"division_id": central, "category": "crime", "hours": 6, "note": "A rumour goes round."}
    ask(ann, "PUT /v1/premoderation", wish)
    ask(ann, "DELETE /v1/premoderation/{division_id}/{category}", division_id=central, category="crime")
    found = []
    for text in ("The north road is closed.", "The lost dog was found."):
        made = ask(ann, "POST /v1/notices", {"division_id": central, "text": text})
        found.append(next(one["id"] for one in made["items"] if one["text"] == text))
    ask(ben, "POST /v1/notices/{notice_id}/consent", notice_id=found[0])
    ask(ben, "POST /v1/notices/{notice_id}/refuse", notice_id=found[1])
    ask(ann, "POST /v1/notices/{notice_id}/end", notice_id=found[0])
