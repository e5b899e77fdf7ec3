"""The people of Porchlight at a real browser: what each can do, in their words."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, Request, expect

from tests.journeys.conftest import Stack

PATIENCE_MS = 90_000  # a clip on a busy machine, behind the one before it; everything else is far quicker
# After a decision nothing of a clip is on a screen any more. That this takes two seconds is measured where nobody else
# works (tests/api/test_streams.py); here nine programs and two browsers share two processors.
GONE_MS = 10_000
WIDE = 800  # pixels: narrower, the queue shows its list or an item
# What befalls somebody who watches: whether it began while the clip arrived, waits for seconds that are not there
# (a busy machine's decoder waits with the seconds at hand), steps back, and another element in the video's place.
WATCH = """() => {
    const video = document.querySelector('video');
    const seen = (window.seen = { arriving: null, waits: 0, back: 0 });
    const arriving = () => document.querySelector('.player').innerText.includes('Arriving');
    window.same = () => video === document.querySelector('video');
    let at = 0;
    const ahead = () => (video.buffered.length ? video.buffered.end(video.buffered.length - 1) : 0) - video.currentTime;
    video.addEventListener('waiting', () => (seen.waits += at > 0 && ahead() < 0.5 ? 1 : 0));
    video.addEventListener('timeupdate', () => {
        if (at === 0 && video.currentTime > 0) seen.arriving = arriving();
        if (video.currentTime < at) seen.back += 1;
        at = video.currentTime;
    });
}"""


class Resident:
    """Somebody at the resident site."""

    def __init__(self, page: Page, stack: Stack, email: str) -> None:
        self.page, self.sent = page, Asked(page)
        page.goto(f"http://residents.localhost:{stack.base}/")
        page.get_by_label("Email").fill(email)
        page.get_by_role("button", name="Send me a code").click()
        page.get_by_role("button", name="Fill it in").click()
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()

    def lives_in(self, division: str, street: str) -> None:
        """Chooses a home block by typing a street."""
        self.page.get_by_role("link", name="Area").click()
        self._picks(division, street)
        self.page.get_by_role("button", name="This is my block").click()
        expect(self.page.get_by_role("heading", name="Your area")).to_be_visible()

    def posts(self, clip: Path, *, division: str, street: str, title: str) -> str:
        """Shares a clip; answers the label of the block it is posted in. Does not wait for it to be published."""
        label = self.writes(clip, division=division, street=street, title=title)
        self.sends()
        return label

    def writes(self, clip: Path, *, division: str, street: str, title: str) -> str:
        """Fills in all that is asked about a clip; answers the label of its block."""
        page = self.page
        page.get_by_role("link", name="Post", exact=True).click()
        page.get_by_label("Choose a video").set_input_files(clip)
        label = self._picks(division, street)
        self.calls_it("Suspicious")
        page.get_by_label("Title").fill(title)
        return label

    def calls_it(self, kind: str) -> None:
        """Says what kind of event it is."""
        self.page.get_by_role("radio", name=kind).or_(self.page.get_by_role("button", name=kind)).first.click()

    def blurs(self) -> dict[str, bool]:
        """What the page would ask to have blurred."""
        names = ("Faces", "Licence plates", "What the camera writes", "Whatever never moves")
        switches = {name: self.page.get_by_role("switch", name=name) for name in names}
        return {name: switch.is_checked() for name, switch in switches.items()}

    def sends(self) -> None:
        """Reads how it will be seen, and sends it."""
        who = self.page.get_by_role("region", name="Who could this be?")
        expect(who.get_by_text(re.compile(r"one of \d+ homes"))).to_be_visible()
        expect(self.page.get_by_text("Not your name, not your address.")).to_be_visible()
        self.page.get_by_role("button", name=re.compile("^Send")).click()
        expect(self.page.get_by_role("heading", name="Your post")).to_be_visible(timeout=PATIENCE_MS)

    def sees_it_published(self) -> None:
        """Waits at the timeline until the post is there."""
        expect(self.page.get_by_text("Published").first).to_be_visible(timeout=PATIENCE_MS)
        expect(
            self.page.get_by_role("region", name="Video player").or_(self.page.locator("video")).first
        ).to_be_visible(timeout=PATIENCE_MS)

    def withdraws(self, title: str) -> None:
        """Takes a post back from the list of one's own."""
        self.page.get_by_role("link", name="Me", exact=True).click()
        self.page.get_by_role("article", name=title).get_by_role("button", name="Withdraw").click()
        self.page.get_by_role("dialog").get_by_role("button", name="Withdraw for good").click()
        # Its words are shredded with it, so it has no name any more by which a list could tell it.
        expect(self.page.get_by_role("article", name=title)).to_have_count(0)
        expect(
            self.page.get_by_role("list", name="My posts").get_by_text("Withdrawn", exact=True).first
        ).to_be_visible()

    def flags(self, title: str, note: str, *, taking_out: str) -> None:
        """Opens a neighbour's post and flags it, without the name the page asks about."""
        self.page.get_by_role("link", name="Area").click()
        self.page.get_by_role("link", name=re.compile(title)).first.click()
        self.page.get_by_role("button", name="Flag").first.click()
        self.page.get_by_label("Shows someone's private life").check()
        sends_flag(self.page, note, taking_out=taking_out)

    def comments(self, title: str, words: str, *, taking_out: str) -> None:
        """Opens a neighbour's post and says something, without the name the page asks about."""
        self.page.get_by_role("link", name="Area").click()
        self.page.get_by_role("link", name=re.compile(title)).first.click()
        self.page.get_by_label("Add a comment").fill(words)
        self.page.get_by_role("button", name="Comment", exact=True).click()
        question = self.page.get_by_role("group", name=f"Is “{taking_out}” a person's name?")
        question.get_by_role("button", name="Yes, take it out").click()
        self.page.get_by_role("button", name="Comment", exact=True).click()
        said = self.page.get_by_role("list", name="Comments")
        expect(said.get_by_text(words.replace(taking_out, "[name]"))).to_be_visible()
        self.page.locator("#main").get_by_role("link", name="Area").click()

    def registers_a_camera(self, division: str, street: str, name: str = "") -> str:
        """A camera that looks south; answers the label of its block."""
        page = self.page
        page.goto(re.sub(r"(//[^/]+)/.*", r"\1/me/cameras/new", page.url))
        label = self._picks(division, street)
        page.get_by_role("radio", name="south", exact=True).check()
        if name:
            page.get_by_label("Name", exact=True).fill(name)
        page.get_by_role("button", name="Register camera").click()
        expect(page.get_by_text("Active", exact=True)).to_be_visible()
        return label

    def _picks(self, division: str, street: str) -> str:
        self.page.get_by_label("Division").select_option(label=division)
        self.page.get_by_role("combobox", name="Street or block name").fill(street)
        self.page.get_by_role("listbox", name="Blocks found").get_by_role("option").first.click()
        chosen = self.page.get_by_role("status", name="Chosen block").locator("strong")
        expect(chosen).to_contain_text(street)  # and not the one that was chosen before
        return chosen.inner_text()


