"""Links by which a post is seen outside: drawn, kept as digests, and ended with the post."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from feed import posting
from feed.bell import Bell
from storage.db import AIRLOCK, OPERATOR, RESIDENT, Database
from storage.kit.errors import Conflict, NotThere
from storage.posts import posts
from storage.posts.posts import Post, PostState, Verb
from storage.public import shared_links
from storage.public.shared_links import Shared, SharedLink, Shows, Where
from storage.schema import audit_entries, feed_log, posts as post_rows, renditions, shared_links as rows
from tests import builders

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def post(record: Database, bell: Bell) -> Post:
    """A live post."""
    return builders.a_published_post(record, bell)


def make(record: Database, post: Post, shows: Shows = Shows.ALL, place: Where = Where.BLOCK) -> tuple[str, SharedLink]:
    """A link, and how it is listed."""
    with record.write(by=RESIDENT) as tx:
        return shared_links.make(tx, post.id, shows=shows, place=place)


def find(record: Database, link: str) -> Shared | None:
    """What the link shows, if anything."""
    with record.read() as conn:
        try:
            return shared_links.find(conn, link)
        except NotThere:
            return None


def test_a_link_shows_what_it_was_made_for(record: Database, post: Post) -> None:
    """And the post as it stands; each link by itself, and none is another with a letter changed."""
    link, listed = make(record, post, Shows.WORDS, Where.DIVISION)
    other, _ = make(record, post)

    found = find(record, link)

    assert found == Shared(listed.id, PostState.LIVE, post, Shows.WORDS, Where.DIVISION)
    assert (len(link), link == other) == (52, False)
    assert find(record, link[:-1] + ("a" if link[-1] != "a" else "b")) is None
    with record.read() as conn:
        assert listed in shared_links.of_post(conn, post.id)


def test_of_a_link_the_digest_alone_is_kept(record: Database, post: Post) -> None:
    """Neither the link nor who or when; making and revoking one leaves no line in the audit or the feed."""
    with record.read() as conn:
        before = [len(conn.execute(select(table)).all()) for table in (audit_entries, feed_log)]

    link, listed = make(record, post)
    with record.read() as conn:
        (row,) = conn.execute(select(rows)).all()
    with record.write(by=RESIDENT) as tx:
        shared_links.revoke(tx, post.id, listed.id)

    assert link not in row
    assert row._fields == ("id", "digest", "post_id", "shows", "place")
    with record.read() as conn:
        assert [len(conn.execute(select(table)).all()) for table in (audit_entries, feed_log)] == before


def test_a_revoked_link_is_as_one_that_never_was(record: Database, bell: Bell, post: Post) -> None:
    """Another one goes on; nobody revokes it by another post's."""
    (link, listed), (kept, _) = make(record, post), make(record, post)
    other = builders.a_published_post(record, bell)
    with pytest.raises(NotThere), record.write(by=RESIDENT) as tx:
        shared_links.revoke(tx, other.id, listed.id)

    with record.write(by=RESIDENT) as tx:
        shared_links.revoke(tx, post.id, listed.id)

    assert find(record, link) is None
    assert find(record, kept) is not None
    with record.read() as conn:
        assert shared_links.states(conn, [listed.id]) == {}


@pytest.mark.parametrize("verb", [Verb.HOLD, Verb.HIDE, Verb.REMOVE])
def test_it_shows_nothing_while_the_post_is_off_the_feed(record: Database, bell: Bell, post: Post, verb: Verb) -> None:
    """And shows it again when it is restored; meanwhile nobody makes another."""
    link, _ = make(record, post)
    with record.write(by=OPERATOR) as tx:
        posting.decide(tx, bell, post.id, verb, reason="privacy")

    assert find(record, link) is None
    with pytest.raises(NotThere):
        make(record, post)
    with record.write(by=OPERATOR) as tx:
        posting.decide(tx, bell, post.id, Verb.RESTORE, reason="privacy")
    assert find(record, link) is not None


@pytest.mark.parametrize("verb", [Verb.WITHDRAW, Verb.EXPIRE])
def test_it_goes_with_the_post(record: Database, bell: Bell, post: Post, verb: Verb) -> None:
    """No row of it is left."""
    link, _ = make(record, post)

    with record.write(by=AIRLOCK) as tx:
        posting.end(tx, bell, post.id, verb)

    assert find(record, link) is None
    with record.read() as conn:
        assert conn.execute(select(rows)).all() == []


def test_a_post_has_ten_links_at_most(record: Database, post: Post) -> None:
    """The eleventh is a conflict that says what to do."""
    for _ in range(shared_links.MOST):
        make(record, post)

    with pytest.raises(Conflict) as told:
        make(record, post)

    assert told.value.code == "too_many_links"


@pytest.mark.engines("postgresql")
def test_the_public_programs_role_sees_what_is_shared_and_no_more(record: Database, bell: Bell, post: Post) -> None:
    """By the database itself: neither the words nor the files of a post nobody shares, nor of one that is hidden."""
    hidden, private = builders.a_published_post(record, bell), builders.a_published_post(record, bell)
    links = [make(record, one)[0] for one in (post, hidden)]
    with record.write(by=OPERATOR) as tx:
        posting.decide(tx, bell, hidden.id, Verb.HIDE, reason="privacy")
    public = builders.as_role(record, "public")

    with public.read() as conn:
        assert list(conn.execute(select(post_rows.c.id)).scalars()) == [post.id]
        assert private.id not in set(conn.execute(select(renditions.c.post_id)).scalars())
        assert posts.one(conn, [private.division], private.id) is None
    assert [find(public, link) is not None for link in links] == [True, False]
