"""Words taken out of a post: whole ones, wherever they stand, and for good."""

from __future__ import annotations

import pytest

from feed.bell import Bell
from feed.editing import cut_out
from storage import audit, feed_log
from storage.db import Actor, Database
from storage.feed_log import Kind
from storage.kit.errors import Conflict, Refused
from storage.kit.ids import PostId
from storage.posts import lists as post_lists, posts, words as post_words
from storage.posts.lists import Wanted
from storage.posts.posts import PostState
from tests import builders

pytestmark = pytest.mark.usefixtures("city")
MO = Actor("staff:mo")


def cut(record: Database, bell: Bell, post_id: PostId, *words: str) -> tuple[str, str]:
    """A moderator takes words out, under the staff program's own role; title and text afterwards."""
    mine = builders.as_role(record, "staff")
    with mine.write(by=MO) as tx:
        feed_log.lock(tx)
        post = posts.locked(tx, post_id)
        assert post is not None
        cut_out(tx, bell, post, words, reason="harassment")
    post_words.forget_all(mine, by=MO)
    now = builders.the_post(record, post_id)
    return now.title, now.text


def test_words_are_taken_out_of_title_and_text_told_and_forgotten(record: Database, bell: Bell) -> None:
    """They are found no more; the audit says how many, and no word of them is on the record."""
    post = builders.a_published_post(record, bell, title="Xylograph again", text="That Xylograph\nis at it.")

    assert cut(record, bell, post.id, "Xylograph", "at it.") == ("[…] again", "That […]\nis […]")

    with record.read() as conn:
        line, entry = feed_log.after(conn, 0, limit=100)[-1], audit.page(conn, before=None, limit=1)[0]
        found = post_lists.page(conn, [post.division], Wanted(words="xylograph"), before=None, limit=9)
    assert (line.kind, line.post_id, found) == (Kind.UPDATED, post.id, [])
    assert (entry.action, entry.payload) == ("post.edit", {"reason": "harassment", "cut": 2})
    assert b"ylograph" not in builders.all_rows(record)


@pytest.mark.engines("sqlite")
def test_only_what_stands_between_blanks_is_taken_out(record: Database, bell: Bell) -> None:
    """The longest first; a part of a word, or words that stand nowhere, are refused, and nothing changes."""
    for words, left in {
        ("a",): "[…] van, […] ladder and […] vane",
        ("a van,", "van,"): "[…] a ladder and a vane",
        ("and a vane",): "a van, a ladder […]",
        (".*",): None,
        ("van",): None,
        ("vane ",): None,
    }.items():
        post = builders.a_recorded_post(record, builders.a_new_post(text="a van, a ladder and a vane", title="T"))
        if left is not None:
            assert cut(record, bell, post.id, *words) == ("T", left)
            continue
        with pytest.raises(Refused):
            cut(record, bell, post.id, *words)
        assert builders.the_post(record, post.id) == post


@pytest.mark.engines("sqlite")
def test_what_can_be_edited_is_what_stands(record: Database, bell: Bell) -> None:
    """The whole table; off the feed it is told to nobody."""
    allowed = set()
    for state in PostState:
        post = builders.a_recorded_post(record, builders.a_new_post())
        builders.set_state(record, post.id, state)
        with record.read() as conn:
            before = feed_log.head(conn).seq
        if state is PostState.KEPT:
            with record.read() as conn:
                assert posts.one(conn, [post.division], post.id) is None
            continue
        try:
            cut(record, bell, post.id, "van")
        except Conflict as refused:
            assert refused.code == "not_editable"
            continue
        allowed.add(state)
        with record.read() as conn:
            assert (feed_log.head(conn).seq > before) is (state is PostState.LIVE)

    assert allowed == {PostState.LIVE, PostState.HELD, PostState.HIDDEN}
