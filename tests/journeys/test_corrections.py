"""What an author puts right reaches every screen on which the post is, at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from storage.atlas import versions
from storage.atlas.around import around
from storage.cases import links as case_links
from storage.cases.links import Linked
from storage.db import OPERATOR
from storage.kit.ids import BlockId, PostId
from tests.journeys.conftest import Stack
from tests.journeys.people import Resident
from tests.journeys.precinct import Precinct, sits_at
from tests.journeys.test_people import DESK, PHONE, NewPage, chromium, new_page, photo, pytestmark

__all__ = ["Browser", "chromium", "new_page", "photo", "pytestmark"]
DIVISION, TITLE, RIGHT = "Metro", "A man at the meter", "It was a contractor."


@pytest.fixture
def precinct(stack: Stack) -> Iterator[Precinct]:
    """A detective with an open case in the division."""
    here = Precinct(stack, DIVISION)
    yield here
    here.close()


def test_a_correction_reaches_every_screen(stack: Stack, new_page: NewPage, photo: Path, precinct: Precinct) -> None:
    """A neighbour's, an analyst's and a case's, without a reload. Whose block it is near sees it there, others not."""
    near = precinct.blocks()[0]
    with precinct.stores.record.read() as conn:
        ring = around(versions.current(conn), near)
    far = next(one for one in precinct.blocks() if one != near and one not in ring)
    author, post = "puts-right@example.org", _posts(stack, photo, near)
    pages = [_lives(stack, new_page, who, at) for who, at in (("hears@example.org", near), (author, far))]
    for page, is_near in zip(pages, (True, False), strict=True):
        card = page.get_by_role("link", name=TITLE)
        expect(card).to_be_visible()
        page.get_by_role("button", name="24 hours").click()
        page.get_by_role("button", name="Around my block").click()
        expect(card).to_have_count(1 if is_near else 0)
        if not is_near:
            expect(page.get_by_text("Nothing there in that time")).to_be_visible()
            page.get_by_role("button", name="Around my block").click()
        expect(card).to_be_visible()
    neighbour, writer = pages
    neighbour.get_by_role("link", name=TITLE).click()
    analyst = sits_at(new_page(DESK), stack, stack.staff_token("hears-it", ["analyst"], [DIVISION]), "/desk")
    analyst.locator("button[data-row]").filter(has_text=TITLE).click()
    _link(precinct, post)
    detective = precinct.sits_at(new_page(DESK), f"/posts/{post}")
    screens = (neighbour, analyst, detective)
    for page in screens:
        expect(page.get_by_role("heading", name=TITLE).first).to_be_visible()

    writer.get_by_role("link", name="Me", exact=True).click()
    writer.get_by_role("link", name=TITLE).click()
    writer.get_by_role("button", name="Correct it").click()
    writer.get_by_role("dialog").get_by_label("Correction").fill(RIGHT)
    writer.get_by_role("button", name="Add the correction").click()

    for page in screens:
        expect(page.get_by_text(f"Correction: {RIGHT}").first).to_be_visible()


def _lives(stack: Stack, new_page: NewPage, email: str, block: BlockId) -> Page:
    """Somebody with that home, whose area is before them."""
    by = {"authorization": f"Bearer {stack.resident_token(email)}"}
    home = httpx.put(f"{stack.resident}/v1/me/home", json={"block_id": block}, headers=by, timeout=30)
    assert home.status_code == 200, home.text
    return Resident(new_page(PHONE), stack, email).page


def _posts(stack: Stack, photo: Path, block: BlockId) -> PostId:
    token, said = stack.resident_token("puts-right@example.org"), ("--category", "safety", "--title", TITLE)
    code, out, err = stack.run("post", str(photo), "--token", token, "--block", block, *said)
    assert code == 0, err
    return PostId(json.loads(out.strip().splitlines()[-1])["post_id"])


def _link(precinct: Precinct, post: PostId) -> None:
    with precinct.stores.record.write(by=OPERATOR) as tx:
        about = {"reason": "shows_it", "confidence": "likely", "note": ""}
        case_links.add(tx, precinct.detective, precinct.case, Linked(post), **about)
