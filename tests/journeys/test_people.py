"""The main job as people do it, each at a browser of their own."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.conftest import Stack
from tests.journeys.people import GONE_MS, PATIENCE_MS, Resident, Staff, sends_flag
from tests.workers.media.photographs import SIDEWAYS, scene, written
from workers.media import programs

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
FOOTAGE = Path(__file__).parents[3] / "shared" / "clips" / "car-detection.mp4"
PLAIN = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium"),
]
NewPage = Callable[[dict[str, int]], Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, "--disable-sync", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[NewPage]:
    """A browser of one's own for each person: no cookie is shared. A fault in a page's own code fails the test."""
    contexts, faults = [], []

    def new(size: dict[str, int]) -> Page:
        context = chromium.new_context(viewport=size, locale="en-US")  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield new
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of cars on a real road; without the shared footage a test picture stands in."""
    file = tmp_path_factory.mktemp("clip") / "clip.mp4"
    source = ["-i", FOOTAGE] if FOOTAGE.exists() else ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25"]
    subprocess.run([programs.find().ffmpeg, "-v", "error", *source, *PLAIN, "-t", "3", "-an", file], check=True)
    return file


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute and a half of the same road, so that there is time to come and look while it arrives."""
    file = tmp_path_factory.mktemp("clip") / "long.mp4"
    again = ["-stream_loop", "2", "-i", FOOTAGE, "-c", "copy"]
    source = again if FOOTAGE.exists() else ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=15", *PLAIN]
    subprocess.run([programs.find().ffmpeg, "-v", "error", *source, "-t", "90", "-an", file], check=True)
    return file


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A phone's photo, lying on its side."""
    file = tmp_path_factory.mktemp("photo") / "IMG_0001.jpg"
    told = Image.Exif()
    told[0x0112] = SIDEWAYS
    file.write_bytes(written(scene((1600, 1200)), "JPEG", exif=told))
    return file


def test_a_clip_reaches_the_analyst_of_its_division_and_no_other(stack: Stack, new_page: NewPage, clip: Path) -> None:
    """Posted from a phone; Central's analyst sees it arrive, plays it, and at no desk is it new to them any more."""
    central, north = Staff(new_page(DESK), stack, "analyst-central"), Staff(new_page(DESK), stack, "analyst-north")
    central.is_live()
    north.is_live()
    resident = Resident(new_page(PHONE), stack, "journey@example.org")

    label = resident.posts(clip, division="Central", street="Park", title="A van at night, call 816-555-0134")

    resident.sees_it_published()
    title = "A van at night, call [phone]"
    expect(central.row("A van at night")).to_contain_text("New:")
    central.opens("A van at night")
    central.plays()
    expect(central.row("A van at night")).not_to_contain_text("New:")
    another_desk = Staff(new_page(DESK), stack, "analyst-central")
    expect(another_desk.row("A van at night")).not_to_contain_text("New:")
    expect(central.page.get_by_role("region", name="Clip and facts").get_by_text(label).first).to_be_visible()
    assert title in central.page.inner_text("body")
    assert north.row("A van at night").count() == 0
    page = central.page.content()
    assert "journey@example.org" not in page
    assert "816-555-0134" not in page


def test_a_clip_plays_while_it_arrives(stack: Stack, new_page: NewPage, long_clip: Path) -> None:
    """An analyst plays a clip whose end is not made yet: it never stalls, and neither its end nor news disturb it."""
    analyst = Staff(new_page(DESK), stack, "analyst-north")
    analyst.is_live()
    author = Resident(new_page(PHONE), stack, "arriving@example.org")
    author.posts(long_clip, division="North", street="Thistle", title="Plays while it arrives")
    expect(analyst.row("Plays while")).to_contain_text("Arriving")

    analyst.opens("Plays while")
    analyst.watches()

    expect(analyst.row("Plays while")).not_to_contain_text("Arriving", timeout=3 * PATIENCE_MS)
    analyst.goes_on(3)
    assert analyst.befell() == {"arriving": True, "waits": 0, "back": 0, "same": True}


