"""Lists of posts, narrowed by division, category, time, state and words."""

from __future__ import annotations

import pytest

from storage import post_changes, post_lists
from storage.db import AIRLOCK, Database
from storage.kit.clock import DAY
from storage.post_lists import Wanted
from storage.posts import PostState
from tests.builders import NOON, a_new_post, a_recorded_post, division

pytestmark = pytest.mark.usefixtures("city")


def test_the_newest_comes_first_and_pages_go_on(record: Database) -> None:
    """A list goes by the order of publishing; `before` goes on where a page ended."""
    first, second, third = (a_recorded_post(record, a_new_post(), order=n) for n in (1, 2, 3))

    with record.read() as conn:
        page = post_lists.page(conn, [division()], Wanted(), before=None, limit=2)
        rest = post_lists.page(conn, [division()], Wanted(), before=page[-1].order_key, limit=2)

    assert [post.id for post in page] == [third.id, second.id]
    assert [post.id for post in rest] == [first.id]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), {"cat", "van"}),
        (Wanted(categories=["animal"]), {"cat"}),
        (Wanted(categories=[]), set()),
        (Wanted(since=NOON), {"van"}),
        (Wanted(words="GREY"), {"cat"}),
        (Wanted(words="block van"), {"van"}),
        (Wanted(words="grey van"), set()),
        (Wanted(words="%"), set()),
        (Wanted(words="_"), set()),
        (Wanted(states=[PostState.HIDDEN]), {"hidden"}),
        (Wanted(states=list(PostState)), {"cat", "van", "hidden"}),
    ],
)
def test_a_list_is_narrowed(record: Database, wanted: Wanted, found: set[str]) -> None:
    """By category, time, all of the words (taken literally, in any case) and state; live ones unless asked."""
    a_recorded_post(
        record,
        a_new_post(id="cat", category="animal", title="A cat", text="A grey one.", published_at=NOON - DAY),
        order=1,
    )
    a_recorded_post(record, a_new_post(id="van", text="Round the block."), order=2)
    hidden = a_recorded_post(record, a_new_post(id="hidden", text="Gone."), order=3)
    with record.write(by=AIRLOCK) as tx:
        post_changes.set_state(tx, hidden.id, PostState.HIDDEN)
        tx.audit("test", hidden.id)

    with record.read() as conn:
        listed = post_lists.page(conn, [division()], wanted, before=None, limit=10)

    assert {post.id for post in listed} == found
