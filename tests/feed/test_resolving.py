"""Resolved: a line under a post's words, put there and taken away by its author, and told to who has the post."""

from __future__ import annotations

import pytest

from feed.bell import Bell
from feed.correcting import correct, correctable
from feed.resolving import MARK, is_resolved, set_resolved
from storage import audit, feed_log
from storage.db import RESIDENT, Database
from storage.feed_log import Kind
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import PostId, new_id
from storage.posts.posts import PostState
from tests import builders

pytestmark = pytest.mark.usefixtures("city")


def say(record: Database, bell: Bell, post_id: PostId, *, resolved: bool = True) -> str:
    """Its author says so, under the resident program's own role; the text as it is then."""
    with builders.as_role(record, "resident").write(by=RESIDENT) as tx:
        set_resolved(tx, bell, post_id, resolved=resolved)
    return builders.the_post(record, post_id).text


def test_it_stands_under_the_words_and_is_told_once(record: Database, bell: Bell) -> None:
    """One line of the feed and one of the audit, without a word of it; said again nothing happens."""
    post = builders.a_published_post(record, bell)

    assert [say(record, bell, post.id) for _ in range(2)] == [f"{post.text}\n\n{MARK}"] * 2

    with record.read() as conn:
        told = [line.kind for line in feed_log.after(conn, 0, limit=100)]
        entries = [entry.action for entry in audit.page(conn, before=None, limit=100)]
    assert (told[-1], told.count(Kind.UPDATED), entries.count("post.resolve")) == (Kind.UPDATED, 2, 1)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("text", ["", "It went round the block twice.", "Two\n\nparagraphs."])
def test_taken_away_the_words_are_as_before(record: Database, bell: Bell, text: str) -> None:
    """Also with a correction below it, which stays."""
    post = builders.a_published_post(record, bell, text=text)

    resolved = say(record, bell, post.id)
    assert is_resolved(resolved)
    assert say(record, bell, post.id, resolved=False) == text
    say(record, bell, post.id)
    with record.write(by=RESIDENT) as tx:
        correct(tx, bell, correctable(tx, post.id), "It was ours.")
    assert say(record, bell, post.id, resolved=False) == f"{text}\n\n[correction] It was ours.".lstrip()


@pytest.mark.engines("sqlite")
def test_what_is_over_is_not_resolved(record: Database, bell: Bell) -> None:
    """A removed one is refused, one that never was is not there."""
    post = builders.a_published_post(record, bell)
    builders.set_state(record, post.id, PostState.REMOVED)

    with pytest.raises(Conflict):
        say(record, bell, post.id)
    with pytest.raises(NotThere):
        say(record, bell, PostId(new_id()))
