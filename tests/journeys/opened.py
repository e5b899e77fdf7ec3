"""Every page and dialog of the staff site, opened one after another for somebody to look at."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from storage.staff.staff import Role
from tests.journeys import states
from tests.journeys.axe import Eyes
from tests.journeys.conftest import Stack
from tests.journeys.people import PATIENCE_MS

TITLE, DIVISION = "Somebody tried our door", "Metro"  # of the post that staff open: it is there, and flagged
INCIDENTS = f"number,type,time,division\n26-801,Burglary,2026-01-05 22:10,{DIVISION}\n"


def by_staff(page: Page, stack: Stack, eyes: Eyes, folder: Path) -> None:
    """One who has every role, over every page and dialog; the case was asked for by somebody else."""
    address = f"http://staff.localhost:{stack.base + 1}"
    page.goto(address)
    expect(page.get_by_label("Password")).to_be_visible()
    eyes.look(page, "staff: log-in")
    token = stack.staff_token("everything", list(Role))
    page.context.add_cookies([{"name": "porchlight-staff-dev", "value": token, "url": address, "sameSite": "Strict"}])
    page.goto(address)
    at_the_desk(page, eyes)
    (folder / "incidents.csv").write_text(INCIDENTS)
    on_a_case(page, stack, eyes, folder / "incidents.csv")
    at_the_queue(page, eyes)
    page.get_by_role("link", name="First judged").click()
    page.get_by_label("Why").fill("A rumour goes round.")
    page.get_by_role("button", name="Judge these first").click()
    expect(page.get_by_role("button", name="End it now")).to_be_visible()
    eyes.look(page, "staff: first judged")
    page.get_by_role("button", name="End it now").click()  # other people post in this city
    expect(page.get_by_text("Nothing is judged first")).to_be_visible()
    shown_there = {
        "Requests": "a week after it went out",
        "Moderation": "Who has looked at how much",
        "Staff": "End account",
        "Audit": "Details",
    }
    for name, shown in shown_there.items():
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_text(shown).first).to_be_attached()
        expect(page).to_have_title(f"{name} · Porchlight")
        eyes.look(page, f"staff: {name}")
    expect(page.get_by_role("cell", name="everything", exact=True).first).to_be_visible()  # and no id
    page.get_by_role("link", name="Staff", exact=True).click()
    page.get_by_role("button", name="End account").first.click()
    eyes.look(page, "staff: end an account, dialog")
    closes(page)
    invites(page, eyes)


def invites(page: Page, eyes: Eyes) -> None:
    """What somebody may do, a link for another, the page it opens, and a desk that is locked."""
    page.get_by_role("button", name="Roles", exact=True).first.click()
    eyes.look(page, "staff: roles, dialog")
    closes(page)
    page.get_by_role("button", name="Invite somebody").click()
    states.proves_again(page, eyes, "Make the link")
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_role("dialog").get_by_text("/join#").inner_text()
    eyes.look(page, "staff: invite, dialog")
    closes(page)
    page.get_by_role("button", name="everything", exact=True).click()
    page.get_by_role("button", name="Lock this desk").click()
    expect(page.get_by_role("heading", name="This desk is locked")).to_be_visible()
    eyes.look(page, "staff: locked")
    states.joins(page, eyes, link, "Invited to look")


def at_the_desk(page: Page, eyes: Eyes) -> None:
    """The list, a filter, an open post, and all that opens over it."""
    expect(page.get_by_text("Live", exact=True).first).to_be_visible()
    expect(page.locator("button[data-row]").first).to_be_visible()
    eyes.look(page, "staff: desk")
    states.without_a_line(page, eyes, "staff: desk")
    page.locator("button[data-row]").filter(has_text=TITLE).click()
    expect(page.locator("video")).to_be_attached(timeout=PATIENCE_MS)
    eyes.look(page, "staff: desk, post")
    for key, what in (("f", "flag"), ("l", "link"), ("w", "watch"), ("?", "keys"), ("b", "blocks")):
        page.locator("h1").first.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        eyes.look(page, f"staff: {what}, dialog")
        closes(page)
    for what in ("Your flags", "Digest by mail", "Notices to neighbours", "Where you are logged in", "Second factor"):
        page.get_by_role("button", name="everything", exact=True).click()
        if what == "Your flags":
            eyes.look(page, "staff: menu")
        page.get_by_role("button", name=what).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        eyes.look(page, f"staff: {what}, dialog")
        closes(page)


def closes(page: Page) -> None:
    """What stands over a page."""
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def on_a_case(page: Page, stack: Stack, eyes: Eyes, incidents: Path) -> None:
    """No case, the file of incidents, a case to consent to, and one that is open, with its cameras."""
    page.get_by_role("link", name="Cases", exact=True).click()
    page.get_by_role("button", name="Refused").click()
    expect(page.get_by_text("No cases here")).to_be_visible()
    eyes.look(page, "staff: no cases")
    page.get_by_role("button", name="Take in incidents").click()
    page.get_by_role("dialog").get_by_label("File").set_input_files(incidents)
    page.get_by_role("dialog").get_by_role("button", name="Take in", exact=True).click()
    expect(page.get_by_text("1 line:")).to_be_visible()
    eyes.look(page, "staff: incidents, dialog")
    closes(page)
    page.get_by_role("button", name="Ask for a case").click()
    page.get_by_role("dialog").get_by_label("Incident number").fill("26-801")
    expect(page.get_by_role("radio", name=re.compile("26-801 "))).to_be_visible()
    eyes.look(page, "staff: ask for a case, dialog")
    closes(page)
    asks_for_a_case(stack)
    page.reload()
    page.get_by_role("button", name=re.compile(r"^CR-26-801\b")).click()
    eyes.look(page, "staff: case to consent to")
    page.get_by_role("button", name="Consent", exact=True).click()
    eyes.look(page, "staff: consent, dialog")
    page.get_by_role("dialog").get_by_role("button", name="Consent").click()
    expect(page.get_by_text("Case opened.")).to_be_visible()
    page.get_by_label("Let in").select_option(label="everything")
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_role("button", name="Take out: everything")).to_be_visible()
    eyes.look(page, "staff: case")
    page.get_by_role("button", name="Link an incident").click()
    eyes.look(page, "staff: link an incident, dialog")
    closes(page)
    links_the_post(page, stack)
    expect(page.get_by_role("region", name="Map of blocks")).to_be_visible()
    eyes.look(page, "staff: case, series and package")
    page.get_by_role("link", name=TITLE).first.click()
    expect(page.get_by_role("button", name=re.compile("^Choose the still"))).to_be_visible()
    eyes.look(page, "staff: a clip of a case")
    page.get_by_role("button", name="Ask its author").click()
    eyes.look(page, "staff: ask an author, dialog")
    closes(page)
    page.get_by_role("link", name="To case CR-26-801").click()
    page.get_by_role("link", name="Cameras").click()
    page.get_by_role("combobox").fill("Garland")
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Look at 1 block").click()
    expect(page.get_by_text("No registered camera")).to_be_visible()
    eyes.look(page, "staff: cameras")
    states.listed_cameras(page, eyes, "Look at 1 block")
    asks_for_footage(page, eyes)


def asks_for_footage(page: Page, eyes: Eyes) -> None:
    """Nothing asked for yet, a request that is written by keyboard alone, one that waits, and taking it back."""
    page.get_by_role("link", name="To the case").click()
    page.get_by_role("link", name="Footage requests").click()
    expect(page.get_by_text("Nothing was asked for yet")).to_be_visible()
    eyes.look(page, "staff: no requests for footage")
    page.get_by_role("link", name="Ask for footage").click()
    page.get_by_label("What to look for").fill("Which way did the grey van go? You must say.")
    expect(page.get_by_text("Puts pressure on who is asked")).to_be_visible()
    expect(page.get_by_text("Choose blocks: draw on the map")).to_be_visible()
    eyes.look(page, "staff: a request for footage, faults")
    page.get_by_label("What to look for").fill("Which way did the grey van go?")
    page.get_by_label("From", exact=True).fill("2026-01-05T12:00")
    page.get_by_label("To", exact=True).fill("2026-01-05T20:00")
    for _ in range(4):  # blocks of one street lie beside each other
        page.get_by_role("combobox", name="Street or block name").fill("Garland")
        page.get_by_role("option").first.click()
    page.get_by_role("button", name="Ask a second person").click()
    expect(page.get_by_text("Waits for a second person")).to_be_visible()
    eyes.look(page, "staff: requests for footage")
    states.several_asked(page, eyes)
    page.get_by_role("button", name="Take it back").click()
    eyes.look(page, "staff: take a request back, dialog")
    closes(page)


def links_the_post(page: Page, stack: Stack) -> None:
    """To the case that is open on the page."""
    by = {"authorization": f"Bearer {stack.staff_token('everything', list(Role))}"}
    posts = httpx.get(f"{stack.staff}/v1/posts?q=door", headers=by, timeout=30).json()["items"]
    (post,) = [one for one in posts if one["title"] == TITLE]
    new = {"post_id": post["id"], "reason": "shows_it", "confidence": "likely"}
    case = page.url.rsplit("/", 1)[-1]
    assert httpx.post(f"{stack.staff}/v1/cases/{case}/links", json=new, headers=by, timeout=30).status_code == 201
    page.reload()


def asks_for_a_case(stack: Stack) -> None:
    """A detective does, from elsewhere."""
    by = {"authorization": f"Bearer {stack.staff_token('asks-for-cases', [Role.DETECTIVE], [DIVISION])}"}
    (incident,) = httpx.get(f"{stack.staff}/v1/incidents?number=26-801", headers=by, timeout=30).json()["items"]
    new = {"number": "CR-26-801", "incident_id": incident["id"], "why": "Seen twice."}
    assert httpx.post(f"{stack.staff}/v1/cases", json=new, headers=by, timeout=30).status_code == 201


def at_the_queue(page: Page, eyes: Eyes) -> None:
    """An item that waits, decided; what is left, and what was taken down."""
    page.get_by_role("link", name="Queue").click()
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="What waits for you").click()  # on a phone the list is closed
    page.locator("button[data-row]").filter(has_text=TITLE).click()
    expect(page.get_by_role("button", name="Remove", exact=True)).to_be_enabled()
    page.get_by_role("button", name="Open the comments").click()
    expect(page.get_by_role("list", name="Comments")).to_be_visible()
    eyes.look(page, "staff: queue")
    removes_a_comment(page, eyes)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("radio")).to_have_count(5)
    eyes.look(page, "staff: ask the author, dialog")
    closes(page)
    page.get_by_role("button", name="Edit", exact=True).click()
    eyes.look(page, "staff: words out, dialog")
    closes(page)
    page.get_by_role("button", name="Cover", exact=True).click()
    page.get_by_role("button", name="Add a box").click()
    eyes.look(page, "staff: cover, dialog")
    closes(page)
    page.get_by_role("button", name="Hide", exact=True).click()
    expect(page.get_by_text("Post hidden.")).to_be_visible()
    eyes.look(page, "staff: decided")
    page.get_by_role("link", name="Taken down").click()
    page.get_by_role("button", name="Hidden", exact=True).click()
    expect(page.get_by_role("article", name=TITLE)).to_be_visible()
    eyes.look(page, "staff: taken down")
    page.get_by_role("link", name="Queue").click()
    states.on_a_break(page, eyes)
    states.not_read(page, eyes, "**/v1/moderation/queue*", "staff: queue")


def removes_a_comment(page: Page, eyes: Eyes) -> None:
    """By a guideline; and brings it back within the minute."""
    page.get_by_role("button", name="Remove comment").first.click()
    expect(page.get_by_role("dialog").get_by_text("For a minute you can undo it")).to_be_visible()
    eyes.look(page, "staff: remove a comment, dialog")
    page.get_by_role("dialog").get_by_role("button", name="Remove comment").click()
    expect(page.get_by_text("Comment removed.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: the comment stands.")).to_be_visible()
