"""Decisions carried out whole: claims, appeals, two people for what was removed for safety, and a minute to undo."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from api.staff.moderation.deciding import FOR_SAFETY
from feed.bell import Bell
from storage import audit, feed_log
from storage.db import RESIDENT, Database
from storage.moderation import appeals, decisions, flags, takedowns
from storage.objects import Folder
from storage.posts.posts import TRANSITIONS, Post, PostState, Verb
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient
from tests.builders import NOON, a_flag

pytestmark = pytest.mark.engines("sqlite")
STAND = (PostState.LIVE, PostState.HELD, PostState.HIDDEN, PostState.REMOVED)
VERBS = ("hold", "hide", "restore", "remove", "dismiss")


def decide(ask: Client, post: Post, verb: str, reason: str = "graphic") -> object:
    """The state after a decision, or the code of what stood in the way."""
    answer = ask.post(f"/v1/posts/{post.id}/decisions", {"verb": verb, "reason": reason})
    return answer.json()["state"] if answer.status_code == 200 else answer.json()["error"]["code"]


def undo(ask: Client, post: Post) -> object:
    """The same of undoing it."""
    answer = ask.ask("DELETE", f"/v1/posts/{post.id}/decisions/last")
    return answer.json()["state"] if answer.status_code == 200 else answer.json()["error"]["code"]


def appeal(record: Database, post: Post) -> None:
    """The author answers."""
    with record.write(by=RESIDENT) as tx:
        appeals.add(tx, post.id, text="It is my own car.", at=NOON)


def state_of(record: Database, post: Post) -> str:
    """Where the post stands."""
    return builders.the_post(record, post.id).state


def test_each_verb_leads_from_each_state_where_the_table_says(
    record: Database, ann: Client, city: builders.City
) -> None:
    """Cell by cell, and undone each is where it was; a verb that leads nowhere leaves no line of the audit."""
    for state, verb in product(STAND, VERBS):
        post = builders.a_recorded_post(record, builders.a_new_post())
        builders.set_state(record, post.id, state)
        goal = state if verb == "dismiss" else TRANSITIONS.get((state, Verb(verb)), "conflict")
        if (state, verb) == (PostState.REMOVED, "restore"):
            goal = state  # nobody knows why it was removed, so another one is to agree
        with record.read() as conn:
            before = audit.head(conn)

        assert decide(ann, post, verb) == goal, (state, verb)
        if goal == "conflict":
            with record.read() as conn:
                assert audit.head(conn) == before
            assert undo(ann, post) == "nothing_to_undo"
        else:
            assert undo(ann, post) == state, (state, verb)
        assert state_of(record, post) == state


def test_what_somebody_works_on_nobody_else_decides(record: Database, ann: Client, ben: Client, post: Post) -> None:
    """Claimed, shown to the other with a name, refused to them; decided by its owner, it is free again."""
    mine = ann.ask("PUT", f"/v1/posts/{post.id}/claim")
    his = ben.ask("PUT", f"/v1/posts/{post.id}/claim")

    assert (mine.status_code, mine.json()["mine"]) == (200, True)
    assert (his.status_code, his.json()["error"]["code"]) == (409, "claimed")
    assert mine.json()["by"] in his.json()["error"]["message"]
    assert decide(ben, post, "hide") == "claimed"
    assert state_of(record, post) == "live"
    assert decide(ann, post, "hide") == "hidden"
    assert decide(ben, post, "restore") == "live"


def test_a_claim_is_of_ones_own_divisions(as_staff: NewClient, post: Post) -> None:
    """Elsewhere it is not there, claimed or not; letting go of nothing is nothing."""
    stranger = as_staff(Role.MODERATOR, "East")

    assert stranger.ask("PUT", f"/v1/posts/{post.id}/claim").status_code == 404
    assert stranger.ask("DELETE", f"/v1/posts/{post.id}/claim").status_code == 204
    assert undo(stranger, post) == "not_there"


@pytest.mark.parametrize(
    ("verb", "state", "told"),
    [("restore", "live", "granted"), ("dismiss", "hidden", "denied"), ("remove", "removed", "denied")],
)
def test_an_appeal_is_decided_by_another_moderator(
    record: Database, ann: Client, ben: Client, post: Post, verb: str, state: str, told: str
) -> None:
    """Not by whose decision it is against; whatever the other one decides settles it, and undone it waits again."""
    decide(ann, post, "hide")
    appeal(record, post)

    assert decide(ann, post, verb) == "own_decision"
    assert ann.ask("PUT", f"/v1/posts/{post.id}/claim").json()["error"]["code"] == "own_decision"
    assert undo(ann, post) == "live"
    assert decide(ann, post, "hide") == "hidden"
    appeal(record, post)
    assert decide(ben, post, verb) == state
    with record.read() as conn:
        settled = appeals.newest(conn, post.id)
    assert (settled and settled.state, undo(ben, post)) == (told, "hidden")
    with record.read() as conn:
        assert appeals.open_of(conn, [post.id]).keys() == {post.id}


def test_two_people_bring_back_what_was_removed_for_safety(
    record: Database, city: builders.City, ann: Client, ben: Client
) -> None:
    """The first proposes, and cannot agree with themselves; the second carries it out. An appeal waits until then."""
    for reason in FOR_SAFETY:
        post = builders.a_recorded_post(record, builders.a_new_post())
        decide(ann, post, "remove", reason)
        appeal(record, post)

        first = ben.post(f"/v1/posts/{post.id}/decisions", {"verb": "restore", "reason": "within_guidelines"}).json()
        again = decide(ben, post, "restore")
        with record.read() as conn:
            waits = appeals.open_of(conn, [post.id])

        assert (first["state"], first["waits_for_second"], again) == ("removed", True, "needs_second")
        assert (state_of(record, post), len(waits)) == ("removed", 1)
        assert decide(ann, post, "restore") == "own_decision"


def test_the_second_of_two_carries_it_out(record: Database, ann: Client, ben: Client, post: Post) -> None:
    """And whoever says no in between ends the proposal, so that it takes two again."""
    decide(ann, post, "remove", "child")
    decide(ann, post, "restore", "within_guidelines")
    assert decide(ben, post, "dismiss", "within_guidelines") == "removed"
    decide(ann, post, "restore", "within_guidelines")

    assert state_of(record, post) == "removed"
    assert decide(ben, post, "restore", "within_guidelines") == "live"


def test_what_was_removed_for_another_reason_takes_one(record: Database, ann: Client, post: Post) -> None:
    """Whatever else it had been taken off for before."""
    decide(ann, post, "hide", "child")
    decide(ann, post, "remove", "not_true")

    assert decide(ann, post, "restore", "within_guidelines") == "live"


def test_undoing_puts_back_all_that_was_settled_and_tells_the_feed(
    record: Database, ann: Client, ben: Client, post: Post, tmp_path: Path
) -> None:
    """State, flags and the notes for a restored backup; the author is told of no decision; nobody else can undo it."""
    a_flag(record, post.id)
    decide(ann, post, "remove", "child")
    notes = Folder(tmp_path)
    takedowns.note_decisions(record, notes)
    assert takedowns.noted(notes).down == {post.id: "removed"}

    assert undo(ben, post) == "nothing_to_undo"
    assert undo(ann, post) == "live"
    assert undo(ann, post) == "nothing_to_undo"

    with record.read() as conn:
        line = feed_log.after(conn, 0, limit=100)[-1]
        assert flags.of_posts(conn, [post.id]).keys() == {post.id}
        assert decisions.newest(conn, post.id) is None
        lines = [entry.action for entry in audit.page(conn, before=None, limit=3)]
    takedowns.note_decisions(record, notes)
    assert takedowns.noted(notes).down == {}
    assert (line.kind, line.post_id) == ("post.updated", post.id)
    assert lines == ["letter.forget", "post.undo", "decision.undo"]


def test_a_request_that_comes_twice_is_as_one(record: Database, ann: Client, post: Post) -> None:
    """Two dismissals leave one decision, and undone the flags wait again; two undoings take back one decision."""
    a_flag(record, post.id)
    assert [decide(ann, post, "dismiss") for _ in range(2)] == ["live", "live"]
    assert undo(ann, post) == "live"
    with record.read() as conn:
        assert flags.of_posts(conn, [post.id]).keys() == {post.id}
        assert len(decisions.of_post(conn, post.id)) == 1

    decide(ann, post, "hide")
    decide(ann, post, "restore", "within_guidelines")
    assert [undo(ann, post) for _ in range(2)] == ["hidden", "nothing_to_undo"]
    assert state_of(record, post) == "hidden"


def test_what_somebody_else_works_on_by_now_is_not_undone(
    record: Database, ann: Client, ben: Client, post: Post
) -> None:
    """What was held waits in the queue, and whoever opened it there sees it change under nobody's hands."""
    decide(ann, post, "hold")
    ben.ask("PUT", f"/v1/posts/{post.id}/claim")

    assert undo(ann, post) == "claimed"
    ben.ask("DELETE", f"/v1/posts/{post.id}/claim")
    assert undo(ann, post) == "live"


