"""A decision that is undone leaves the post where it was, and everyone on the feed is told."""

from __future__ import annotations

import pytest

from feed.bell import Bell
from feed.undoing import put_back
from storage import audit, feed_log
from storage.db import OPERATOR, Database
from storage.feed_log import Kind
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import PostId, new_id
from storage.moderation.takedowns import UNDO
from storage.posts.posts import PostState
from tests import builders

pytestmark = [pytest.mark.usefixtures("city"), pytest.mark.engines("sqlite")]
LIVE, HELD, HIDDEN, REMOVED = PostState.LIVE, PostState.HELD, PostState.HIDDEN, PostState.REMOVED


def a_post(record: Database, state: PostState) -> PostId:
    """A post that stands so."""
    post_id = builders.a_recorded_post(record, builders.a_new_post()).id
    builders.set_state(record, post_id, state)
    return post_id


def undo(record: Database, bell: Bell, post_id: PostId, before: PostState, after: PostState) -> list[Kind]:
    """What everybody is told of it."""
    with record.read() as conn:
        head = feed_log.head(conn).seq
    with record.write(by=OPERATOR) as tx:
        put_back(tx, bell, post_id, from_state=before, to_state=after)
        tx.audit("test", post_id)
    with record.read() as conn:
        return [line.kind for line in feed_log.after(conn, head, limit=10)]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (LIVE, HIDDEN, Kind.UPDATED),
        (HELD, LIVE, Kind.HIDDEN),
        (HIDDEN, LIVE, Kind.HIDDEN),
        (REMOVED, LIVE, Kind.REMOVED),
    ],
)
def test_the_post_is_where_it_was(
    record: Database, bell: Bell, before: PostState, after: PostState, told: Kind
) -> None:
    """On the screens again, or off them again, as the audit says too."""
    post_id = a_post(record, after)

    assert undo(record, bell, post_id, before, after) == [told]
    assert builders.the_post(record, post_id).state is before
    with record.read() as conn:
        lines = audit.page(conn, before=None, limit=3)
    assert [line.payload for line in lines if line.action == UNDO] == [{"from": after, "to": before}]


def test_what_changed_nothing_is_told_to_nobody(record: Database, bell: Bell) -> None:
    """A warning, or flags that were dismissed."""
    assert undo(record, bell, a_post(record, LIVE), LIVE, LIVE) == []


def test_a_post_that_has_moved_on_is_left(record: Database, bell: Bell) -> None:
    """Another decision came since; and one that is gone is not there."""
    post_id = a_post(record, HELD)

    with pytest.raises(Conflict) as refused:
        undo(record, bell, post_id, LIVE, HIDDEN)
    assert (refused.value.code, builders.the_post(record, post_id).state) == ("moved_on", HELD)
    with pytest.raises(NotThere):
        undo(record, bell, PostId(new_id()), LIVE, HIDDEN)
