"""A request for footage, from the map to a second person's word, by two at their browsers; a tiling one is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from storage.cases import keys as case_keys
from storage.db import AIRLOCK
from storage.footage import answers as footage_answers
from storage.footage.answers import Kind
from storage.kit import clock
from storage.kit.clock import BATCH, DAY
from storage.schema import footage_requests
from tests.journeys.conftest import Stack
from tests.journeys.people import Staff
from tests.journeys.test_desk import Shown
from tests.journeys.test_people import DESK, PHONE, NewPage, chromium, new_page, pytestmark

__all__ = ["Browser", "chromium", "new_page", "pytestmark"]
INCIDENT = "number,type,time,division\n26-501,Burglary,2026-01-05 22:10,Central\n"
NUMBER = "CR-26-501"


def test_a_request_is_composed_on_the_map_judged_by_a_second_person_and_never_tiled(
    stack: Stack, new_page: NewPage, asked: Answered
) -> None:
    """The detective draws, is told what is wrong and how it reads; a lead sends it, owners answer; no more is asked."""
    detective, lead = (Staff(new_page(size), stack, name).page for size, name in ((DESK, "detective"), (PHONE, "lead")))
    _goes_to_the_requests(detective)
    expect(detective.get_by_text("Nothing was asked for yet")).to_be_visible()

    detective.get_by_role("link", name="Ask for footage").click()
    _draws(detective)
    detective.get_by_label("What to look for").fill("You must tell us who drove the grey van.")
    expect(detective.get_by_text("Puts pressure on who is asked")).to_be_visible()
    expect(detective.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    detective.get_by_label("What to look for").fill("A grey van left along the alley. Which way did it go?")
    _between(detective, "2026-01-05T20:00", "2026-01-06T04:00")
    expect(detective.get_by_text("A second person is needed")).to_be_visible()
    read = detective.get_by_role("region", name="How an owner reads it")
    expect(read.get_by_text("A grey van left along the alley.")).to_be_visible()
    expect(read.get_by_text(NUMBER)).to_have_count(0)
    detective.get_by_role("button", name="Ask a second person").click()
    expect(detective.get_by_text("Waits for a second person")).to_be_visible()
    expect(detective.get_by_role("button", name="Send it")).to_have_count(0)

    _goes_to_the_requests(lead)
    lead.get_by_role("button", name="Send it").click()
    lead.get_by_role("dialog").get_by_role("button", name="Send it").click()
    expect(lead.get_by_role("article").get_by_text("Sent", exact=True)).to_be_visible()

    detective.reload()
    expect(detective.get_by_text("No answer is shown.")).to_be_visible()
    asked.answered()
    detective.reload()
    expect(detective.get_by_text("Looked, nothing seen")).to_be_visible()
    detective.get_by_role("button", name="Open the contact").click()
    expect(detective.get_by_text("Ann, 555-0100")).to_be_visible()
    lead.reload()
    expect(lead.get_by_role("button", name="Open the contact")).to_have_count(0)
    expect(detective.get_by_text("Ann, 555-0100")).to_be_visible()  # the case was read again meanwhile
    detective.get_by_role("link", name="Ask for footage").click()
    _draws(detective)
    detective.get_by_label("What to look for").fill("The same van, a day later.")
    _between(detective, "2026-01-06T20:00", "2026-01-07T04:00")
    expect(detective.get_by_text("With what was asked here of late it is more than 12 hours.")).to_be_visible()
    expect(detective.get_by_role("button", name="Ask a second person")).to_be_disabled()


class Answered(Shown):
    """The record, as the airlock brings answers to it."""

    def answered(self) -> None:
        """Two owners did, in a batch that is shown."""
        with self.record.write(by=AIRLOCK) as tx:
            query = select(footage_requests.c.id, footage_requests.c.case_id)
            asked = tx.connection.execute(query.where(footage_requests.c.case_number == NUMBER)).one()
            public = case_keys.public_of(tx.connection, asked.case_id)
            assert public is not None
            sealed = case_keys.seal(public, asked.id, b"Ann, 555-0100")
            contact = {"contact": sealed, "contact_expires_at": clock.now() + DAY}
            shown_at = clock.now() // BATCH * BATCH
            footage_answers.bring(tx, asked.id, Kind.NOTHING, shown_at=shown_at)
            footage_answers.bring(tx, asked.id, Kind.ASK_ME, shown_at=shown_at, **contact)


@pytest.fixture
def asked(stack: Stack) -> Iterator[Answered]:
    """The record behind the screens, and a case: opened as test_cases.py does by hand, and closed in the end."""
    here = Answered(stack)
    by = {name: {"authorization": f"Bearer {_token(stack, name)}"} for name in ("detective", "lead")}
    with httpx.Client(base_url=stack.staff, trust_env=False, timeout=30) as http:
        csv = {**by["lead"], "content-type": "text/csv"}
        assert http.post("/v1/incidents", content=INCIDENT, headers=csv).status_code == 200
        (incident,) = http.get("/v1/incidents?number=26-501", headers=by["lead"]).json()["items"]
        new = {"number": NUMBER, "incident_id": incident["id"], "why": "Seen twice."}
        case = http.post("/v1/cases", json=new, headers=by["detective"]).json()["id"]
        assert http.post(f"/v1/cases/{case}/consent", headers=by["lead"]).status_code == 200
        yield here
        http.post(f"/v1/cases/{case}/close", headers=by["lead"])  # no other journey's detective finds it open
    here.record.engine.dispose()


def _token(stack: Stack, name: str) -> str:
    said = {"name": name, "password": stack.password(name)}
    return str(httpx.post(f"{stack.staff}/v1/log-ins", json=said, trust_env=False, timeout=30).json()["token"])


def _goes_to_the_requests(page: Page) -> None:
    page.get_by_role("link", name="Cases", exact=True).click()
    page.get_by_role("button", name=re.compile(rf"^{NUMBER}\b")).click()
    page.get_by_role("link", name="Footage requests").click()


def _draws(page: Page) -> None:
    """A rectangle over some blocks in the middle of the map, until the page says that they are an area."""
    page.get_by_role("button", name="Rectangle").click()
    expect(page.get_by_text("Drag from corner to corner.")).to_be_visible()  # the map is there to be drawn on
    sheet = page.get_by_role("region", name="Map of blocks").locator("svg[aria-hidden]").last
    box = sheet.bounding_box()
    assert box is not None
    middle, half = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), box["height"] / 8
    page.mouse.move(middle[0] - half, middle[1] - half)
    page.mouse.down()
    page.mouse.move(middle[0] + half, middle[1] + half, steps=4)
    page.mouse.up()
    expect(page.get_by_role("list", name="Area").or_(page.get_by_role("button", name="No area"))).to_be_visible()


def _between(page: Page, begin: str, end: str) -> None:
    page.get_by_label("From", exact=True).fill(begin)
    page.get_by_label("To", exact=True).fill(end)