def test_a_post_that_moved_on_is_not_put_back(record: Database, ann: Client, post: Post) -> None:
    """Its author withdrew it meanwhile: there is nothing to undo."""
    decide(ann, post, "hide")
    builders.entomb(record, post.id)

    assert undo(ann, post) == "not_there"


def test_several_are_decided_at_once_and_one_that_fails_stops_no_other(
    record: Database, bell: Bell, ann: Client, ben: Client, post: Post
) -> None:
    """Each has an answer of its own, in the order asked; another division's is not there."""
    taken, elsewhere = builders.a_published_post(record, bell), builders.a_published_post(record, bell, division="East")
    last = builders.a_published_post(record, bell)
    ben.ask("PUT", f"/v1/posts/{taken.id}/claim")
    ids = [post.id, taken.id, elsewhere.id, last.id, post.id]

    body = {"post_ids": ids, "verb": "hide", "reason": "graphic", "note": "one of many"}
    items = ann.post("/v1/moderation/decisions", body).json()["items"]

    assert [(one["post_id"], one["state"], one["code"]) for one in items] == [
        (post.id, "hidden", None),
        (taken.id, None, "claimed"),
        (elsewhere.id, None, "not_there"),
        (last.id, "hidden", None),
    ]
    with record.read() as conn:
        assert [one.note for one in decisions.of_post(conn, last.id)] == ["one of many"]


