"""What a detective writes is not lost, not sent twice, and goes to paper whole; a locked desk prints nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from storage.cases import cases
from storage.db import OPERATOR, Actor
from storage.kit import clock
from storage.schema import incidents
from tests.journeys.conftest import Stack
from tests.journeys.precinct import Precinct
from tests.journeys.test_from_camera_to_court import picks
from tests.journeys.test_people import DESK, PATIENCE_MS, chromium, pytestmark

__all__ = ["Browser", "chromium", "pytestmark"]
WORDS, NOTE = "A grey van with a ladder on its roof.", "The van turned west."
PUT_BACK = "2026-11-01T08:45:00Z"  # a quarter to two in California, before an hour that is written like this one


@pytest.fixture
def precinct(stack: Stack) -> Iterator[Precinct]:
    """East's detective, with a case of the night in which clocks were put back."""
    here = Precinct(stack, "East")
    at = clock.from_datetime(datetime.fromisoformat(PUT_BACK))
    with here.stores.record.write(by=OPERATOR) as tx:
        mine = incidents.c.number == here.number.removeprefix("CR-")
        tx.execute(update(incidents).where(mine).values(happened_at=at))
        tx.audit("test", here.case)
    yield here
    here.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A browser in California."""
    context = chromium.new_context(viewport=DESK, locale="en-US", timezone_id="America/Los_Angeles")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield context.new_page()
    context.close()


def test_what_is_written_stays(page: Page, precinct: Precinct) -> None:
    """Over another page, a page loaded anew, and a line that was cut and stands again; twice it is not sent."""
    precinct.sits_at(page, "/requests/new")
    expect(page.get_by_label("To", exact=True)).to_have_value("2026-11-01T02:45")  # never before it happened
    _writes(page, precinct)
    reach = page.get_by_role("region", name="How far it reaches")
    expect(reach.get_by_text("2 h 30 min")).to_be_visible()
    page.reload()
    expect(page.get_by_label("What to look for")).to_have_value(WORDS)
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()

    previews = "**/requests/previews"
    page.route(previews, lambda route: route.abort())
    page.get_by_label("What to look for").fill(f"{WORDS} ")
    expect(reach.get_by_text("Not known yet.")).to_be_visible()
    page.unroute(previews)
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    page.get_by_label("What to look for").fill(WORDS)
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    again = page.context.new_page()
    again.goto(page.url)
    _writes(again, precinct)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("article").get_by_text("Sent", exact=True)).to_be_visible()
    again.get_by_role("button", name="Send", exact=True).click()
    expect(again.get_by_text("This is asked already, word for word.")).to_be_visible()
    again.close()

    precinct.sits_at(page).get_by_label("New note").fill(NOTE)
    page.get_by_role("link", name="Footage requests").click()
    expect(page.get_by_role("article").get_by_text("Sent", exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_label("New note")).to_have_value(NOTE)
    page.reload()
    expect(page.get_by_label("New note")).to_have_value(NOTE)


def test_a_case_goes_to_paper_whole_and_a_locked_one_not_at_all(page: Page, precinct: Precinct) -> None:
    """Every entry of its timeline, those that the screen folds away too; what covers a locked desk does not print."""
    with precinct.stores.record.write(by=Actor(f"staff:{precinct.detective.id}")) as tx:
        for at in range(40):
            cases.note(tx, precinct.detective, precinct.case, f"Seen at corner {at}.")
    precinct.sits_at(page)
    first, last = (page.get_by_text(f"Seen at corner {at}.", exact=True) for at in (0, 39))
    expect(last).to_be_visible()
    expect(first).to_be_hidden()

    page.emulate_media(media="print")
    expect(first).to_be_visible()
    assert page.evaluate("document.querySelector('main').scrollHeight <= document.querySelector('main').clientHeight")
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Show the 22 earlier entries").click()
    expect(first).to_be_visible()

    page.get_by_role("button", name=precinct.name).click()
    page.get_by_role("button", name="Lock this desk").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.emulate_media(media="print")
    expect(last).to_be_hidden()


def _writes(page: Page, precinct: Precinct) -> None:
    """A small request, and waits until it may be sent."""
    for block in precinct.around(precinct.label(precinct.blocks()[0])):
        picks(page, precinct.label(block))
    page.get_by_label("What to look for").fill(WORDS)
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