class Staff:
    """Somebody at the staff site."""

    def __init__(self, page: Page, stack: Stack, name: str) -> None:
        self.page = page
        page.goto(f"http://staff.localhost:{stack.base + 1}/")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(stack.password(name))
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("navigation", name="Pages")).to_be_visible()

    def is_live(self) -> None:
        """Waits until the line to the feed stands."""
        expect(self.page.get_by_text("Live", exact=True).first).to_be_visible()

    def row(self, title: str) -> Locator:
        """The post in the list of the desk."""
        return self.page.locator("button[data-row]").filter(has_text=title)

    def opens(self, title: str) -> None:
        """Looks at a post."""
        self.row(title).click()

    def plays(self) -> None:
        """Sees that the clip is decoded by this browser: a picture with a size and a length."""
        plays(self.page)

    def looks_closer(self) -> None:
        """By the space bar, a photo that is seen is as large as it is."""
        self.page.keyboard.press("Space")
        photo = self.page.get_by_role("region", name="Photo").first
        expect(photo.get_by_role("button", name="Zoom out")).to_be_visible()

    def sees_the_photo(self) -> None:
        """Sees that the photo itself, and not its poster, is decoded by this browser."""
        self.page.wait_for_function("() => document.querySelector('.picture img')?.naturalWidth > 500")

    def watches(self) -> None:
        """Presses play, and sees the picture move."""
        video = self.page.locator("video")
        expect(video).to_be_visible()
        video.evaluate(WATCH)
        self.page.keyboard.press("Space")
        self.goes_on(0.5)

    def goes_on(self, seconds: float) -> None:
        """Sees so much more of what plays."""
        until = self.page.locator("video").evaluate("v => v.currentTime") + seconds
        self.page.wait_for_function("until => document.querySelector('video').currentTime >= until", arg=until)

    def befell(self) -> dict[str, object]:
        """What befell who watched."""
        told: dict[str, object] = self.page.evaluate("() => ({ ...seen, same: same() })")
        return told

    def hides(self, title: str) -> None:
        """Judges a flagged post: off every screen."""
        self.page.get_by_role("link", name="Queue").click()
        assert self.page.viewport_size
        if self.page.viewport_size["width"] < WIDE:  # on a phone the list is closed
            self.page.get_by_role("button", name="What waits for you").click()
        item = self.page.get_by_role("region", name="Flagged posts").or_(self.page.locator(".list"))
        item.get_by_text(title).first.click()
        self.page.get_by_role("button", name="Hide", exact=True).click()
        expect(self.page.get_by_text("Post hidden.")).to_be_visible()


class Asked:
    """All that a page asked of any server: addresses and bodies."""

    def __init__(self, page: Page) -> None:
        self.of: list[str] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        body = b"" if "/parts/" in request.url else request.post_data_buffer or b""
        self.of.append(f"{request.method} {request.url} {body.decode(errors='replace')}")


def sends_flag(page: Page, note: str, *, taking_out: str) -> None:
    """Writes a flag's note, is asked about the name in it before anything is sent, takes it out by keyboard."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What should the moderator know?").fill(note)
    dialog.get_by_role("button", name="Send flag").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Please answer first.")
    expect(dialog.get_by_role("group", name=f"Is “{taking_out}” a person's name?")).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog.get_by_text(f"“{taking_out}” becomes [name].")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    dialog.get_by_role("button", name="Send flag").click()
    expect(page.get_by_text("Flag sent to the moderators.")).to_be_visible()


def plays(page: Page) -> None:
    """Sees that a page's clip is decoded by this browser: a picture with a size and a length."""
    video = page.locator("video").first
    expect(video).to_be_visible()
    page.wait_for_function("() => document.querySelector('video')?.readyState >= 2", timeout=PATIENCE_MS)
    assert video.evaluate("v => v.videoWidth > 0 && v.duration > 0.5")
