"""Whose log-in ends elsewhere, or who may see less: the open page asks anew who is logged in, without a hand on it."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from storage.atlas import versions
from storage.db import OPERATOR
from storage.staff import staff
from storage.staff.staff import Role
from tests.journeys.conftest import Stack
from tests.journeys.people import Resident
from tests.journeys.test_desk import Shown, shown
from tests.journeys.test_people import DESK, PHONE, NewPage, chromium, new_page, pytestmark

__all__ = ["Browser", "chromium", "new_page", "pytestmark", "shown"]


def test_a_page_that_may_show_less_or_nothing_any_more_says_so_by_itself(
    stack: Stack,
    new_page: NewPage,
    shown: Shown,
) -> None:
    """A desk loses a division, then its log-in; a neighbour who logs out on one page is logged out on the other."""
    token = stack.staff_token("two-divisions", ("analyst",), ("Central", "East"))
    desk = new_page(DESK)
    address = f"http://staff.localhost:{stack.base + 1}"
    desk.context.add_cookies([{"name": "porchlight-staff-dev", "value": token, "url": address}])
    desk.goto(address)
    expect(desk.get_by_text("Live", exact=True).first).to_be_visible()
    rail = desk.get_by_role("group", name="Divisions")
    expect(rail.get_by_role("switch", name="East")).to_be_visible()
    with shown.record.read() as conn:
        log_in = staff.who(conn, token)
    assert log_in is not None

    with shown.record.read() as conn:
        east = versions.division_named(conn, "East").id
    with shown.record.write(by=OPERATOR) as tx:
        staff.take_back(tx, log_in.member.id, Role.ANALYST, east)

    expect(rail.get_by_role("switch", name="East")).to_have_count(0)
    expect(rail.get_by_role("switch", name="Central")).to_be_visible()
    expect(desk.get_by_text("Live", exact=True).first).to_be_visible()
    with shown.record.write(by=OPERATOR) as tx:
        staff.log_out(tx, log_in)
    expect(desk.get_by_label("Password")).to_be_visible()

    here = Resident(new_page(PHONE), stack, "two-pages@example.org")
    here.lives_in("Central", "Park")
    there = here.page.context.new_page()
    there.goto(f"http://residents.localhost:{stack.base}/")
    expect(there.get_by_text("Live", exact=True).first).to_be_visible()
    here.page.get_by_role("link", name="Me", exact=True).click()
    here.page.get_by_role("button", name="Log out").click()
    expect(there.get_by_label("Email")).to_be_visible()
