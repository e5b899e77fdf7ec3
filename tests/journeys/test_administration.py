"""Somebody is invited, joins, is given another role; a desk that is left alone locks, and keeps its place."""

from __future__ import annotations

import re

import pyotp
from playwright.sync_api import Page, expect

from storage.db import OPERATOR
from storage.kit import settings
from storage.kit.clock import now
from storage.record import open_record
from storage.schema import desks
from tests.journeys.conftest import Stack
from tests.journeys.people import Staff
from tests.journeys.test_people import DESK, PHONE, NewPage, chromium, new_page, pytestmark  # noqa: F401

PASSWORD = "porch and lamp"


def test_who_is_invited_joins_and_what_they_may_do_is_changed_in_pages(stack: Stack, new_page: NewPage) -> None:  # noqa: F811
    """By keyboard and on a phone: link, account, role; then a locked desk hides all, and opens where it was."""
    admin = Staff(new_page(DESK), stack, "admin").page
    admin.get_by_role("link", name="Staff").click()
    admin.get_by_role("button", name="Invite somebody").click()
    admin.get_by_label("Role", exact=True).select_option(label="Moderator")
    admin.get_by_label("Division").select_option(label="East")
    an_hour_passes(stack)
    admin.get_by_role("button", name="Make the link").press("Enter")
    expect(admin.get_by_role("heading", name="Your second factor, please")).to_be_visible()
    admin.get_by_label("Password").fill(stack.password("admin"))
    admin.keyboard.press("Enter")
    link = admin.get_by_text("/join#").inner_text()
    admin.keyboard.press("Escape")

    invited = joins(new_page(PHONE), link, "Ruth")
    expect(invited.get_by_role("heading", name="Moderation queue")).to_be_visible()
    again = new_page(PHONE)
    again.goto(link)
    expect(again.get_by_text("This link was used, or its day is over.")).to_be_visible()

    admin.reload()
    admin.get_by_role("listitem", name="Ruth").get_by_role("button", name="Roles").click()
    admin.get_by_label("Role", exact=True).select_option(label="Lead")
    admin.get_by_label("Division").select_option(label="East")
    admin.get_by_role("button", name="Grant").press("Enter")
    expect(admin.get_by_role("button", name="Take back: Lead, East")).to_be_visible()
    admin.get_by_role("button", name="Take back: Moderator, East").press("Enter")
    expect(admin.get_by_role("button", name="Take back: Moderator, East")).to_have_count(0)
    admin.keyboard.press("Escape")
    expect(admin.get_by_role("listitem", name="Ruth").get_by_text("Lead, East")).to_be_visible()

    locks_and_opens(admin, stack)


def an_hour_passes(stack: Stack) -> None:
    """In which nobody shows who they are once more."""
    record = open_record(settings.record(stack._env).database)
    with record.write(by=OPERATOR) as tx:
        tx.execute(desks.update().values(proved_at=0))
    record.engine.dispose()


def joins(page: Page, link: str, name: str) -> Page:
    """Opens the link, scans the key and makes the account."""
    page.goto(link)
    expect(page.get_by_role("img", name=re.compile("The key"))).to_be_visible()
    assert "#" not in page.url
    key = page.locator("code").inner_text().replace(" ", "")
    page.get_by_label("Name you will log in with").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Six-digit code").fill(pyotp.TOTP(key).at(now() // 1000))
    page.get_by_role("button", name="Make my account").press("Enter")
    expect(page.get_by_role("list", name="Recovery codes").get_by_role("listitem")).to_have_count(8)
    page.get_by_role("button", name="I have kept them, go on").press("Enter")
    return page


def locks_and_opens(page: Page, stack: Stack) -> None:
    """Eleven minutes pass without a touch; the password brings back what was there, a half-written word included."""
    page.clock.install()
    page.reload()
    page.get_by_role("listitem", name="Ruth").get_by_role("button", name="Roles").click()
    page.get_by_label("Role", exact=True).select_option(label="Detective")
    with page.expect_response("**/v1/log-ins/current/lock"):
        page.clock.fast_forward("11:00")
    expect(page.get_by_role("heading", name="This desk is locked")).to_be_visible()
    assert page.evaluate("fetch('/v1/staff').then((answer) => answer.status)") == 401

    page.keyboard.press("Escape")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The password is not right.")).to_be_visible()
    page.get_by_label("Password").fill(stack.password("admin"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="This desk is locked")).to_have_count(0)
    expect(page.get_by_label("Role", exact=True)).to_have_value("detective")
    assert page.evaluate("fetch('/v1/staff').then((answer) => answer.status)") == 200
