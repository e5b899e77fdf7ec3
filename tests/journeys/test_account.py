"""An account from its passkey to its end, at browsers: shown outside, followed, fetched as a file, left for good."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Stack
from tests.journeys.people import PATIENCE_MS, Resident
from tests.journeys.test_people import DESK, PHONE, NewPage, chromium, clip, new_page, pytestmark
from tests.storage.identity.making import bytes_below

__all__ = ["Browser", "chromium", "clip", "new_page", "pytestmark"]

MAIL, TITLE = "goes.away@example.org", "Somebody pulled at garage doors"


def test_an_account_is_shared_by_is_fetched_and_leaves_nothing(
    stack: Stack, new_page: NewPage, clip: Path, tmp_path: Path
) -> None:
    """Its post is shown outside and followed by a neighbour; by its passkey it comes back, and then goes for good."""
    author = Resident(new_page(PHONE), stack, MAIL)
    author.lives_in("Central", "Park")
    author.posts(clip, division="Central", street="Park", title=TITLE)
    author.sees_it_published()
    outside = shows_it_outside(author.page, new_page)
    follows_it(stack, new_page, clip)
    is_resolved(author.page, outside)

    has_a_passkey(author.page)
    other = Resident(new_page(DESK), stack, MAIL)
    ends_it_elsewhere(author.page, other.page)
    fetches_what_is_held(author.page, tmp_path / "held.zip")

    leaves(author.page)

    expect(author.page.get_by_text("You have left.")).to_be_visible()
    assert (
        author.page.evaluate("Object.keys(localStorage).filter((key) => key.includes('draft') || key.includes('flag'))")
        == []
    )
    assert MAIL.encode() not in bytes_below(stack.data / "identity")
    expect(outside.get_by_text("Nothing is shown here")).to_be_visible(timeout=PATIENCE_MS)  # by itself
    author.page.get_by_role("button", name="Log in with a passkey").click()
    expect(author.page.get_by_text("That passkey opens nothing here.")).to_be_visible()


def shows_it_outside(page: Page, new_page: NewPage) -> Page:
    """By a link that tells words and division, then by one that shows all of it; the first is revoked."""
    addresses = []
    for shows, place in (("The words alone", "The division alone"), ("The words and the clip", "The block")):
        page.get_by_role("radio", name=shows).check()
        page.get_by_role("radio", name=place).check()
        page.get_by_role("button", name="Make a link").click()
        made = page.locator("code").filter(has_text="/shared#")
        expect(made).not_to_have_text(addresses[0] if addresses else "")
        addresses.append(made.inner_text())
    words, outside = new_page(PHONE), new_page(DESK)
    words.goto(addresses[0])
    expect(words.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(words.get_by_text("Central", exact=True)).to_be_visible()
    assert words.get_by_text("homes").count() == 0
    assert words.locator("video, img[src^='/v1']").count() == 0
    assert words.evaluate("document.documentElement.scrollWidth <= innerWidth")
    outside.goto(addresses[1])
    expect(outside.get_by_text(re.compile(r"one of \d+ homes"))).to_be_visible()
    outside.wait_for_function("() => document.querySelector('video')?.readyState >= 1", timeout=PATIENCE_MS)

    revoked = page.get_by_role("listitem").filter(has_text="The words alone")
    revoked.get_by_role("button", name="Revoke").click()

    expect(revoked).to_have_count(0)
    words.reload()
    expect(words.get_by_text("Nothing is shown here")).to_be_visible()
    return outside


def follows_it(stack: Stack, new_page: NewPage, clip: Path) -> None:
    """A neighbour who writes about the same is shown it, and nothing of what they typed was sent by then."""
    neighbour = Resident(new_page(PHONE), stack, "follows@example.org")
    neighbour.page.goto(f"http://residents.localhost:{stack.base}/posts/{'a' * 26}")  # a link, before there is a home
    neighbour.page.get_by_role("link", name="Choose your block").click()
    neighbour.lives_in("Central", "Park")
    neighbour.writes(clip, division="Central", street="Park", title="A stranger pulled at every garage door")
    alike = neighbour.page.get_by_role("region", name="Is it one of these?")
    expect(alike.get_by_role("link", name=TITLE)).to_be_visible()

    alike.get_by_role("listitem").filter(has_text=TITLE).get_by_role("button", name="Follow this one instead").click()

    expect(neighbour.page.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(neighbour.page.get_by_role("button", name=re.compile("Seen it too")).filter(has_text="1")).to_be_visible()
    typed = [
        line
        for line in neighbour.sent.of
        if "stranger" in line and "/v1/previews" not in line and "/v1/names" not in line
    ]
    assert typed == []


def is_resolved(page: Page, outside: Page) -> None:
    """Its author says so, and whoever looks sees it."""
    page.get_by_role("button", name="Resolved").click()
    expect(page.get_by_text("Resolved.", exact=True)).to_be_visible()
    outside.reload()
    expect(outside.get_by_text("Resolved.", exact=True)).to_be_visible()


def has_a_passkey(page: Page) -> None:
    """Adds one that the browser holds, logs out, and comes back without an address or a code."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    holds = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    answers = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": {**answers, **holds}})
    opens_the_account(page)
    page.get_by_label("Name of a new one").fill("Phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("list", name="Passkeys").get_by_text("Phone")).to_be_visible()

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Me").click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Log in with a passkey").click()

    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def opens_the_account(page: Page) -> None:
    """By the page of one's own."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Me").click()
    page.get_by_role("link", name="Account and data").click()
    expect(page.get_by_role("heading", name="Passkeys")).to_be_visible()


def ends_it_elsewhere(page: Page, other: Page) -> None:
    """The log-in on the other screen is listed, and ends there without a hand on it."""
    other.get_by_role("link", name="Area").click()
    expect(other.get_by_text("Live", exact=True).first).to_be_visible()
    opens_the_account(page)
    places = page.get_by_role("list", name="Where you are logged in").get_by_role("listitem")
    expect(places).to_have_count(2)
    expect(places.filter(has_text="This browser")).to_have_count(1)
    page.get_by_role("button", name="End", exact=True).click()
    expect(places).to_have_count(1)
    expect(other.get_by_label("Email")).to_be_visible()


def fetches_what_is_held(page: Page, file: Path) -> None:
    """One file; the address, the passkey's name and the post with its key are in it."""
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download").click()
    coming.value.save_as(file)
    with zipfile.ZipFile(file) as held:
        assert json.loads(held.read("account.json"))[0]["email"] == MAIL
        assert json.loads(held.read("passkeys.json"))[0]["name"] == "Phone"
        (post,) = json.loads(held.read("posts.json"))
    assert (post["state"], len(post["receipt"])) == ("published", 32)


def leaves(page: Page) -> None:
    """With everything, at once."""
    page.get_by_role("link", name="Leave Porchlight").click()
    expect(page.get_by_role("checkbox", name=re.compile(TITLE))).to_be_checked()
    page.get_by_role("switch", name=re.compile("One by one")).uncheck()
    page.get_by_role("button", name="Leave Porchlight").click()
    expect(page.get_by_role("dialog")).to_contain_text("1 post is taken back")
    page.get_by_role("dialog").get_by_role("button", name="Leave for good").click()