def test_a_moderator_hides_a_flagged_post_and_it_leaves_the_screens(
    stack: Stack, new_page: NewPage, clip: Path
) -> None:
    """A neighbour comments and flags without the name, a moderator hides, and what plays at a desk stops by itself."""
    author = Resident(new_page(PHONE), stack, "author@example.org")
    author.posts(clip, division="Metro", street="Willow", title="Somebody at a window")
    author.sees_it_published()
    neighbour = Resident(new_page(PHONE), stack, "neighbour@example.org")
    neighbour.lives_in("Metro", "Garland")
    neighbour.comments("Somebody at a window", "That was Denise from next door", taking_out="Denise")
    neighbour.flags("Somebody at a window", "Denise is at the window, call 816-555-0142", taking_out="Denise")
    sent = [asked for asked in neighbour.sent.of if "/comments" in asked or "/flags" in asked]
    assert ["Denise" in asked for asked in sent if asked.startswith("POST")] == [False, False]
    analyst, moderator = Staff(new_page(DESK), stack, "analyst-metro"), Staff(new_page(DESK), stack, "moderator")
    analyst.opens("Somebody at a window")
    analyst.watches()

    moderator.page.get_by_role("link", name="Queue").click()
    expect(moderator.page.get_by_text("[name] is at the window, call [phone]")).to_be_visible()
    moderator.hides("Somebody at a window")

    expect(analyst.page.locator("video")).to_have_count(0, timeout=GONE_MS)
    expect(analyst.page.get_by_text("A moderator hid this post. It is no longer shown.")).to_be_visible()
    expect(analyst.row("Somebody at a window")).to_have_count(0)


def test_a_photo_goes_the_way_of_a_clip(stack: Stack, new_page: NewPage, photo: Path) -> None:
    """From a phone, by the larger block, to the desk and the moderator's queue; hidden, it leaves the desk."""
    analyst, author = (
        Staff(new_page(DESK), stack, "analyst-east"),
        Resident(new_page(PHONE), stack, "photo@example.org"),
    )
    analyst.is_live()
    smaller = author.writes(photo, division="East", street="Quarry", title="A photo of a van")
    author.page.get_by_role("switch", name="Name the larger block").press("Space")
    named = author.page.get_by_role("status", name="Chosen block").locator("strong")
    expect(named).not_to_have_text(smaller)
    larger = named.inner_text()
    expect(author.page.get_by_role("img", name="The photo you chose")).to_be_visible()
    assert author.page.get_by_role("switch", name="Keep the sound").count() == 0
    author.sends()
    expect(author.page.get_by_role("region", name="Photo")).to_be_visible()
    expect(author.page.get_by_text("Complete")).to_be_visible()
    assert author.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    expect(analyst.row("A photo of a van").locator(".label")).to_have_text(larger)
    analyst.row("A photo of a van").focus()
    analyst.page.keyboard.press("Enter")
    analyst.sees_the_photo()
    analyst.looks_closer()
    analyst.page.keyboard.press("f")
    analyst.page.get_by_label("Shows someone's private life").check()
    sends_flag(analyst.page, "Marcus drives it, he lives at 816-555-0142", taking_out="Marcus")
    moderator = Staff(new_page(PHONE), stack, "moderator")
    moderator.page.get_by_role("link", name="Queue").click()
    expect(moderator.page.get_by_role("button", name="Show the picture")).to_be_visible()
    expect(moderator.page.get_by_text("[name] drives it, he lives at [phone]")).to_be_visible()
    moderator.page.keyboard.press("v")
    moderator.sees_the_photo()
    moderator.hides("A photo of a van")

    expect(analyst.page.get_by_role("region", name="Photo")).to_have_count(0, timeout=GONE_MS)
    expect(analyst.row("A photo of a van")).to_have_count(0)


