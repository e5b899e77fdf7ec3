"""States that a page comes to seldom: each is looked at, and all of it is reached by Tab.

What the programs answer rarely (an hour that passed, a break, a camera that is listed) is answered here in their place;
what the page makes of it is its own. tests/api/staff has each of these answers from the program itself.
"""

from __future__ import annotations

import re

import pyotp
from playwright.sync_api import Page, expect

from storage.kit.clock import now
from tests.journeys.axe import Eyes

# What Tab comes to in the topmost dialog, or on the page; of radio buttons one of each group.
MARKED = """() => {
    const dialogs = document.querySelectorAll('[role=dialog], dialog[open]');
    const scope = [...dialogs].at(-1) ?? document.querySelector('main');
    const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.tabIndex >= 0;
    const all = [...scope.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(seen);
    const group = (one) => all.filter(({ type, name }) => type === 'radio' && name === one.name);
    const stop = (one) => one === (group(one).find(({ checked }) => checked) ?? group(one)[0]);
    const stops = all.filter((one) => one.type !== 'radio' || stop(one));
    stops.forEach((one, number) => (one.dataset.stop = number));
    stops[0]?.focus();
    return stops.length;
}"""
HERE = "document.activeElement?.dataset.stop ?? null"


def seen(page: Page, eyes: Eyes, name: str) -> None:
    """Looks at a state, and goes through it by keyboard."""
    eyes.look(page, name)
    stops = page.evaluate(MARKED)
    reached = {page.evaluate(HERE)}
    for _ in range(stops + 2):  # out of a dialog's end, and in again
        page.keyboard.press("Tab")
        reached.add(page.evaluate(HERE))
    assert {str(number) for number in range(stops)} <= reached, f"{name}: Tab does not reach all of it"


def without_a_line(page: Page, eyes: Eyes, name: str) -> None:
    """The network is gone, and the page says since when; then it is there again."""
    page.context.set_offline(True)
    expect(page.get_by_text(re.compile("^Offline since")).first).to_be_visible()
    eyes.look(page, f"{name}, offline")
    page.context.set_offline(False)
    expect(page.get_by_text("Live", exact=True).first).to_be_visible()


def not_read(page: Page, eyes: Eyes, address: str, name: str) -> None:
    """What a page shows could not be fetched: it says so, and asks whether to try again."""
    page.route(address, lambda route: route.abort())
    page.reload()
    again = page.get_by_role("button", name="Try again").first
    expect(again).to_be_visible()
    seen(page, eyes, f"{name}, not read")
    page.unroute(address)
    again.press("Enter")
    expect(again).to_have_count(0)


def on_a_break(page: Page, eyes: Eyes) -> None:
    """A moderator who has opened enough is told to rest, and has no queue."""
    address = "**/v1/moderation/shift"
    shift = {"opened": 200, "most": 200, "hours": 8, "rests_until": "2036-01-05T12:00:00Z"}
    page.route(address, lambda route: route.fulfill(json=shift))
    page.route("**/v1/moderation/queue*", lambda route: route.fulfill(json={"items": [], "cursor": None}))
    page.reload()
    expect(page.get_by_text("Take a break")).to_be_visible()
    seen(page, eyes, "staff: a break")
    page.unroute(address)
    page.unroute("**/v1/moderation/queue*")
    page.reload()


def listed_cameras(page: Page, eyes: Eyes, press: str) -> None:
    """Beside the pins, those that a business lists; the answer has one more than the city."""
    camera = {
        "block_id": "a",
        "quadrant": "n",
        "retention": "week",
        "address": "12 Garland Ave",
        "contact": "At the bar",
    }
    page.route("**/v1/cases/*/cameras", lambda route: route.fulfill(json={"items": [], "listed": [camera]}))
    page.get_by_role("button", name=press).click()
    expect(page.get_by_text("12 Garland Ave")).to_be_visible()
    eyes.look(page, "staff: cameras, listed")
    page.unroute("**/v1/cases/*/cameras")


def several_asked(page: Page, eyes: Eyes) -> None:
    """With what others asked a request comes to too much: its lead is shown all of it, on a map and as a list."""
    address = "**/v1/cases/*/requests"
    told = page.evaluate("fetch(`/v1${location.pathname}`).then((answer) => answer.json())")
    (one,) = told["items"]
    kept = ("case_number", "kind", "by", "blocks", "window_from", "window_to")
    among = {"square_miles": 0.7, "minutes": 900, "items": [{name: one[name] for name in kept}]}
    page.route(address, lambda route: route.fulfill(json={"items": [{**one, "lead": True, "among": among}]}))
    page.reload()
    expect(page.get_by_role("heading", name="Together 0.7 square miles, 15 h")).to_be_visible()
    expect(page.get_by_role("region", name="Map of blocks")).to_be_visible()
    seen(page, eyes, "staff: what several asked")
    page.unroute(address)
    page.reload()


def proves_again(page: Page, eyes: Eyes, press: str) -> None:
    """Half an hour has passed: who they are is asked again, and nothing is done until it was shown."""
    refusal = {"error": {"code": "prove_again", "message": "Please show your second factor again.", "fields": {}}}
    page.route("**/v1/invitations", lambda route: route.fulfill(status=403, json=refusal))
    button = page.get_by_role("button", name=press)
    expect(button).to_be_enabled()  # while what is open is read it takes no focus, and the key would close the dialog
    button.press("Enter")
    expect(page.get_by_role("heading", name="Your second factor, please")).to_be_visible()
    expect(page.get_by_role("dialog").last.get_by_role("textbox").first).to_be_focused()
    seen(page, eyes, "staff: prove again, dialog")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Your second factor, please")).to_have_count(0)
    page.unroute("**/v1/invitations")


def joins(page: Page, eyes: Eyes, link: str, name: str) -> None:
    """The page of an invitation, by keyboard: the account is made, its codes are shown, and the link is used."""
    page.goto(link)
    expect(page.get_by_role("img", name=re.compile("The key"))).to_be_visible()
    seen(page, eyes, "staff: join")
    key = page.locator("code").inner_text().replace(" ", "")
    page.get_by_label("Name you will log in with").fill(name)
    page.get_by_label("Password").fill("porch and lamp")
    page.get_by_label("Six-digit code").fill(pyotp.TOTP(key).at(now() // 1000))
    page.get_by_role("button", name="Make my account").press("Enter")
    expect(page.get_by_role("list", name="Recovery codes").get_by_role("listitem")).to_have_count(8)
    seen(page, eyes, "staff: recovery codes")
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_text("This link was used, or its day is over.")).to_be_visible()
    seen(page, eyes, "staff: join, used")
