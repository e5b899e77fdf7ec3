"""An owner who answers and takes it back: before it is told, and after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Stack
from tests.journeys.people import Resident
from tests.journeys.precinct import TEXT, Precinct
from tests.journeys.test_people import PHONE, NewPage, chromium, clip, new_page, pytestmark

__all__ = ["Browser", "chromium", "clip", "new_page", "pytestmark"]


@pytest.fixture(scope="module")
def precinct(stack: Stack) -> Iterator[Precinct]:
    """South's detective."""
    here = Precinct(stack, "South")
    yield here
    here.close()


def _opens(page: Page, request: str) -> None:
    """Finds what is asked in the inbox."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Inbox").click()
    page.get_by_role("list", name="Inbox").locator(f'a[href$="{request}"]').click()
    expect(page.get_by_role("heading", name="Police ask for footage: Burglary")).to_be_visible()
    expect(page.get_by_text(TEXT)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _shares(page: Page, clip: Path) -> None:
    """Shares a clip, once it is said who will see it and what it could give away."""
    page.get_by_role("link", name="Share a clip").click()
    page.get_by_label("Choose a video").set_input_files(clip)
    expect(page.get_by_text("Detectives and analysts of this one case will see this clip")).to_be_visible()
    expect(page.get_by_role("region", name="What it could give away").get_by_role("status")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("region", name="Who will see it").get_by_role("button").click()
    expect(page.get_by_role("heading", name="You said")).to_be_visible()
    expect(page.get_by_text("I share a clip", exact=True)).to_be_visible()


def test_consent_taken_back_is_taken_back(
    stack: Stack,
    new_page: NewPage,
    clip: Path,
    precinct: Precinct,
) -> None:
    """Before it is told, as if nothing had been said; a clip that was told is gone from the case."""
    page = new_page(PHONE)
    label = Resident(page, stack, "regrets@example.org").registers_a_camera("South", "Orchard")
    request = precinct.asks_about(label)

    _opens(page, request)
    page.get_by_role("button", name="I have something, ask me").click()
    page.get_by_label("How to reach you").fill("816 555 0100")
    page.get_by_role("button", name="Send with this contact").click()
    expect(page.get_by_text("Your contact can be opened until")).to_be_visible()
    _takes_back(page)
    _shares(page, clip)
    precinct.batch_comes()
    ((_, post),) = precinct.answers(request)
    assert precinct.sees(post).status_code == 200

    page.reload()
    _takes_back(page)

    expect(page.get_by_text("The clip was taken back")).to_be_visible()
    assert precinct.sees(post).status_code == 404


def _takes_back(page: Page) -> None:
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
