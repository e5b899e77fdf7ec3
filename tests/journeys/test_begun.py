"""What was begun is there again for whoever began it, and for nobody else at the same browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Stack
from tests.journeys.people import Resident
from tests.journeys.test_people import PHONE, NewPage, chromium, clip, new_page, pytestmark

__all__ = ["Browser", "chromium", "clip", "new_page", "pytestmark"]

COMMENT, DRAFT, SEEN = "It stood there at eight, too.", "Begun and not sent", "Begun about this one"


def test_what_was_begun_is_kept_for_its_author_alone(stack: Stack, new_page: NewPage, clip: Path) -> None:
    """A comment over the back button and a log-in that ended, a draft too; who logs in next finds neither."""
    first = Resident(new_page(PHONE), stack, "begins@example.org")
    first.lives_in("Central", "Park")
    page = first.page
    first.posts(clip, division="Central", street="Park", title=SEEN)
    first.sees_it_published()
    page.get_by_role("link", name="Area").click()
    page.get_by_role("link", name=SEEN).click()
    page.get_by_label("Add a comment").fill(COMMENT)

    page.go_back()
    card = page.get_by_role("link", name=SEEN)
    expect(card).to_be_focused()  # the list goes on where it was left
    card.click()
    expect(page.get_by_label("Add a comment")).to_have_value(COMMENT)
    _log_in_ends(page, "Comment")
    _logs_in(page, "begins@example.org")
    expect(page.get_by_label("Add a comment")).to_have_value(COMMENT)

    first.writes(clip, division="Central", street="Park", title=DRAFT)
    _log_in_ends(page, "Inbox")
    _logs_in(page, "begins@example.org")
    page.get_by_role("link", name="Post", exact=True).click()
    expect(page.get_by_label("Title")).to_have_value(DRAFT)
    _log_in_ends(page, "Inbox")
    _logs_in(page, "comes-next@example.org")

    page.get_by_role("link", name="Post", exact=True).click()
    expect(page.get_by_label("Choose a video")).to_be_attached()
    expect(page.get_by_label("Title")).to_have_count(0)
    kept = page.evaluate("Object.values(localStorage).join() + Object.values(sessionStorage).join()")
    assert DRAFT not in kept


def _log_in_ends(page: Page, presses: str) -> None:
    """It is noticed at the next press at the latest; a page that asks something by itself notices before."""
    page.context.clear_cookies()
    press = "text => [...document.querySelectorAll('button, a')].find(one => one.textContent.trim() === text)?.click()"
    page.evaluate(press, presses)
    expect(page.get_by_label("Email")).to_be_visible()


def _logs_in(page: Page, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_role("button", name="Fill it in").click()
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
