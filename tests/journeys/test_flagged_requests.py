"""An owner says that a request presses: moderators read it with the batch, take it back, and the owner learns so."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import insert, select

from storage.db import CHORES
from storage.kit.ids import RequestId
from storage.schema import blocks, published_requests
from tests.journeys.axe import SERIOUS, Eyes
from tests.journeys.conftest import Stack
from tests.journeys.people import Resident
from tests.journeys.precinct import TEXT, Precinct
from tests.journeys.test_footage_answered import _opens
from tests.journeys.test_moderation import _by, _moderates
from tests.journeys.test_people import DESK, PHONE, NewPage, chromium, new_page, pytestmark
from workers.airlock.owners.asking import ask_owners

__all__ = ["Browser", "chromium", "new_page", "pytestmark"]


@pytest.fixture(scope="module")
def precinct(stack: Stack) -> Iterator[Precinct]:
    """South's detective."""
    here = Precinct(stack, "South")
    yield here
    here.close()


def _flags(page: Page, eyes: Eyes) -> None:
    page.get_by_role("button", name="Something is wrong with this request").click()
    dialog = page.get_by_role("dialog", name="What is wrong with this request?")
    expect(dialog.get_by_text("those who ask are told nothing of it")).to_be_visible()
    eyes.look(page, "flag a request")
    dialog.get_by_role("radio", name="Puts pressure on people").check()
    dialog.get_by_role("button", name="Send flag").click()
    expect(page.get_by_role("heading", name="You said something is wrong")).to_be_visible()


def _is_told(precinct: Precinct, request: RequestId, home: str) -> None:
    """A week is over, and everybody who lives there reads of it."""
    with precinct.stores.record.write(by=CHORES) as tx:
        division = tx.connection.execute(select(blocks.c.division_id).where(blocks.c.id == home)).scalar_one()
        row = {"id": request, "day": "2026-11-20", "division_id": division, "kind": "burglary", "window_from": 0}
        told = {"window_to": 900_000, "square_miles": 40, "places": '["Orchard Way"]'}
        tx.execute(insert(published_requests).values(**row, **told))
        tx.audit("test", "")


def _finds_and_flags(desk: Page, eyes: Eyes) -> None:
    """A moderator finds it where everybody reads of it, by keyboard flags it, and keeps it from the queue."""
    desk.get_by_role("link", name="Requests", exact=True).click()
    expect(desk.get_by_text("Orchard Way")).to_be_attached()
    eyes.look(desk, "staff: requests that everybody reads of")
    desk.get_by_role("button", name="Flag", exact=True).press("Enter")
    dialog = desk.get_by_role("dialog", name="What is wrong with this request?")
    dialog.get_by_role("radio", name="Asks for something else than footage").press("Space")
    dialog.get_by_role("button", name="Send flag").press("Enter")
    waits = desk.get_by_role("link", name="A flag waits in the queue")
    expect(waits).to_be_focused()
    eyes.look(desk, "staff: requests, one is flagged")
    waits.press("Enter")
    expect(desk.get_by_role("heading", name="Police ask for footage: Burglary")).to_be_visible()
    desk.keyboard.press("d")
    expect(desk.get_by_text("Decided: the request stands.")).to_be_visible()


def test_a_flag_from_the_inbox_is_judged_and_the_request_is_gone(
    stack: Stack, new_page: NewPage, precinct: Precinct
) -> None:
    """Taken back and said again by its owner; a moderator's one key ends it for everybody, and the owner reads why."""
    eyes, page, desk = Eyes(), new_page(PHONE), new_page(DESK)
    home = precinct.blocks()[0]  # where the moderator judges
    by = _by(stack.resident_token("flags@example.org"))
    assert httpx.put(f"{stack.resident}/v1/me/home", json={"block_id": home}, headers=by).status_code == 200
    owner = Resident(page, stack, "flags@example.org")
    request = precinct.asks_about(owner.registers_a_camera("South", "Orchard"))
    _moderates(desk, stack, "mo-of-flags", division="South")
    row = desk.get_by_role("button", name="Police ask for footage: Burglary")

    _is_told(precinct, request, home)
    _finds_and_flags(desk, eyes)

    _opens(page, request)
    _flags(page, eyes)
    page.get_by_role("button", name="Take the flag back").click()
    expect(page.get_by_text("Nobody learns that there was one.")).to_be_visible()
    _flags(page, eyes)
    eyes.look(page, "a request that is flagged")

    expect(desk.get_by_role("heading", level=1)).to_be_attached()
    expect(row).to_have_count(0)
    precinct.batch_comes()
    desk.reload()
    row.click()
    expect(desk.get_by_role("heading", name="Police ask for footage: Burglary")).to_be_visible()
    expect(desk.get_by_text(TEXT)).to_be_visible()
    expect(desk.get_by_text("Puts pressure on people").first).to_be_visible()
    assert desk.get_by_text("CR-1").count() == 0
    eyes.look(desk, "a flagged request on the desk")
    desk.keyboard.press("d")
    expect(desk.get_by_text("Decided: the request stands.")).to_be_visible()
    desk.keyboard.press("z")
    expect(desk.get_by_text("Decision undone.")).to_be_visible()
    expect(desk.get_by_text(TEXT)).to_be_visible()
    desk.keyboard.press("x")
    expect(desk.get_by_text("gone from every inbox within a minute")).to_be_visible()

    ask_owners(precinct.stores)
    page.goto(f"http://residents.localhost:{stack.base}/inbox")
    expect(page.get_by_text("Moderators took the request back. Nobody is asked any more.")).to_be_visible()
    assert page.locator(f'a[href$="{request}"]').count() == 0
    eyes.look(page, "inbox, what was flagged")

    page.get_by_role("link", name="What police asked here").click()
    expect(page.get_by_role("heading", name="Burglary")).to_be_visible()
    eyes.look(page, "what police asked here")
    page.get_by_role("button", name="Flag").click()
    page.get_by_role("radio", name="Means a lawful assembly").check()
    page.get_by_role("button", name="Send flag").click()
    expect(page.get_by_text("Flag sent to the moderators.")).to_be_visible()
    page.goto(f"http://residents.localhost:{stack.base}/me")
    expect(page.get_by_text("Moderators took the request back: Puts pressure on people")).to_be_visible()
    wrong = eyes.wrong(*SERIOUS)
    assert not wrong, wrong
