"""Lists of posts, narrowed by division, category, kind, block, time, state and words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.db import Database
from storage.kit.clock import DAY
from storage.kit.ids import PostId
from storage.posts import lists as post_lists
from storage.posts.lists import Wanted
from storage.posts.posts import PostState
from tests.builders import NOON, a_new_post, a_recorded_post, block, division, set_state

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
    set_state(record, hidden.id, PostState.HIDDEN)

    with record.read() as conn:
        listed = post_lists.page(conn, [division()], wanted, before=None, limit=10)

    assert {post.id for post in listed} == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(kind="photo"), {"porch", "lawn"}),
        (Wanted(kind="video"), {"van"}),
        (Wanted(categories=["crime"], kind="photo"), {"porch"}),
        (Wanted(categories=[], kind="photo"), set()),
        (Wanted(blocks=[block(number=1)]), {"porch"}),
        (Wanted(blocks=[block(number=0), block(number=1)]), {"porch", "van"}),
        (Wanted(categories=["crime"], kind="video", blocks=[block(number=0), block(number=1)]), {"van"}),
        (Wanted(words="grey", blocks=[block(number=1), block(number=2)]), {"porch", "lawn"}),
        (Wanted(words="grey", kind="video"), set()),
        (Wanted(blocks=[]), set()),
        (Wanted(blocks=[block("North")]), set()),
    ],
)
@pytest.mark.parametrize("part", [1, 10_000])
def test_a_list_is_narrowed_to_kinds_and_blocks(
    record: Database, monkeypatch: pytest.MonkeyPatch, wanted: Wanted, found: set[str], part: int
) -> None:
    """Also together with words, whichever way these are found; a block of a division not asked for holds nothing."""
    monkeypatch.setattr(post_lists, "NEWEST_PART", part)
    a_recorded_post(record, a_new_post(id="van", kind="video", category="crime", block_number=0), order=1)
    grey = a_new_post(kind="photo", title="Grey", block_number=1)
    a_recorded_post(record, replace(grey, id=PostId("porch"), category="crime"), order=2)
    a_recorded_post(record, replace(grey, id=PostId("lawn"), category="animal", block=block(number=2)), order=3)
    a_recorded_post(record, replace(grey, id=PostId("far"), block=block("North")), order=4)

    with record.read() as conn:
        listed = post_lists.page(conn, [division()], wanted, before=None, limit=10)
        among = post_lists.among(conn, [division()], wanted, [PostId(each) for each in ("van", "porch", "lawn", "far")])

    assert {post.id for post in listed} == set(among) == found
