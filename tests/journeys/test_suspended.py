"""A suspended author cannot post, and nobody could tell who it was, or whether there was anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from feed import posting
from feed.bell import Bell
from storage.db import AIRLOCK, OPERATOR
from storage.kit import keys, settings
from storage.kit.clock import DAY
from storage.kit.ids import BlockId, PostId, new_id
from storage.kit.redis import connect
from storage.posts.posts import NewPost
from storage.schema import letters, suspensions
from tests.builders import NOON, some_files
from tests.journeys.conftest import Stack
from tests.journeys.people import Resident
from tests.journeys.precinct import Precinct, sits_at
from tests.journeys.test_people import DESK, PHONE, NewPage, chromium, new_page, photo, pytestmark
from workers.airlock.moderating.questioning import bring_letters
from workers.airlock.moderating.suspending import carry_out

__all__ = ["Browser", "chromium", "new_page", "photo", "pytestmark"]
ALIKE = "This stands here whoever that is, and if nobody is known to be it."
DIVISION, AUTHOR, TITLE = "South", "falls-silent@example.org", "Somebody's bathroom window"


@pytest.fixture
def precinct(stack: Stack) -> Iterator[Precinct]:
    """Both sides of the stack."""
    here = Precinct(stack, DIVISION)
    yield here
    here.close()


def test_a_suspended_author_cannot_post_and_nobody_could_tell_who_it_was(
    stack: Stack, new_page: NewPage, photo: Path, precinct: Precinct
) -> None:
    """Two moderators agree; the author reads both, their other post stays, and of nobody's is told the same."""
    block = precinct.blocks()[0]
    posts = [_posts(stack, photo, block, title) for title in (TITLE, "A lost glove")]
    nobodys = _nobodys(stack, precinct, block)
    tokens = [stack.staff_token(f"{name}-agrees", ["moderator"], [DIVISION]) for name in ("Una", "Vic")]
    for post in (posts[0], nobodys):
        _decides(stack, tokens[0], post, "hide")
    other = _told(stack, tokens[0], posts[1])

    una = sits_at(new_page(DESK), stack, tokens[0], "/moderation/taken-down")
    una.get_by_role("article", name=TITLE).get_by_role("button", name="Suspend author").click()
    una.get_by_role("dialog").get_by_label("Guideline").select_option(index=1)
    una.get_by_role("button", name="Propose, or agree").click()
    expect(una.get_by_role("dialog")).to_have_count(0)
    vic = sits_at(new_page(DESK), stack, tokens[1], "/moderation")
    vic.locator("button[data-row]").filter(has_text=TITLE).click()
    expect(vic.get_by_text("The author may be suspended, says")).to_be_visible()
    expect(vic.get_by_role("button", name="Hide", exact=True)).to_have_count(0)
    vic.keyboard.press("u")
    expect(vic.locator("button[data-row]").filter(has_text=TITLE)).to_have_count(0)
    for token in tokens:
        _decides(stack, token, nobodys, "suspend")
    with precinct.stores.record.write(by=OPERATOR) as tx:
        for waiting in (suspensions, letters):
            tx.execute(update(waiting).values(due_at=0))
        tx.audit("test", "")
    carry_out(precinct.stores, 30 * DAY)
    bring_letters(precinct.stores.vault, precinct.stores.record)

    author = Resident(new_page(PHONE), stack, AUTHOR).page
    author.get_by_role("link", name="Post", exact=True).click()
    expect(author.get_by_text("You cannot send posts for now")).to_be_visible()
    author.get_by_role("link", name="Inbox").click()
    author.get_by_role("link", name=TITLE).click()
    expect(author.get_by_role("heading", name="A moderator decided about this post")).to_be_visible()
    expect(author.get_by_text("Somebody can be recognised who has no part in it.")).to_be_visible()
    una.reload()
    for title in (TITLE, "Nobody's"):
        article = una.get_by_role("article", name=title)
        expect(article.get_by_text(ALIKE)).to_be_visible()
    assert _told(stack, tokens[0], posts[1]) == other
    assert _shape(_told(stack, tokens[0], posts[0])) == _shape(_told(stack, tokens[0], nobodys))


def _posts(stack: Stack, photo: Path, block: BlockId, title: str) -> PostId:
    said = ("--block", block, "--category", "safety", "--title", title)
    code, out, err = stack.run("post", str(photo), "--token", stack.resident_token(AUTHOR), *said)
    assert code == 0, err
    return PostId(json.loads(out.strip().splitlines()[-1])["post_id"])


def _nobodys(stack: Stack, precinct: Precinct, block: BlockId) -> PostId:
    """A post of which nobody is known to have sent it."""
    here = settings.record(stack._env)
    bell, post_id = Bell(connect(here.redis), keys.read_or_make(here.bell_key_file)), PostId(new_id())
    said: dict[str, Any] = {"title": "Nobody's", "text": ""} | dict.fromkeys(("happened_at", "published_at"), NOON)
    new = NewPost(id=post_id, kind="photo", category="safety", block=block, seconds=0, **said)
    with precinct.stores.record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, new, some_files(), generation=1)
    return post_id


def _decides(stack: Stack, token: str, post: PostId, verb: str) -> None:
    said = {"verb": verb, "reason": "privacy"}
    answer = httpx.post(f"{stack.staff}/v1/posts/{post}/decisions", json=said, headers=_by(token), timeout=30)
    assert answer.status_code == 200, answer.text


def _told(stack: Stack, token: str, post: PostId) -> tuple[dict[str, Any], dict[str, Any]]:
    """All that the desk is told of a post: itself where it is seen, and what was decided about it."""
    paths = (f"/v1/posts/{post}", f"/v1/posts/{post}/decisions")
    answers = [httpx.get(stack.staff + path, headers=_by(token), timeout=30).json() for path in paths]
    return answers[0], answers[1]


def _shape(told: tuple[dict[str, Any], dict[str, Any]]) -> list[Any]:
    decided = told[1]
    return [decided["suspension"], *([*sorted(one), one["verb"], one["by"]] for one in decided["items"])]


def _by(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}