def test_a_resident_chooses_by_keyboard_what_is_blurred(stack: Stack, new_page: NewPage, clip: Path) -> None:
    """As the kind of event suggests until they choose; their choice outlives a reload, is asked for, and told back."""
    author = Resident(new_page(PHONE), stack, "blurs@example.org")
    page, blurred = author.page, author.page.get_by_role("region", name="As police and neighbours will see it")
    author.writes(clip, division="South", street="Orchard", title="A dog alone")
    expect(blurred).to_contain_text("Nothing in the picture is blurred.")
    assert not any(author.blurs().values())
    author.calls_it("Animal")
    expect(blurred).to_contain_text("Blurred wherever found: faces, licence plates, and what the camera writes.")
    assert [name for name, on in author.blurs().items() if not on] == ["Whatever never moves"]

    page.get_by_role("switch", name="Keep the sound").focus()
    for key in ("Tab", "Tab", "Space", "Tab", "Space"):
        page.keyboard.press(key)
    author.calls_it("Suspicious")
    page.reload()
    expect(blurred).to_contain_text("Blurred wherever found: faces.")
    chosen = author.blurs()
    author.sends()

    assert [name for name, on in chosen.items() if on] == ["Faces"]
    (post,) = [asked for asked in author.sent.of if asked.startswith("POST") and "/v1/posts " in asked]
    assert '"blur":["faces"]' in post
    expect(page.get_by_text("You asked to blur faces.")).to_be_visible()
    author.withdraws("A dog alone")


