"""What removed clips looked like, for a while."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from storage.db import AIRLOCK, Database
from storage.kit.ids import PostId, new_id
from storage.moderation import removed_views
from storage.moderation.removed_views import KEPT_MS
from storage.posts.posts import PostState
from storage.schema import removed_views as rows
from tests.builders import a_new_post, a_recorded_post, set_state

pytestmark = pytest.mark.usefixtures("city")
VIEWS, OTHER = b"12345678" * 2, b"abcdefgh"


def a_post(record: Database, state: PostState = PostState.REMOVED, *, order: int = 1, kind: str = "video") -> PostId:
    """A post that stands so."""
    post_id = a_recorded_post(record, a_new_post(kind=kind), order=order).id
    set_state(record, post_id, state)
    return post_id


def remember(record: Database, post_id: PostId, views: bytes = VIEWS) -> None:
    """What the airlock does once it has looked."""
    with record.write(by=AIRLOCK) as tx:
        removed_views.remember(tx, post_id, views)
        tx.audit("test", post_id)


def forget(record: Database) -> int:
    """A round of the chores."""
    with record.write(by=AIRLOCK) as tx:
        return removed_views.forget(tx)


def kept(record: Database, kind: str = "video", *, besides: str = "") -> list[bytes]:
    """What later ones of that kind are held against."""
    with record.read() as conn:
        return removed_views.all_of(conn, kind, besides=PostId(besides or new_id()))


def test_removed_clips_are_missing_until_they_are_remembered(record: Database) -> None:
    """Only removed ones, each with its kind; of many, so many as were asked for."""
    first, second = sorted(
        (a_post(record, order=order, kind=kind), kind) for order, kind in ((1, "video"), (2, "photo"))
    )
    a_post(record, PostState.HIDDEN, order=3)

    with record.read() as conn:
        assert removed_views.missing(conn, limit=5) == [first, second]
        assert removed_views.missing(conn, limit=1) == [first]

    remember(record, first[0], b"")  # not one that can be known again: it is not looked at twice
    with record.read() as conn:
        assert removed_views.missing(conn, limit=5) == [second]


def test_a_clip_is_held_against_every_other_removed_one(record: Database) -> None:
    """Never against itself, nor against one that has no views."""
    one, two, blank = (a_post(record, order=order) for order in (1, 2, 3))
    for post_id, views in ((one, VIEWS), (two, OTHER), (blank, b"")):
        remember(record, post_id, views)

    assert sorted(kept(record)) == [VIEWS, OTHER]
    assert kept(record, besides=one) == [OTHER]


def test_nothing_is_kept_of_a_post_that_is_back(record: Database) -> None:
    """Neither when it came back while it was looked at, nor when it comes back later."""
    back, later = a_post(record, PostState.LIVE), a_post(record, order=2)
    remember(record, back)
    remember(record, later)
    assert kept(record) == [VIEWS]

    set_state(record, later, PostState.LIVE)

    assert kept(record) == []
    assert [forget(record), forget(record)] == [1, 0]


def test_when_the_time_is_over_the_row_stays_and_is_empty(record: Database) -> None:
    """So the clip is not looked at again; one whose time is not over keeps its views."""
    old, new = a_post(record), a_post(record, order=2)
    remember(record, old)
    remember(record, new, OTHER)
    with record.write(by=AIRLOCK) as tx:
        tx.execute(update(rows).where(rows.c.post_id == old).values(at=rows.c.at - KEPT_MS - 1))
        tx.audit("test", old)

    assert [forget(record), forget(record)] == [1, 0]
    assert kept(record) == [OTHER]
    with record.read() as conn:
        assert removed_views.missing(conn, limit=5) == []
