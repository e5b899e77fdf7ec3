"""Every page by axe-core, on a phone by day and on a wide screen by night: it finds nothing serious."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.journeys import opened, states
from tests.journeys.axe import SERIOUS, Eyes
from tests.journeys.conftest import Stack
from tests.journeys.opened import DIVISION, TITLE, closes
from tests.journeys.people import Resident
from tests.journeys.test_people import PHONE, NewPage, chromium, clip, new_page, pytestmark

__all__ = ["Browser", "chromium", "clip", "new_page", "pytestmark"]


def test_what_hinders_somebody_is_seen_at_both_widths(new_page: NewPage) -> None:
    """A button without a name is told with page, width, rule and element: silence about a page means something."""
    eyes, page = Eyes(), new_page(PHONE)
    page.set_content("<html lang=en><title>Hello</title><main><h1>Hello</h1><button></button></main>")

    eyes.look(page, "nameless")

    told = [line.partition(": Fix")[0] for line in eyes.wrong(*SERIOUS).splitlines()]
    assert told == [f"nameless, {seen}: button-name at button" for seen in ("390 px, light", "1440 px, dark")]


def test_nothing_serious_hinders_anybody_on_any_page(
    stack: Stack, new_page: NewPage, clip: Path, tmp_path: Path
) -> None:
    """A resident writes each step of a post and a neighbour sees it; staff look at it, judge it and work on a case."""
    eyes, public = Eyes(), new_page(PHONE)
    public.goto(f"{stack.public}/")
    expect(public.get_by_role("heading", name="In numbers")).to_be_visible()
    eyes.look(public, "public")
    public.goto(f"{stack.public}/shared#nothing")
    expect(public.get_by_text("Nothing is shown here")).to_be_visible()
    eyes.look(public, "shared, nothing")

    page = new_page(PHONE)
    logs_in(page, stack, eyes)
    author = Resident(page, stack, "eyes@example.org")
    eyes.look(page, "home block")
    author.lives_in(DIVISION, "Willow")
    eyes.look(page, "empty area")
    page.get_by_role("link", name="Inbox").click()
    expect(page.get_by_text("Nothing is asked of you")).to_be_visible()
    eyes.look(page, "empty inbox")
    owns_a_camera(author, stack, eyes)
    has_an_account(author.page, eyes)
    writes_a_post(author, clip, eyes)
    opened.by_staff(new_page(PHONE), stack, eyes, tmp_path)

    wrong = eyes.wrong(*SERIOUS)
    assert not wrong, wrong


def logs_in(page: Page, stack: Stack, eyes: Eyes) -> None:
    """Both steps of a resident's log-in."""
    page.goto(f"http://residents.localhost:{stack.base}/")
    expect(page.get_by_label("Email")).to_be_visible()
    eyes.look(page, "log-in")
    page.get_by_label("Email").fill("looked@example.org")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("button", name="Fill it in")).to_be_visible()
    eyes.look(page, "log-in, code")


def owns_a_camera(owner: Resident, stack: Stack, eyes: Eyes) -> None:
    """The page of cameras without one, the form, and the page with one and its ledger."""
    page = owner.page
    page.get_by_role("link", name="Me", exact=True).click()
    expect(page.get_by_text("You have not posted yet")).to_be_visible()
    eyes.look(page, "me, without posts")
    page.get_by_role("link", name="My alerts").click()
    page.get_by_role("switch", name="Quiet hours").click()
    eyes.look(page, "alerts")
    page.get_by_role("link", name="Me", exact=True).first.click()
    page.get_by_role("link", name="My cameras").click()
    expect(page.get_by_text("No camera yet")).to_be_visible()
    eyes.look(page, "no cameras")
    page.get_by_role("link", name="Add a camera").click()
    owner._picks(DIVISION, "Garland")
    page.get_by_role("radio", name="west", exact=True).check()
    eyes.look(page, "camera, new")
    page.get_by_role("button", name="Register camera").click()
    row = page.get_by_role("list", name="My cameras").get_by_role("article")
    row.get_by_role("button", name="Map").click()
    expect(page.get_by_role("region", name="Map of blocks")).to_be_visible()
    eyes.look(page, "cameras")
    row.get_by_role("link", name="Change").click()
    expect(page.get_by_role("region", name="A business? List it openly")).to_be_visible()
    eyes.look(page, "camera, change")


