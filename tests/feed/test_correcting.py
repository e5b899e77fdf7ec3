"""Corrections: added, never taken away, found and told."""

from __future__ import annotations

import pytest

from feed import posting
from feed.bell import Bell
from feed.correcting import MARK, MOST, correct, correctable
from storage import audit, feed_log
from storage.db import RESIDENT, Database
from storage.feed_log import Kind
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import PostId
from storage.posts import lists as post_lists
from storage.posts.lists import Wanted
from storage.posts.posts import Post, PostState, Verb
from tests import builders

pytestmark = pytest.mark.usefixtures("city")


def say(record: Database, bell: Bell, post_id: PostId, words: str = "It was a contractor.") -> None:
    """Its author corrects it, under the resident program's own role."""
    with builders.as_role(record, "resident").write(by=RESIDENT) as tx:
        correct(tx, bell, correctable(tx, post_id), words)


def test_a_correction_stands_under_what_was_said_and_is_told(record: Database, bell: Bell) -> None:
    """One line of the feed, one of the audit without a word of it; and the post is found by its words."""
    post = builders.a_published_post(record, bell)

    say(record, bell, post.id)

    now = builders.the_post(record, post.id)
    assert now.text == f"{post.text}\n\n{MARK} It was a contractor."
    with record.read() as conn:
        line, entry = feed_log.after(conn, 0, limit=100)[-1], audit.page(conn, before=None, limit=1)[0]
        found = post_lists.page(conn, [post.division], Wanted(words="contractor"), before=None, limit=9)
    assert (line.kind, line.post_id) == (Kind.UPDATED, post.id)
    assert (entry.action, entry.subject, entry.payload) == ("post.correct", post.id, None)
    assert [one.id for one in found] == [post.id]


@pytest.mark.engines("sqlite")
def test_what_can_be_corrected_is_what_stands(record: Database, bell: Bell) -> None:
    """The whole table; off the feed it is told to nobody."""
    allowed = set()
    for state in PostState:
        post = builders.a_recorded_post(record, builders.a_new_post())
        builders.set_state(record, post.id, state)
        with record.read() as conn:
            before = feed_log.head(conn).seq
        try:
            say(record, bell, post.id)
        except Conflict as refused:
            assert refused.code == "not_correctable"
            continue
        except NotThere:
            assert state is PostState.KEPT
            continue
        allowed.add(state)
        with record.read() as conn:
            assert (feed_log.head(conn).seq > before) is (state is PostState.LIVE)

    assert allowed == {PostState.LIVE, PostState.HELD, PostState.HIDDEN}


@pytest.mark.engines("sqlite")
def test_five_corrections_are_enough_and_none_outlives_its_post(record: Database, bell: Bell) -> None:
    """The sixth is refused; withdrawn, nothing of them is left, and nothing can be added any more."""
    post: Post = builders.a_published_post(record, bell)
    for number in range(MOST):
        say(record, bell, post.id, f"xylograph {number}")
    with pytest.raises(Conflict) as enough:
        say(record, bell, post.id)

    with record.write(by=RESIDENT) as tx:
        posting.end(tx, bell, post.id, Verb.WITHDRAW)

    assert enough.value.code == "corrected_enough"
    assert b"xylograph" not in builders.all_rows(record)
    with pytest.raises(NotThere):
        say(record, bell, post.id)
