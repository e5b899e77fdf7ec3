"""Pages of the log, told as the posts are now."""

from __future__ import annotations

from feed import posting, replay
from feed.bell import Bell
from feed.events import TakenBack, Told
from storage import feed_log
from storage.db import OPERATOR, Database
from storage.posts.posts import Verb
from tests.builders import City, a_published_post
from tests.feed.conftest import happening_again


def test_a_page_is_what_comes_after_a_place(record: Database, city: City, bell: Bell) -> None:
    """Oldest first, no longer than asked for, with the log's head."""
    post = a_published_post(record, bell)
    happening_again(record, post, times=5)

    page = replay.page(record, 2, limit=3)

    assert [told.line.seq for told in page.happenings] == [3, 4, 5]
    assert page.head.seq == 7


def test_lines_of_all_divisions_are_told(record: Database, city: City, bell: Bell) -> None:
    """The node serves everybody; who hears what is decided later."""
    posts = [a_published_post(record, bell, division=name, ready=False).id for name in ("Central", "East", "North")]

    assert [told.line.post_id for told in replay.page(record, 0).happenings] == posts


def test_an_old_line_tells_the_post_as_it_is_now(record: Database, city: City, bell: Bell) -> None:
    """The first line of a post whose media became ready says ready."""
    a_published_post(record, bell, ready=True)

    first = replay.page(record, 0).happenings[0].event

    assert isinstance(first, Told)
    assert first.post.media is not None
    assert first.post.media.state == "ready"


def test_of_a_hidden_post_nothing_but_the_hiding_is_told(record: Database, city: City, bell: Bell) -> None:
    """Its earlier lines are silent, and keep their numbers."""
    post = a_published_post(record, bell, title="A secret", ready=False)
    with record.write(by=OPERATOR) as tx:
        posting.decide(tx, bell, post.id, Verb.HIDE, reason="privacy")

    first, second = replay.page(record, 0).happenings

    assert (first.line.seq, first.event, first.frame) == (1, None, b"")
    assert isinstance(second.event, TakenBack)
    assert b"secret" not in second.frame


def test_an_empty_log_is_an_empty_page(record: Database) -> None:
    """With a head all the same."""
    page = replay.page(record, 0)

    assert page.happenings == []
    with record.read() as conn:
        assert page.head == feed_log.head(conn)