def test_several_are_at_most_fifty(ann: Client, city: builders.City) -> None:
    """And at least one, each of them an id."""
    for ids in ([], ["a" * 26] * 51, ["a" * 41]):
        answer = ann.post("/v1/moderation/decisions", {"post_ids": ids, "verb": "hide", "reason": "graphic"})

        assert answer.status_code == 422


def test_every_act_leaves_one_line_for_each_thing_it_changed(
    record: Database, ann: Client, ben: Client, post: Post
) -> None:
    """Claim, decision, proposal, second look and undoing, in the audit's order."""
    steps = [
        (lambda: ann.ask("PUT", f"/v1/posts/{post.id}/claim"), ["claim.take"]),
        (lambda: ann.ask("DELETE", f"/v1/posts/{post.id}/claim"), ["claim.release"]),
        (lambda: ann.ask("DELETE", f"/v1/posts/{post.id}/claim"), []),
        (lambda: decide(ann, post, "remove", "child"), ["post.remove", "decision.add"]),
        (lambda: appeal(record, post), ["appeal.add"]),
        (lambda: decide(ben, post, "restore"), ["decision.add"]),
        (lambda: undo(ben, post), ["decision.undo"]),
        (lambda: decide(ben, post, "dismiss"), ["post.dismiss", "decision.add", "appeal.settle"]),
        (lambda: undo(ben, post), ["decision.undo", "appeal.reopen"]),
    ]

    for act, expected in steps:
        with record.read() as conn:
            before = audit.head(conn)
        act()
        with record.read() as conn:
            lines = audit.page(conn, before=None, limit=max(1, audit.head(conn) - before))
        assert [line.action for line in reversed(lines) if line.seq > before] == expected
        assert {line.subject for line in lines if line.seq > before} <= {post.id}


def edit(ask: Client, post: Post, *cut: str, reason: str = "harassment") -> tuple[int, object]:
    """Takes words out: the status, and the title afterwards or the code of what stood in the way."""
    answer = ask.post(f"/v1/posts/{post.id}/edits", {"cut": cut, "reason": reason, "note": ""})
    body = answer.json()
    return answer.status_code, body["post"]["title"] if answer.status_code == 200 else body["error"]["code"]


def test_words_taken_out_settle_the_flags_and_cannot_be_undone(
    record: Database, ann: Client, ben: Client, as_staff: NewClient, post: Post
) -> None:
    """Decided like anything else: claimed by one, in one's divisions, by a guideline; its author is told which."""
    a_flag(record, post.id, slip="a slip")
    ben.ask("PUT", f"/v1/posts/{post.id}/claim")
    assert edit(ann, post, "van") == (409, "claimed")
    assert edit(as_staff(Role.MODERATOR, "East"), post, "van") == (404, "not_there")
    assert edit(ben, post, "van", reason="boring") == (422, "refused")
    assert edit(ben, post, "lorry") == (422, "refused")

    assert edit(ben, post, "van") == (200, "A […] with its lights off")

    assert undo(ben, post) == "not_undoable"
    with record.read() as conn:
        assert flags.of_posts(conn, [post.id]) == {}
        outcome, told = flags.outcome(conn, "a slip"), decisions.edited(conn, post.id)
        (past,) = decisions.of_post(conn, post.id)
    assert (outcome and outcome.verb, told and told.reason) == ("edit", "harassment")
    assert (past.verb, past.from_state, past.to_state) == ("edit", "live", "live")