def has_an_account(page: Page, eyes: Eyes) -> None:
    """Passkeys, log-ins and what is held; the way out, and its last question."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Me").click()
    page.get_by_role("link", name="Account and data").click()
    expect(page.get_by_role("list", name="Where you are logged in")).to_be_visible()
    eyes.look(page, "account")
    page.get_by_role("link", name="Leave Porchlight").click()
    expect(page.get_by_role("heading", name="Leave", exact=True)).to_be_visible()
    states.seen(page, eyes, "leave")
    page.get_by_role("button", name="Leave Porchlight").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    eyes.look(page, "leave, dialog")
    closes(page)


def writes_a_post(author: Resident, clip: Path, eyes: Eyes) -> None:
    """Compose step by step, what was sent, and the post as neighbours see it, with words about it and a flag."""
    page = author.page
    page.get_by_role("link", name="Post", exact=True).click()
    expect(page.get_by_role("heading", name="Post a clip or photo")).to_be_visible()
    eyes.look(page, "compose, empty")
    page.get_by_role("link", name="What may be posted").click()
    expect(page.get_by_text("Fine:", exact=True).first).to_be_visible()
    eyes.look(page, "guidelines")
    author.writes(clip, division=DIVISION, street="Willow", title=TITLE)
    page.get_by_label("What did they do?").fill("Marcus Miller tried our door.")
    page.get_by_role("button", name="Add a box").click()
    expect(page.get_by_role("button", name=re.compile("^Yes, take it out")).first).to_be_visible()
    eyes.look(page, "compose, all steps")
    page.get_by_role("button", name="Yes, take it out").first.click()
    author.sends()
    eyes.look(page, "sent")
    author.sees_it_published()
    eyes.look(page, "published")

    page.get_by_role("link", name="Me", exact=True).click()
    expect(page.get_by_role("article", name=TITLE)).to_be_visible()
    eyes.look(page, "me")
    page.get_by_role("article", name=TITLE).get_by_role("button", name="Withdraw").click()
    eyes.look(page, "withdraw, dialog")
    closes(page)
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", name="Your post")).to_be_visible()
    eyes.look(page, "my post")
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_text("Here it is, this once")).to_be_visible()
    states.seen(page, eyes, "my post, shown outside")
    page.get_by_role("link", name="Area").click()
    page.get_by_role("button", name="Map", exact=True).click()
    expect(page.get_by_role("region", name="Map of blocks")).to_be_visible()
    eyes.look(page, "area, map and list")
    states.without_a_line(page, eyes, "area")
    page.get_by_role("link", name=re.compile(TITLE)).first.click()
    page.get_by_label("Add a comment").fill("I saw it too.")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_role("list", name="Comments")).to_be_visible()
    page.get_by_role("button", name="What is wrong with this comment?").click()
    page.get_by_label("Harasses or threatens someone").check()
    states.seen(page, eyes, "flag a comment, dialog")
    page.get_by_role("button", name="Send flag").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Seen it too").click()
    eyes.look(page, "post")
    page.get_by_role("button", name="Flag").click()
    page.get_by_label("Shows someone's private life").check()
    page.get_by_label("What should the moderator know?").fill("One sees Marcus Miller.")
    eyes.look(page, "flag, dialog")
    page.get_by_role("button", name="Send flag").click()
    page.get_by_role("button", name=re.compile("^Yes, take it out")).first.click()
    page.get_by_role("button", name="Send flag").click()
    expect(page.get_by_text("Flag sent to the moderators.")).to_be_visible()
    page.get_by_role("link", name="Me", exact=True).click()
    expect(page.get_by_text("Shows someone's private life")).to_be_visible()
    eyes.look(page, "me, flags")
