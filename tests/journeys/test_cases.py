"""A case, from the police's own file of incidents to the post that is linked to it, by two people at their browsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from storage.atlas import versions
from storage.cameras import listed as listed_cameras, pins as camera_pins
from storage.cameras.listed import Listed
from storage.cameras.pins import Quadrant, Retention
from storage.db import AIRLOCK
from storage.kit.ids import BlockId, new_id
from tests.journeys.conftest import Stack
from tests.journeys.people import Staff
from tests.journeys.test_desk import Shown
from tests.journeys.test_people import DESK, PHONE, NewPage, chromium, new_page, pytestmark

__all__ = ["Browser", "chromium", "new_page", "pytestmark"]
WRONG = "number,type,time,division\n26-1,Burglary,2026-01-05 22:10,Central\n26-2,Theft,soon,Central\n"


SHOP = "The bakery, rear door"


class Booked(Shown):
    """The record, with cameras on it."""

    def pin(self, block: BlockId) -> None:
        """What the airlock says of a camera there."""
        with self.record.write(by=AIRLOCK) as tx:
            camera_pins.bring(tx, {(block, Quadrant.W): Retention.MORE})
            shop = Listed(block, Quadrant.E, Retention.UNDER_3, SHOP, "The owner")
            listed_cameras.bring(tx, there={new_id(): shop}, gone=[])

    def label(self, division: str) -> str:
        """What the first block of a division is called."""
        with self.record.read() as conn:
            found = versions.block(conn, self.blocks(division)[0])
        assert found is not None
        return found.label


@pytest.fixture
def shown(stack: Stack) -> Iterator[Booked]:
    """The record behind the screens."""
    here = Booked(stack)
    yield here
    here.record.engine.dispose()


def test_a_case_is_opened_by_two_a_post_linked_and_cameras_looked_at(
    stack: Stack, new_page: NewPage, shown: Booked, tmp_path: Path
) -> None:
    """A lead takes in a mended file; a detective asks, the lead consents; the detective links by one key, and looks."""
    shown.publish("A dented van", shown.blocks("Central")[0])
    lead, detective = (Staff(new_page(size), stack, name).page for size, name in ((DESK, "lead"), (PHONE, "detective")))
    for page in (lead, detective):
        page.get_by_role("link", name="Cases", exact=True).click()
    lead.get_by_role("button", name="Take in incidents").click()
    taking = lead.get_by_role("dialog")
    for file, told in ((WRONG, "Line 3:"), (WRONG.replace("soon", "2026-01-06 03:40"), "2 lines: 2 new")):
        (tmp_path / "incidents.csv").write_text(file)
        taking.get_by_label("File").set_input_files(tmp_path / "incidents.csv")
        taking.get_by_role("button", name="Take in", exact=True).click()
        expect(taking.get_by_text(told)).to_be_visible()
    lead.keyboard.press("Escape")

    detective.get_by_role("button", name="Ask for a case").click()
    asking = detective.get_by_role("dialog")
    asking.get_by_label("Case number").fill("CR-26-1")
    asking.get_by_label("Incident number").fill("26-1")
    asking.get_by_role("radio", name=re.compile("26-1 ")).check()
    asking.get_by_label("Why, for the lead").fill("Seen twice.")
    asking.get_by_role("button", name="Ask for a case").click()
    expect(detective.get_by_text("This case waits for a lead.")).to_be_visible()
    lead.reload()
    lead.get_by_role("button", name=re.compile(r"^CR-26-1\b")).click()
    lead.get_by_role("button", name="Consent", exact=True).click()
    lead.get_by_role("dialog").get_by_role("button", name="Consent").click()
    expect(lead.get_by_text("Case opened.")).to_be_visible()

    detective.get_by_role("link", name="Desk").click()
    detective.locator("button[data-row]").filter(has_text="A dented van").click()
    expect(detective.get_by_role("heading", name="A dented van")).to_be_visible()
    detective.locator("h1").press("l")
    linking = detective.get_by_role("dialog")
    linking.get_by_label("Reason").select_option(label="Same vehicle")
    linking.get_by_role("button", name="Link to case").click()
    expect(detective.get_by_text("Linked to CR-26-1.")).to_be_visible()
    lead.reload()
    expect(lead.get_by_role("list", name="Linked").get_by_role("link", name="A dented van")).to_be_visible()

    shown.pin(shown.blocks("Central")[0])
    detective.get_by_role("link", name="Cases", exact=True).click()
    detective.get_by_role("button", name=re.compile(r"^CR-26-1\b")).click()
    detective.get_by_role("link", name="Cameras").click()
    detective.get_by_role("combobox").fill(shown.label("Central"))
    detective.get_by_role("option").first.click()
    detective.get_by_role("button", name="Look at 1 block").click()
    expect(detective.get_by_text("looks west or north-west")).to_be_visible()
    _one_shop_on_map_and_list(detective)
    lead.reload()
    expect(lead.get_by_text("Looked at cameras")).to_be_visible()
    detective.get_by_role("button", name="Ask about this block").click()
    expect(detective.get_by_role("heading", name="Ask for footage in CR-26-1")).to_be_visible()
    expect(detective.get_by_role("list", name="Area")).to_contain_text(shown.label("Central"))


def _one_shop_on_map_and_list(page: Page) -> None:
    """Its sign, by keyboard, chooses its row; its row, pressed, lets go of the sign."""
    sign = page.get_by_role("region", name="Map of blocks").get_by_role("button", name=SHOP)
    row = page.get_by_role("listitem").get_by_role("button", name=SHOP)
    sign.focus()
    sign.press("Enter")
    expect(row).to_have_attribute("aria-pressed", "true")
    expect(sign).to_be_focused()
    expect(sign).to_have_attribute("aria-pressed", "true")
    row.click()
    expect(sign).to_have_attribute("aria-pressed", "false")
