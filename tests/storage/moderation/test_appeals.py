"""Appeals: when an author may answer, and what becomes of it."""

from __future__ import annotations

import pytest

from feed import posting
from feed.bell import Bell
from storage import audit
from storage.db import OPERATOR, RESIDENT, Database
from storage.kit.errors import Conflict
from storage.kit.ids import PostId
from storage.moderation import appeals, decisions
from storage.moderation.appeals import Appeal, OpenAppeal
from storage.moderation.decisions import PROPOSE
from storage.posts import changes as post_changes
from storage.posts.posts import Post, PostState, Verb
from storage.staff import staff
from tests import builders
from tests.builders import NOON

pytestmark = [pytest.mark.usefixtures("city"), pytest.mark.engines("sqlite")]


def decided(record: Database, post: Post, verb: str, state: PostState, by: str = "mo") -> str:
    """A moderator decided, and the post is in that state."""
    with record.write(by=OPERATOR) as tx:
        moderator = staff.find(tx.connection, by) or staff.make(tx, by)
        post_changes.set_state(tx, post.id, state)
        return builders.a_decision(tx, post.id, verb, by=moderator, reason="graphic", before=post.state, after=state)


def answer(record: Database, post_id: PostId, text: str = "It was my own car.") -> Appeal:
    """Its author appeals."""
    with record.write(by=RESIDENT) as tx:
        return appeals.add(tx, post_id, text=text, at=NOON)


def test_an_author_may_answer_what_took_a_post_off(record: Database) -> None:
    """The whole table: it is off the feed by a moderator, and by a decision that took it off."""
    verbs = ("hide", "hold", "remove", "restore", "dismiss", PROPOSE, None)

    allowed = {(state, verb) for state in PostState for verb in verbs if _may_answer(record, state, verb)}

    taken_off = (PostState.HELD, PostState.HIDDEN, PostState.REMOVED)
    assert allowed == {(state, verb) for state in taken_off for verb in ("hide", "hold", "remove")}


def test_a_decision_is_answered_once_and_a_new_one_anew(record: Database, bell: Bell) -> None:
    """The second answer to the same decision is a conflict; each that counts is one line of the audit."""
    post = builders.a_published_post(record, bell)
    decided(record, post, "hold", PostState.HELD)
    answer(record, post.id)

    with pytest.raises(Conflict) as again:
        answer(record, post.id)
    with record.write(by=OPERATOR) as tx:
        appeals.settle(tx, post.id, granted=False, by="a decision")
    decided(record, post, "remove", PostState.REMOVED, by="ben")
    answer(record, post.id)

    assert again.value.code == "appealed_before"
    with record.read() as conn:
        lines = [line for line in audit.page(conn, before=None, limit=20) if line.action == "appeal.add"]
        assert appeals.newest(conn, post.id) == Appeal(appeals.AppealState.OPEN, NOON)
    assert len(lines) == 2
    assert all("car" not in repr(line) and line.by == "resident" for line in lines)


@pytest.mark.parametrize(("granted", "state"), [(True, "granted"), (False, "denied")])
def test_an_appeal_waits_until_it_is_settled(record: Database, bell: Bell, granted: bool, state: str) -> None:
    """Who decided before is told with it; settled, its author sees how; undone, it waits again."""
    post = builders.a_published_post(record, bell)
    decided(record, post, "hide", PostState.HIDDEN)
    answer(record, post.id)
    with record.read() as conn:
        last = decisions.last(conn, post.id)
        assert last is not None
        waits = {post.id: OpenAppeal(post.id, "It was my own car.", NOON, last.staff_id)}
        assert appeals.open_of(conn, [post.id]) == waits

    with record.write(by=OPERATOR) as tx:
        appeals.settle(tx, post.id, granted=granted, by="d")
    with record.read() as conn:
        assert (appeals.newest(conn, post.id), appeals.open_of(conn, [post.id])) == (Appeal(state, NOON), {})  # type: ignore[arg-type]

    with record.write(by=OPERATOR) as tx:
        appeals.reopen(tx, post.id, "d")
    with record.read() as conn:
        assert appeals.open_of(conn, [post.id]) == waits


def test_what_was_undone_needs_no_answer_any_more(record: Database, bell: Bell) -> None:
    """The appeal against a decision that its moderator took back has got what it asked."""
    post = builders.a_published_post(record, bell)
    against = decided(record, post, "hide", PostState.HIDDEN)
    answer(record, post.id)

    with record.write(by=OPERATOR) as tx:
        appeals.reopen(tx, post.id, against)

    with record.read() as conn:
        assert appeals.newest(conn, post.id) == Appeal(appeals.AppealState.MOOT, NOON)


def test_words_of_an_appeal_go_with_the_post(record: Database, bell: Bell) -> None:
    """Withdrawn, nothing of them is on the record."""
    post = builders.a_published_post(record, bell)
    decided(record, post, "hide", PostState.HIDDEN)
    answer(record, post.id, "a word that is nowhere else: xylograph")

    with record.write(by=RESIDENT) as tx:
        posting.end(tx, bell, post.id, Verb.WITHDRAW)

    assert b"xylograph" not in builders.all_rows(record)


def _may_answer(record: Database, state: PostState, verb: str | None) -> bool:
    post = builders.a_recorded_post(record, builders.a_new_post())
    if verb:
        decided(record, post, verb, state)
    builders.set_state(record, post.id, state)
    with record.read() as conn:
        may = appeals.may_appeal(conn, post.id)
    try:
        return answer(record, post.id).state == "open" and may
    except Conflict as refused:
        assert (refused.code, may) == ("nothing_to_appeal", False)
        return False
