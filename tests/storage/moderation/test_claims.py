"""Claims: one moderator at a time, and none for ever."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from feed import posting
from feed.bell import Bell
from storage import audit
from storage.db import RESIDENT, Actor, Database
from storage.kit.errors import Conflict
from storage.kit.ids import PostId, StaffId
from storage.moderation import claims
from storage.moderation.claims import Claim
from storage.posts import changes, posts
from storage.posts.posts import Post, Verb
from storage.schema import claims as rows
from tests import builders
from tests.at_once import at_once

MANY = 6


@pytest.fixture
def post(record: Database, bell: Bell, city: builders.City) -> Post:
    """A live post."""
    return builders.a_published_post(record, bell)


def take(record: Database, post_id: PostId, member: StaffId) -> Claim:
    """A claim by that member."""
    with record.write(by=Actor(f"staff:{member}")) as tx:
        changes.hold(tx, post_id)
        return claims.POSTS.take(tx, post_id, member)


def test_of_many_who_claim_at_once_one_gets_it(record: Database, post: Post) -> None:
    """On either engine; the others are told who, and only the one stands on the audit."""
    members = [builders.a_moderator(record, f"mo{number}") for number in range(MANY)]

    answers = at_once(MANY, lambda number: take(record, post.id, members[number]))

    (won,) = [answer for answer in answers if isinstance(answer, Claim)]
    lost = [answer for answer in answers if isinstance(answer, Conflict)]
    assert [(one.code, one.message) for one in lost] == [("claimed", f"{won.name} is working on this post.")] * (
        MANY - 1
    )
    with record.read() as conn:
        taken = [line.by for line in audit.page(conn, before=None, limit=20) if line.action == "claim.take"]
        assert claims.POSTS.of(conn, [post.id]) == {post.id: won}
    assert taken == [f"staff:{won.staff_id}"]


@pytest.mark.engines("sqlite")
def test_a_claim_is_prolonged_by_its_owner_and_let_go_by_nobody_else(record: Database, post: Post) -> None:
    """Each leaves one line; letting go of another's leaves none."""
    ann, ben = builders.a_moderator(record, "ann"), builders.a_moderator(record, "ben")
    first = take(record, post.id, ann)
    with record.read() as conn:
        before = audit.head(conn)

    again = take(record, post.id, ann)
    with record.write(by=Actor("staff:ben")) as tx:
        claims.POSTS.release(tx, post.id, ben)
    with record.write(by=Actor("staff:ann")) as tx:
        claims.POSTS.release(tx, post.id, ann)

    assert again.ends_at >= first.ends_at
    with record.read() as conn:
        lines = [line.action for line in audit.page(conn, before=None, limit=audit.head(conn) - before)]
    assert lines == ["claim.release", "claim.take"]
    assert take(record, post.id, ben).name == "ben"


@pytest.mark.engines("sqlite")
def test_a_claim_ends_by_itself_and_is_not_kept(record: Database, bell: Bell, post: Post) -> None:
    """Ten minutes after it was taken, whoever comes next has it; of the old one no row is left, of whatever post."""
    ann, ben = builders.a_moderator(record, "ann"), builders.a_moderator(record, "ben")
    take(record, post.id, ann)
    take(record, builders.a_published_post(record, bell).id, ann)
    with record.write(by=RESIDENT) as tx:
        tx.execute(update(rows).values(ends_at=tx.now() - 1))
        tx.audit("test", "")

    with record.read() as conn:
        assert claims.POSTS.of(conn, [post.id]) == {}
    assert take(record, post.id, ben).staff_id == ben
    with record.read() as conn:
        assert conn.execute(select(func.count()).select_from(rows)).scalar_one() == 1


@pytest.mark.engines("sqlite")
def test_a_post_that_is_gone_is_nobodys_work(record: Database, bell: Bell, post: Post) -> None:
    """The author takes it back while a moderator has it open."""
    take(record, post.id, builders.a_moderator(record))

    with record.write(by=RESIDENT) as tx:
        posting.end(tx, bell, post.id, Verb.WITHDRAW)

    with record.read() as conn:
        assert posts.state_of(conn, post.id) == "withdrawn"
        assert claims.POSTS.of(conn, [post.id]) == {}
