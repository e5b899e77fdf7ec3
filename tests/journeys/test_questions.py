"""A question is answered without a name: from a detective's case to the author's inbox, and back with the batch."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect
from sqlalchemy import update

from storage.db import OPERATOR, Database
from storage.identity.schema import arrived_letters
from storage.kit import clock, settings
from tests.journeys.axe import SERIOUS, Eyes
from tests.journeys.conftest import Stack
from tests.journeys.people import Resident
from tests.journeys.test_people import DESK, PHONE, NewPage, chromium, clip, new_page, pytestmark  # noqa: F401
from workers.airlock.moderating.questioning import bring_letters, cross_answers

AUTHOR, TITLE, DIVISION = "answers-questions@example.org", "A truck backs into a gate", "South"
NOTICE = "Two gates were broken this week. If your camera saw it, post it."
ASKED, ANSWER = "Do you have the minutes before?", "Yes, and it came from the north."


def test_a_question_is_answered_without_a_name(stack: Stack, new_page: NewPage, clip: Path) -> None:  # noqa: F811
    """Refused in words that ask who; asked; found in the inbox; read when its batch has come, under a thread's name."""
    eyes, case_id = Eyes(), _a_case_with(stack, _posts(stack, clip))
    desk = _detective(new_page(DESK), stack)
    desk.goto(f"http://staff.localhost:{stack.base + 1}/cases/{case_id}")

    desk.get_by_role("button", name="Ask its author").click()
    asking = desk.get_by_role("dialog")
    asking.get_by_label("Question", exact=True).fill("What is your name?")
    asking.get_by_role("button", name="Ask", exact=True).click()
    expect(asking.get_by_text("never who they are").first).to_be_visible()
    eyes.look(desk, "staff: ask an author, dialog")
    asking.get_by_label("Question", exact=True).fill(ASKED)
    asking.get_by_role("button", name="Ask", exact=True).click()
    expect(desk.get_by_text("on its way")).to_be_visible()
    with _both(stack) as (vault, record):
        bring_letters(vault, record)

    page = Resident(new_page(PHONE), stack, AUTHOR).page
    page.get_by_role("link", name="Inbox").click()
    expect(page.get_by_role("link", name=re.compile(TITLE))).to_be_visible()
    eyes.look(page, "inbox with a question")
    page.get_by_role("link", name=re.compile(TITLE)).click()
    expect(page.get_by_text(ASKED)).to_be_visible()
    eyes.look(page, "a question")
    page.get_by_role("button", name="Answer", exact=True).click()
    page.get_by_label("Your answer").fill(ANSWER)
    page.get_by_role("dialog").get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_text("Your answer waits here.")).to_be_visible()

    desk.reload()
    expect(desk.get_by_text("carried out")).to_be_visible()
    assert ANSWER not in desk.content()
    with _both(stack) as (vault, record):
        with vault.write(by=OPERATOR) as tx:
            tx.execute(update(arrived_letters).values(crosses_at=arrived_letters.c.crosses_at - clock.BATCH))
        cross_answers(vault, record)
    desk.reload()
    answered = desk.locator("blockquote").filter(has_text=ANSWER)
    expect(answered).to_be_visible()
    eyes.look(desk, "staff: a case with an answer")
    assert re.search(r"[A-Z]\w+ [A-Z]\w+ \d\d", answered.inner_text())
    assert AUTHOR.partition("@")[0] not in desk.content()
    page.reload()
    expect(page.get_by_text("You answered.")).to_be_visible()
    _tells_everybody(stack)
    page.get_by_role("link", name="Area").click()
    expect(page.get_by_role("region", name="From the police").get_by_text(NOTICE)).to_be_visible()
    eyes.look(page, "area with a notice")
    wrong = eyes.wrong(*SERIOUS)
    assert not wrong, wrong


def _tells_everybody(stack: Stack) -> None:
    """One lead of the division writes a notice, another consents."""
    one, other = (
        httpx.Client(base_url=stack.staff, headers=_by(stack, name, "lead"), timeout=30)
        for name in ("leads-questions", "leads-too")
    )
    with one, other:
        (division,) = one.get("/v1/me").json()["divisions"]
        told = one.post("/v1/notices", json={"division_id": division["id"], "text": NOTICE})
        other.post(f"/v1/notices/{told.json()['items'][0]['id']}/consent").raise_for_status()


@contextmanager
def _both(stack: Stack) -> Iterator[tuple[Database, Database]]:
    """What the airlock's rounds work on; the stack's own come every five minutes."""
    env = {"PORCHLIGHT_DATA": str(stack.data), "PORCHLIGHT_PORTS": str(stack.base)}
    vault = Database(settings.identity(env).database, audited=False)
    record = Database(settings.record(env).database)
    yield vault, record
    vault.engine.dispose()
    record.engine.dispose()


def _posts(stack: Stack, clip: Path) -> str:  # noqa: F811
    token = stack.resident_token(AUTHOR)
    by = {"headers": {"authorization": f"Bearer {token}"}, "follow_redirects": True, "timeout": 30}
    divisions = httpx.get(f"{stack.resident}/v1/places/divisions", **by).json()["features"]  # type: ignore[arg-type]
    (south,) = [one["properties"]["id"] for one in divisions if one["properties"]["name"] == DIVISION]
    cells = httpx.get(f"{stack.resident}/v1/places/cells/{south}", **by).json()["features"]  # type: ignore[arg-type]
    home = {"block_id": cells[0]["properties"]["id"]}
    httpx.put(f"{stack.resident}/v1/me/home", json=home, **by).raise_for_status()  # type: ignore[arg-type]
    said = ("--block", home["block_id"], "--category", "safety", "--title", TITLE)
    code, out, err = stack.run("post", str(clip), "--token", token, *said)
    assert code == 0, err
    return str(json.loads(out.strip().splitlines()[-1])["post_id"])


def _a_case_with(stack: Stack, post_id: str) -> str:
    """An open case of the division, on an incident of its own, with the post linked."""
    lead = httpx.Client(base_url=stack.staff, headers=_by(stack, "leads-questions", "lead"), timeout=30)
    detective = httpx.Client(base_url=stack.staff, headers=_by(stack, "asks-questions", "detective"), timeout=30)
    with lead, detective:
        file = f"number,type,time,division\n26-777,Theft,2026-01-05 22:10,{DIVISION}\n"
        lead.post("/v1/incidents", content=file, headers={"content-type": "text/csv"}).raise_for_status()
        (incident,) = detective.get("/v1/incidents?number=26-777").json()["items"]
        new = {"number": "CR-26-777", "incident_id": incident["id"], "why": "A gate is broken."}
        case_id = str(detective.post("/v1/cases", json=new).json()["id"])
        lead.post(f"/v1/cases/{case_id}/consent").raise_for_status()
        linked = {"post_id": post_id, "reason": "shows_it", "confidence": "likely"}
        detective.post(f"/v1/cases/{case_id}/links", json=linked).raise_for_status()
    return case_id


def _by(stack: Stack, name: str, role: str) -> dict[str, str]:
    return {"authorization": f"Bearer {stack.staff_token(name, [role], [DIVISION])}"}


def _detective(page: Page, stack: Stack) -> Page:
    token, address = (
        stack.staff_token("asks-questions", ["detective"], [DIVISION]),
        f"http://staff.localhost:{stack.base + 1}",
    )
    page.context.add_cookies([{"name": "porchlight-staff-dev", "value": token, "url": address, "sameSite": "Strict"}])
    return page