def test_a_resident_covers_a_part_of_the_picture_by_keyboard(stack: Stack, new_page: NewPage, clip: Path) -> None:
    """Added, moved, made larger, and another one undone; the box goes with the post, and is told back."""
    author = Resident(new_page(PHONE), stack, "boxes@example.org")
    page = author.page
    author.writes(clip, division="South", street="Orchard", title="A dog alone")
    still = page.get_by_role("group", name="A picture of it, with what you cover")
    page.get_by_role("button", name="Add a box").click()
    expect(still.get_by_role("button")).to_be_focused()
    for key in ("ArrowLeft", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(still.get_by_role("button", name="Box 1: 32 by 32 percent, 33 percent from the left")).to_be_visible()
    page.get_by_role("button", name="Add a box").click()
    page.get_by_role("button", name="Undo").click()
    expect(still.get_by_role("button")).to_have_count(1)
    expect(page.get_by_text("One box of yours is covered.")).to_be_visible()
    author.sends()

    expect(page.get_by_text("You covered one box.")).to_be_visible()
    (post,) = [asked for asked in author.sent.of if asked.startswith("POST") and "/v1/posts " in asked]
    assert '"boxes":[{"x":0.33,"y":0.35,"w":0.32,"h":0.32}]' in post
    author.withdraws("A dog alone")


def test_a_resident_keeps_a_part_of_a_clip_by_keyboard(stack: Stack, new_page: NewPage, clip: Path) -> None:
    """Two sliders: the choice outlives a reload, goes with the post, is told back, and so long is what is shown."""
    author = Resident(new_page(PHONE), stack, "trims@example.org")
    page, seen = author.page, author.page.get_by_role("region", name="As police and neighbours will see it")
    author.writes(clip, division="South", street="Orchard", title="The second half")
    expect(page.get_by_text("All of the clip is kept.")).to_be_visible()

    for _ in range(5):
        page.get_by_role("slider", name="Start").press("ArrowRight")
    expect(seen).to_contain_text("Kept: from 0.5 s to")
    page.reload()
    expect(seen).to_contain_text("Kept: from 0.5 s to")
    author.sends()

    (post,) = [asked for asked in author.sent.of if asked.startswith("POST") and "/v1/posts " in asked]
    assert '"trim":{"start":0.5,"end":' in post
    expect(page.get_by_text("You kept 0.5 s to")).to_be_visible()
    author.withdraws("The second half")


def test_a_resident_is_asked_about_names_before_they_are_sent(stack: Stack, new_page: NewPage, clip: Path) -> None:
    """By keyboard, on a phone: sending asks first; what is taken out is in nothing that is posted; it can be undone."""
    author = Resident(new_page(PHONE), stack, "names@example.org")
    page, seen = author.page, author.page.get_by_role("region", name="As police and neighbours will see it")
    author.writes(clip, division="South", street="Orchard", title="Marcus took a van")
    expect(seen).to_contain_text("Is “Marcus” a person's name?")
    page.get_by_label("What did they do?").fill("my neighbor Jim Peterson saw Marcus. Our dog Rex barked on Troost")
    expect(seen).to_contain_text("Is “Jim Peterson” a person's name?")
    assert "Is “Rex”" not in seen.inner_text()

    page.get_by_role("button", name=re.compile("^Send")).click()
    expect(seen.get_by_role("alert")).to_contain_text("Please answer first.")
    page.keyboard.press("Enter")
    expect(seen).to_contain_text("“Marcus” becomes [name].")
    page.keyboard.press("Enter")
    expect(seen).to_contain_text("Is “Marcus” a person's name?")
    page.keyboard.press("Enter")
    for key in ("Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(seen).to_contain_text("“Jim Peterson” stays.")
    expect(seen.get_by_role("heading", name="[name] took a van")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    author.sends()

    (post,) = [asked for asked in author.sent.of if asked.startswith("POST") and "/v1/posts " in asked]
    assert "my neighbor Jim Peterson saw [name]." in post
    assert "Marcus" not in post
    author.withdraws("[name] took a van")


def test_who_is_in_a_hurry_sends_without_answering(stack: Stack, new_page: NewPage, clip: Path) -> None:
    """Asked once, and not held up; and the page looks at its words once, not all the time."""
    author = Resident(new_page(PHONE), stack, "hurry@example.org")
    author.writes(clip, division="South", street="Orchard", title="Marcus took a van")
    expect(author.page.get_by_text("Is “Marcus” a person's name?")).to_be_visible()
    before = len([asked for asked in author.sent.of if "/v1/previews" in asked])
    author.page.wait_for_timeout(2_000)
    assert len([asked for asked in author.sent.of if "/v1/previews" in asked]) - before <= 1

    author.page.get_by_role("button", name=re.compile("^Send")).click()
    expect(author.page.get_by_role("button", name="Send without answering")).to_be_visible()
    author.sends()

    assert any("/v1/posts " in asked and "Marcus" in asked for asked in author.sent.of)
    author.withdraws("Marcus took a van")


def test_a_held_post_is_reworded_and_goes_out(stack: Stack, new_page: NewPage, clip: Path) -> None:
    """Sending holds words that tell no act, with a hint; said another way, by keyboard, the draft goes out."""
    author = Resident(new_page(PHONE), stack, "rewords@example.org")
    page, seen = author.page, author.page.get_by_role("region", name="As police and neighbours will see it")
    author.writes(clip, division="South", street="Orchard", title="Suspicious man on our street")
    expect(page.get_by_text("How somebody looked is asked after what they did.")).to_be_visible()
    expect(seen.get_by_role("heading", name="Suspicious man")).to_be_visible()

    page.get_by_role("button", name=re.compile("^Send")).click()
    expect(seen.get_by_role("alert")).to_contain_text("Says that somebody is there, not what they did.")
    expect(page.get_by_role("button", name="Send as it is, held for a moderator")).to_be_visible()
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.type("He tried the doors of three cars.")
    page.get_by_label("How did they look?").fill("About 30, tall, red cap.")
    expect(seen.get_by_role("alert")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    author.sends()

    (post,) = [asked for asked in author.sent.of if asked.startswith("POST") and "/v1/posts " in asked]
    assert "He tried the doors of three cars.\\nAbout 30, tall, red cap." in post
    author.sees_it_published()
    author.withdraws("Suspicious man on our street")


def test_a_post_sent_as_it_is_waits_for_a_moderator(stack: Stack, new_page: NewPage, clip: Path) -> None:
    """No analyst sees it until a moderator, who reads the rule that holds it, lets it out by one key."""
    analyst, author = (
        Staff(new_page(DESK), stack, "analyst-south"),
        Resident(new_page(PHONE), stack, "anyway@example.org"),
    )
    analyst.is_live()
    author.writes(clip, division="South", street="Orchard", title="A stranger walking by")
    author.page.get_by_role("button", name=re.compile("^Send")).click()
    expect(author.page.get_by_role("button", name="Send as it is, held for a moderator")).to_be_visible()
    author.sends()
    expect(author.page.get_by_text("Nobody sees this post until a moderator has looked")).to_be_visible()
    expect(author.page.get_by_text("Says that somebody is there, not what they did.")).to_be_visible()
    assert analyst.row("A stranger walking by").count() == 0

    moderator = Staff(new_page(DESK), stack, "moderator").page
    moderator.get_by_role("link", name="Queue").click()
    moderator.locator(".list").get_by_text("A stranger walking by").click()
    expect(moderator.get_by_text("Says that somebody is there, not what they did")).to_be_visible()
    expect(moderator.get_by_role("button", name="Hold", exact=True)).to_have_count(0)
    moderator.keyboard.press("d")
    expect(moderator.get_by_text("Post restored.")).to_be_visible()

    expect(analyst.row("A stranger walking by")).to_be_visible()
    author.withdraws("A stranger walking by")


def test_what_may_be_posted_is_read_in_both_languages(stack: Stack, new_page: NewPage) -> None:
    """From where one writes: the guidelines with their examples, what is asked before sending, and the version."""
    page = Resident(new_page(PHONE), stack, "reads@example.org").page
    page.get_by_role("link", name="Post", exact=True).click()

    page.get_by_role("link", name="What may be posted").click()

    expect(
        page.get_by_role("heading", name="Somebody is suspected for how they look, or for being there")
    ).to_be_visible()
    expect(page.get_by_text("A Hispanic male took my bike.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Me", exact=True).click()
    page.get_by_label("Language").select_option("es")
    page.go_back()
    expect(page.get_by_text("Un hombre hispano se llevó mi bicicleta.")).to_be_visible()


def test_a_resident_withdraws_while_it_is_processed_and_after(stack: Stack, new_page: NewPage, clip: Path) -> None:
    """Taken back at any moment, a post is seen by nobody, and its author is told so."""
    analyst, author = Staff(new_page(DESK), stack, "analyst-east"), Resident(new_page(PHONE), stack, "back@example.org")
    analyst.is_live()
    author.posts(clip, division="East", street="Quarry", title="Taken back early")
    author.withdraws("Taken back early")
    author.posts(clip, division="East", street="Quarry", title="Taken back late")
    author.sees_it_published()
    expect(analyst.row("Taken back late")).to_be_visible()

    author.withdraws("Taken back late")

    expect(analyst.row("Taken back late")).to_have_count(0)
    assert analyst.row("Taken back early").count() == 0


def test_no_coordinate_and_no_typed_street_leaves_the_page(stack: Stack, new_page: NewPage, clip: Path) -> None:
    """All that the page asks of any server while a block is chosen and a clip is posted: ids, never places."""
    page = new_page(PHONE)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 10.00123, "longitude": -40.00234})
    resident = Resident(page, stack, "private@example.org")
    page.get_by_role("link", name="Area").click()
    page.get_by_role("button", name="Use my location").click()
    expect(page.get_by_text("Found on this device. Your location was not sent.")).to_be_visible()

    resident.posts(clip, division="South", street="Orchard", title="Nothing of where")

    assert any("/v1/posts" in asked for asked in resident.sent.of), "the log was kept"
    told = "\n".join(asked for asked in resident.sent.of)
    assert not re.search(r"10\.00\d|40\.00\d|orchard", told, re.IGNORECASE)
    assert not re.search(r"\b(lat|lon|lng|latitude|longitude|bbox|zoom)\b", told, re.IGNORECASE)
