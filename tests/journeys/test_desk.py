"""An analyst's desk: what it is narrowed to, by hand and by keyboard, of what is listed and of what arrives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from feed import posting
from feed.bell import Bell
from storage.atlas import versions
from storage.atlas.shapes import Atlas
from storage.db import AIRLOCK, Database
from storage.kit import clock, keys, settings
from storage.kit.ids import BlockId, PostId, new_id
from storage.kit.redis import connect
from storage.posts.posts import NewPost, Verb
from storage.record import open_record
from tests.journeys.conftest import Stack
from tests.journeys.people import Asked, Staff
from tests.journeys.test_people import DESK, PHONE, NewPage, chromium, new_page, pytestmark

__all__ = ["Browser", "chromium", "new_page", "pytestmark"]


class Shown:
    """What the record of a running stack shows, without the long way a clip takes."""

    def __init__(self, stack: Stack) -> None:
        here = settings.record({"PORCHLIGHT_DATA": str(stack.data), "PORCHLIGHT_PORTS": str(stack.base)})
        self.record: Database = open_record(here.database)
        self._bell = Bell(connect(here.redis), keys.read_or_make(here.bell_key_file))

    def blocks(self, division: str) -> list[BlockId]:
        """The blocks of a division of the demo city, without larger ones."""
        atlas = self.atlas()
        found = atlas.division(division)
        assert found is not None
        return sorted(block.id for block in atlas.blocks_of(found.id))

    def atlas(self) -> Atlas:
        """The map that is current."""
        with self.record.read() as conn:
            return versions.current(conn)

    def publish(self, title: str, block: BlockId, *, category: str = "suspicious", kind: str = "photo") -> PostId:
        """A live post without a picture."""
        at = clock.rounded(clock.now())
        new = NewPost(PostId(new_id()), kind, category, title, "", at, at, block, 0)
        with self.record.write(by=AIRLOCK) as tx:
            posting.publish(tx, self._bell, new, (), generation=1)
        return new.id

    def hide(self, post_id: PostId) -> None:
        """Takes a post off every screen."""
        with self.record.write(by=AIRLOCK) as tx:
            posting.decide(tx, self._bell, post_id, Verb.HIDE, reason="privacy")


@pytest.fixture(scope="module")
def shown(stack: Stack) -> Iterator[Shown]:
    """The record behind the screens."""
    here = Shown(stack)
    yield here
    here.record.engine.dispose()


def test_a_filter_holds_for_the_list_for_what_arrives_and_after_a_reload(
    stack: Stack, new_page: NewPage, shown: Shown
) -> None:
    """By category, kind and words at once; cleared with one key, and that is taken back with one press."""
    block = shown.blocks("East")[0]
    shown.publish("Grey van, early", block, category="crime")
    shown.publish("Grey dog, early", block, category="animal")
    shown.publish("Blue car, early", block, category="crime")
    desk = Staff(new_page(DESK), stack, "analyst-east")
    page = desk.page
    page.get_by_role("button", name="Crime", exact=True).click()
    page.get_by_role("button", name="Photos", exact=True).click()
    expect(desk.row("early")).to_have_count(2)
    page.get_by_label("Words in title or text").fill("VÁN grey")
    expect(desk.row("early")).to_have_count(1)  # words count a moment after the last key
    desk.is_live()

    shown.publish("Grey van, late", block, category="crime")
    shown.publish("Minivan, grey, late", block, category="crime")
    shown.publish("Grey van, late as a clip", block, category="crime", kind="video")
    gone = shown.publish("Grey van, late and gone", block, category="crime")
    expect(desk.row("late and gone")).to_have_count(1)
    shown.hide(gone)
    expect(desk.row("late and gone")).to_have_count(0)
    assert titles(page) == ["Grey van, late", "Grey van, early"]

    page.reload()
    desk.is_live()
    expect(desk.row("early")).to_have_count(1)
    assert titles(page) == ["Grey van, late", "Grey van, early"]
    page.locator("h1").press("c")
    expect(desk.row("early")).to_have_count(3)
    page.get_by_role("button", name="Undo").click()
    expect(desk.row("early")).to_have_count(1)


def test_an_area_drawn_on_the_map_leaves_the_page_as_blocks(stack: Stack, new_page: NewPage, shown: Shown) -> None:
    """Drawn by pointer: the list is asked for blocks alone, larger ones too, and what is elsewhere is not shown."""
    here = shown.blocks("South")
    desk = Staff(new_page(DESK), stack, "analyst-south")
    desk.is_live()
    page = desk.page
    asked = Asked(page)
    box = page.locator(".lens .canvas").bounding_box()
    assert box is not None
    page.locator("h1").press("o")
    drawn = [(0.4, 0.4), (0.55, 0.42), (0.6, 0.5), (0.5, 0.55), (0.4, 0.5)]
    page.mouse.move(*at(box, *drawn[0]))
    page.mouse.down()
    for point in drawn[1:]:
        page.mouse.move(*at(box, *point), steps=4)
    with page.expect_request(lambda one: "/v1/posts?" in one.url and "block=" in one.url):
        page.mouse.up()
    expect(area(page)).to_be_visible()

    lists = [parse_qs(urlsplit(line.split(" ")[1]).query) for line in asked.of if "/v1/posts?" in line]
    narrowed = [one for one in lists if "block" in one]
    asked_for = set(narrowed[0]["block"])
    inside = asked_for & set(here)
    around = {larger.id: set(larger.cells) for larger in shown.atlas().larger}
    assert inside < set(here)
    assert asked_for - inside == {larger for larger, cells in around.items() if cells & inside}
    assert [set(one) for one in narrowed] == [{"block"}]
    assert not re.search(r"\b(lat|lon|lng|bbox|ring|shape|polygon|coordinates)\b|\d\.\d{3}", "\n".join(asked.of))
    outside = next(block for block in here if block not in inside)
    shown.publish("Not in the area", outside)
    shown.publish("In the area", BlockId(min(inside)))
    shown.publish("Perhaps in the area", BlockId(min(asked_for - inside)))
    expect(desk.row("in the area")).to_have_count(2)
    assert titles(page) == ["Perhaps in the area", "In the area"]


def test_an_area_is_picked_by_keyboard_and_an_empty_list_says_why(
    stack: Stack, new_page: NewPage, shown: Shown
) -> None:
    """Blocks are found by name; with nothing to show, each part of the filter says how much it hides."""
    posted, *_ = shown.blocks("North")
    shown.publish("On its block", posted)
    desk = Staff(new_page(DESK), stack, "analyst-north")
    page = desk.page
    label = desk.row("On its block").first.locator(".label").inner_text()
    expect(page.get_by_role("button", name="Pick blocks")).to_be_visible()
    page.locator("h1").press("b")
    expect(page.get_by_role("combobox", name="Street or block name")).to_be_focused()
    page.keyboard.type(label)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(area(page)).to_have_text("1 block")
    expect(page.locator("button[data-row]").filter(has_not_text=label)).to_have_count(0)
    expect(desk.row("On its block")).to_have_count(1)  # the list is read by now

    page.locator("h1").press("/")
    page.keyboard.type("nowhere")

    why = page.get_by_role("list", name="What hides how much")
    expect(why.get_by_role("listitem").filter(has_text="“nowhere”")).to_have_text(re.compile(r"hides [1-9]"))
    expect(why.get_by_role("listitem").filter(has_text="1 block")).to_have_text(re.compile(r"hides \d"))
    why.get_by_role("button", name="Take out: “nowhere”").press("Enter")
    expect(desk.row("On its block")).to_have_count(1)


def test_the_area_is_drawn_on_a_phone_too(stack: Stack, new_page: NewPage, shown: Shown) -> None:
    """The map takes the place of the list."""
    shown.publish("Somewhere in Metro", shown.blocks("Metro")[0])
    desk = Staff(new_page(PHONE), stack, "analyst-metro")
    desk.page.get_by_role("button", name="Area", exact=True).click()
    desk.page.get_by_role("button", name="Rectangle").click()
    box = desk.page.locator(".lens .canvas").bounding_box()
    assert box is not None
    desk.page.mouse.move(*at(box, 0.3, 0.3))
    desk.page.mouse.down()
    desk.page.mouse.move(*at(box, 0.6, 0.6), steps=4)
    desk.page.mouse.up()

    desk.page.get_by_role("button", name="Area", exact=True).click()

    expect(area(desk.page)).to_be_visible()


def titles(page: Page) -> list[str]:
    """The titles in the list, from the top."""
    return [re.sub(r"^New:\s*", "", title) for title in page.locator("button[data-row] .title").all_inner_texts()]


def area(page: Page) -> Locator:
    """The part of the filter that says where."""
    return page.get_by_role("group", name="Filter").get_by_role("button", name=re.compile(r"Take out: \d+ blocks?"))


def at(box: object, x: float, y: float) -> tuple[float, float]:
    """A point of a box, by shares of its sides."""
    assert isinstance(box, dict)
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


# Counts what is heard, tone by tone: a drop has one, which begins at 1200 Hz.
LISTEN = """
    window.heard = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
        window.heard.push(this.frequency.value);
        return start.apply(this, when);
    };
