"""A resident and their cameras, at a browser: registered, changed, paused, moved, retired and brought back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Stack
from tests.journeys.people import Resident
from tests.journeys.test_people import (  # noqa: F401 - fixtures
    CHROMIUM,
    DESK,
    PHONE,
    NewPage,
    chromium,
    clip,
    new_page,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium"),
]


def _row(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="My cameras").get_by_role("article", name=name)


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_an_owner_looks_after_a_camera(stack: Stack, new_page: NewPage) -> None:  # noqa: F811
    """Registered, changed, paused, moved, retired with undo; all the page sends of where is the id of a block."""
    page = new_page(PHONE)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 10.00123, "longitude": -40.00234})
    owner = Resident(page, stack, "owner@example.org")
    page.get_by_role("link", name="Me", exact=True).click()
    page.get_by_role("link", name="My cameras").click()
    expect(page.get_by_text("No camera yet")).to_be_visible()

    page.get_by_role("link", name="Add a camera").click()
    page.get_by_role("button", name="Use my location").click()
    expect(page.get_by_text("Found on this device. Your location was not sent.")).to_be_visible()
    label = owner._picks("South", "Orchard")
    page.get_by_role("radio", name="north", exact=True).focus()
    for key in ("Space", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.get_by_text("Looks north-east")).to_be_visible()
    page.get_by_text("Draw it finer, for yourself").click()
    page.get_by_label("Middle, clockwise from north").fill("65")
    page.get_by_label("How wide it sees").fill("110")
    expect(page.get_by_text('Only "north-east" is sent.')).to_be_visible()
    page.get_by_label("Days it keeps").fill("400")
    expect(page.get_by_text("A whole number from 1 to 365.")).to_be_visible()
    expect(page.get_by_role("button", name="Register camera")).to_be_disabled()
    page.get_by_label("Days it keeps").fill("30")
    page.get_by_label("Name", exact=True).fill("Porch")
    assert _fits(page)
    page.get_by_role("button", name="Register camera").click()
    for told in ("Active", label, "Looks north-east · Outdoors · keeps 30 days"):
        expect(_row(page, "Porch")).to_contain_text(told)
    assert _fits(page)

    _row(page, "Porch").get_by_role("link", name="Change").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Porch")
    page.get_by_text("Draw it finer, for yourself").click()
    expect(page.get_by_label("Middle, clockwise from north")).to_have_value("65")
    page.get_by_label("Days it keeps").fill("7")
    page.get_by_role("button", name="Indoors").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(_row(page, "Porch")).to_contain_text("Looks north-east · Indoors · keeps 7 days")

    _row(page, "Porch").get_by_role("button", name="Pause").click()
    expect(_row(page, "Porch")).to_contain_text("Paused")
    page.get_by_role("button", name="Undo").click()
    expect(_row(page, "Porch")).to_contain_text("Active")

    _row(page, "Porch").get_by_role("link", name="Change").click()
    page.get_by_role("button", name="Move to another block").click()
    moved = owner._picks("East", "Quarry")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(_row(page, "Porch")).to_contain_text(moved)
    _row(page, "Porch").get_by_role("button", name="Map").click()
    expect(page.get_by_role("region", name="Map of blocks")).to_be_visible()

    _row(page, "Porch").get_by_role("button", name="Retire").click()
    expect(page.get_by_text("No camera yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(_row(page, "Porch")).to_contain_text(moved)

    said = [asked for asked in owner.sent.of if "/v1/cameras" in asked and not asked.startswith("GET")]
    assert [asked.split()[0] for asked in said] == ["POST", "PATCH", "PATCH", "PATCH", "PATCH", "DELETE", "POST"]
    told = "\n".join(owner.sent.of)
    assert not re.search(r"\bwide\b|\bturn\b|\b65\b|\b110\b", told), "what was drawn stayed on the device"
    assert not re.search(r"10\.00\d|40\.00\d|orchard|quarry", told, re.IGNORECASE)
    assert not re.search(r"\b(lat|lon|lng|latitude|longitude|bbox|zoom)\b", told, re.IGNORECASE)


def test_a_business_stands_in_the_open_or_posts(stack: Stack, new_page: NewPage) -> None:  # noqa: F811
    """Its camera is listed on a form that says so; the page to post says why nothing is posted, until it is no more."""
    page = new_page(DESK)
    shop = Resident(page, stack, "shop@example.org")
    page.goto(f"http://residents.localhost:{stack.base}/me/cameras/new")
    shop._picks("South", "Orchard")
    page.get_by_role("radio", name="west", exact=True).check()
    page.get_by_role("button", name="Register camera").click()
    assert _fits(page)
    _row(page, "Camera 1").get_by_role("link", name="Change").click()

    form = page.get_by_role("region", name="A business? List it openly")
    expect(form.get_by_text("A log-in that lists a camera posts nothing")).to_be_visible()
    form.get_by_label("Address of the business").fill("12 Long Lane")
    form.get_by_label("Whom to ask").fill("The counter")
    form.get_by_role("button", name="List it openly").click()
    expect(page.get_by_text("Listed openly.")).to_be_visible()
    page.get_by_role("link", name="Post", exact=True).click()

    expect(page.get_by_text("This log-in lists a camera openly")).to_be_visible()
    assert page.get_by_label("Choose a video").count() == 0
    page.get_by_role("link", name="My cameras").click()
    expect(_row(page, "Camera 1")).to_contain_text("Listed openly")
    _row(page, "Camera 1").get_by_role("link", name="Change").click()
    page.get_by_role("button", name="List it no longer").click()
    expect(page.get_by_text("Address and contact are erased.")).to_be_visible()
    page.get_by_role("link", name="Post", exact=True).click()
    expect(page.get_by_label("Choose a video")).to_have_count(1)


def test_who_posts_where_their_camera_stands_is_told_before(
    stack: Stack,
    new_page: NewPage,  # noqa: F811
    clip: Path,  # noqa: F811
) -> None:
    """And what to do about it: paused, it is not told of any more; the draft is still there."""
    page = new_page(PHONE)
    author = Resident(page, stack, "both@example.org")
    page.goto(f"http://residents.localhost:{stack.base}/me/cameras/new")
    author._picks("South", "Orchard")
    page.get_by_role("radio", name="south", exact=True).check()
    page.get_by_role("button", name="Register camera").click()
    expect(_row(page, "Camera 1")).to_be_visible()

    author.writes(clip, division="South", street="Orchard", title="A van")

    part = page.get_by_role("region", name="Who could this be?")
    expect(part.get_by_text("A camera you registered stands in this block.")).to_be_visible()
    part.get_by_role("link", name="My cameras").click()
    _row(page, "Camera 1").get_by_role("button", name="Pause").click()
    expect(_row(page, "Camera 1")).to_contain_text("Paused")
    page.get_by_role("link", name="Post", exact=True).click()
    expect(page.get_by_label("Title")).to_have_value("A van")
    expect(part.get_by_text(re.compile(r"one of \d+ homes"))).to_be_visible()
    expect(part.get_by_text("A camera you registered")).to_have_count(0)
