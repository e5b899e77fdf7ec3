"""Ten items of the queue are decided without a pointer, a key for each."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import select

from feed import posting
from feed.bell import Bell
from storage.db import AIRLOCK, RESIDENT
from storage.kit import keys, settings
from storage.kit.ids import PostId, new_id
from storage.kit.redis import connect
from storage.moderation import flags
from storage.posts import posts
from storage.posts.posts import NewPost
from storage.record import open_record
from storage.schema import blocks, divisions
from tests import builders
from tests.journeys.conftest import Stack
from tests.journeys.test_moderation import _moderates
from tests.journeys.test_people import DESK, NewPage, chromium, new_page, pytestmark  # noqa: F401

DIVISION = "Shoal Creek"  # where nobody else's queue is
KEYS = "dhxdhxdhxd"  # keep, hide, remove
BECOMES = {"d": "live", "h": "hidden", "x": "removed"}


def test_ten_items_are_decided_by_ten_keys(stack: Stack, new_page: NewPage) -> None:  # noqa: F811
    """The next is open when the last is decided; the picture is covered until v; z takes the last one back."""
    post_ids = _ten_flagged(stack)
    page = _moderates(new_page(DESK), stack, "Kay", division=DIVISION)
    expect(page.get_by_text("10 to decide")).to_be_visible()

    for number, key in enumerate(KEYS):
        expect(page.get_by_role("button", name="Hide", exact=True)).to_be_enabled()
        page.keyboard.press(key)
        left = len(KEYS) - number - 1
        expect(page.get_by_text(f"{left} to decide" if left else "The queue is empty")).to_be_visible()

    found = _states(stack, post_ids)
    assert sorted(found) == sorted(BECOMES[key] for key in KEYS)
    page.keyboard.press("z")
    expect(page.get_by_text("1 to decide")).to_be_visible()
    page.keyboard.press("h")
    expect(page.get_by_text("The queue is empty")).to_be_visible()
    assert sorted(_states(stack, post_ids)) == sorted(BECOMES[key] for key in (*KEYS[:-1], "h"))


def _ten_flagged(stack: Stack) -> list[PostId]:
    """Ten posts of the division, flagged one after the other: what the airlock would have published."""
    here = settings.record(stack._env)
    record, bell = open_record(here.database), Bell(connect(here.redis), keys.read_or_make(here.bell_key_file))
    with record.read() as conn:
        query = select(blocks.c.id).join(divisions, divisions.c.id == blocks.c.division_id)
        block = conn.execute(query.where(divisions.c.name == DIVISION).limit(1)).scalar_one()
    made = [PostId(new_id()) for _ in KEYS]
    for number, post_id in enumerate(made):
        said = {"title": f"Something {number}", "text": "", "happened_at": builders.NOON, "published_at": builders.NOON}
        new = NewPost(id=post_id, kind="video", category="other", block=block, seconds=2000, **said)  # type: ignore[arg-type]
        with record.write(by=AIRLOCK) as tx:
            posting.publish(tx, bell, new, builders.some_files(), generation=1)
        with record.write(by=RESIDENT) as tx:
            flag = {"reason": "privacy", "text": "", "at_seconds": 0, "flagged_at": builders.NOON + number}
            flags.add(tx, post_id, origin="neighbour", **flag)  # type: ignore[arg-type]
    record.engine.dispose()
    return made


def _states(stack: Stack, post_ids: list[PostId]) -> list[str]:
    record = open_record(settings.record(stack._env).database)
    with record.read() as conn:
        found = [str(posts.state_of(conn, one)) for one in post_ids]
    record.engine.dispose()
    return found