"""


def test_a_watch_counts_and_sounds_and_is_the_same_at_another_desk(
    stack: Stack, new_page: NewPage, shown: Shown
) -> None:
    """Saved from the filter by keyboard; heard once for a post that meets it, not while muted; deleted and had back."""
    block, *_ = shown.blocks("Shoal Creek")
    page = new_page(DESK)
    page.add_init_script(LISTEN)
    desk = Staff(page, stack, "analyst-shoal-creek")
    desk.is_live()
    saves(page, "Vans", words="van", sound="Drop")
    page.locator("h1").press("c")
    watch = page.get_by_role("group", name="Watches").get_by_role("button", name=re.compile("^Vans"))

    shown.publish("A dog again", block)
    shown.publish("A van again", block)

    expect(watch).to_contain_text("1")
    page.wait_for_function("() => window.heard.length > 0")
    assert page.evaluate("window.heard") == [1200]
    page.locator("h1").press("m")
    shown.publish("Another van", block)
    expect(watch).to_contain_text("2")
    assert page.evaluate("window.heard") == [1200]

    another = Staff(new_page(DESK), stack, "analyst-shoal-creek").page
    there = another.get_by_role("group", name="Watches").get_by_role("button", name=re.compile("^Vans"))
    expect(there).to_contain_text("2")
    another.locator("h1").press("Shift+Digit1")
    expect(there).to_have_attribute("aria-pressed", "true")
    expect(another.locator("button[data-row]")).to_have_count(2)
    assert titles(another) == ["Another van", "A van again"]
    another.locator("button[data-row]").first.click()
    expect(there).to_contain_text("1")

    another.get_by_role("button", name="Change watch: Vans").click()
    another.get_by_role("button", name="Delete").click()
    expect(there).to_have_count(0)
    another.get_by_role("button", name="Undo").click()
    expect(there).to_contain_text("1")


def test_a_watch_is_renamed_and_given_another_filter(stack: Stack, new_page: NewPage) -> None:
    """A name that is taken is said so where it was typed."""
    page = Staff(new_page(DESK), stack, "analyst-central").page
    saves(page, "Vans", words="van")
    saves(page, "Dogs", words="dog")

    page.get_by_role("button", name="Change watch: Dogs").click()
    page.get_by_label("Name").fill("Vans")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("You have a watch of that name.")
    page.get_by_label("Name").fill("Cats")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("group", name="Watches").get_by_role("button", name="Cats", exact=True)).to_be_visible()


def saves(page: Page, name: str, *, words: str, sound: str = "None") -> None:
    """Narrows the list to some words and saves that as a watch, by keyboard."""
    page.locator("h1").press("/")
    page.keyboard.press("Control+a")
    page.keyboard.type(words)
    page.keyboard.press("Escape")
    expect(page.get_by_role("group", name="Filter")).to_contain_text(words)
    page.locator("h1").press("w")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Sound when a post arrives").select_option(label=sound)
    page.get_by_label("Name").press("Enter")
    expect(page.get_by_role("group", name="Watches").get_by_text(name, exact=True)).to_be_visible()


def test_a_digest_is_asked_for_and_stopped(stack: Stack, new_page: NewPage) -> None:
    """To a mailbox of the city's own, by a code that went there; shown when one comes back, and stopping is undone."""
    page = Staff(new_page(PHONE), stack, "analyst-north").page

    def opens() -> None:
        page.get_by_role("button", name="analyst-north").click()
        page.get_by_role("button", name="Digest by mail").click()

    opens()
    page.get_by_label("Your mailbox").fill("ana@elsewhere.example")
    page.get_by_role("button", name="Send me digests").click()
    expect(page.get_by_role("alert")).to_contain_text("mailboxes at police.invalid only")
    page.get_by_label("Your mailbox").fill("ana@police.invalid")
    page.get_by_label("Your shift begins at").fill("14:30")
    page.get_by_role("button", name="Send me digests").click()
    expect(page.get_by_text("A code went to ana@police.invalid")).to_be_visible()
    page.get_by_role("button", name="Fill it in").click()
    page.get_by_role("button", name="This is my mailbox").click()
    expect(page.get_by_text("The next digest is made")).to_be_visible()

    opens()
    expect(page.get_by_label("Your shift begins at")).to_have_value("14:30")
    page.get_by_role("button", name="Stop digests").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("A code is on its way to ana@police.invalid")).to_be_visible()
    opens()
    expect(page.get_by_label("Code from the mail")).to_be_focused()
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.get_by_label("Your mailbox")).to_have_value("ana@police.invalid")
    page.get_by_role("button", name="Stop digests").click()
    expect(page.get_by_text("Your mailbox is forgotten")).to_be_visible()
