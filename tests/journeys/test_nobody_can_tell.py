"""An owner says nothing and nobody can tell: all a detective is answered is the same whether that owner exists or not.

Two detectives of one division ask for the same in two cases of one shape. In the blocks of both an owner says that they
saw nothing; in those of the first lives one more, who reads it, answers, takes that back, and says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from storage.kit.ids import BlockId, new_id
from tests.journeys.conftest import Stack
from tests.journeys.people import Resident
from tests.journeys.precinct import TEXT, Precinct
from tests.journeys.test_people import DESK, PHONE, NewPage, chromium, new_page, pytestmark
from workers.airlock.owners.answering import carry_answers
from workers.airlock.owners.asking import ask_owners

__all__ = ["Browser", "chromium", "new_page", "pytestmark"]
DRAWN = re.compile(r"\b[a-z2-7]{26}\b|\b\d{8}\b|\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")  # ids, marks of names, moments
AGO = re.compile(r"\bnow\b|\b(in )?\d+ (minute|hour)s?( ago)?")  # as the page reckons by its own clock
# Addresses that take nothing, or the case; but for one's own log-ins, which stand in the order of ids that are drawn.
HERE = re.compile(r"^/v1/(?!log-ins)[^{}]*({case_id}[^{}]*)?$")


@pytest.fixture
def both(stack: Stack) -> Iterator[tuple[Precinct, Precinct]]:
    """Two detectives of East, each with a case."""
    first, other = Precinct(stack, "East"), Precinct(stack, "East")
    yield first, other
    first.close()
    other.close()


def test_an_owner_says_nothing_and_nobody_can_tell(
    stack: Stack, new_page: NewPage, both: tuple[Precinct, Precinct]
) -> None:
    """Byte for byte, before the batch and after it, at every address of the staff program and on its pages."""
    first, other = both
    here, there = two_areas(first)
    resident = Resident(new_page(PHONE), stack, "silent@example.org")
    resident.registers_a_camera("East", first.label(min(here)))
    silent = resident.page
    says = [owns_a_camera(stack, number, min(area)) for number, area in enumerate((here, there))]
    asked = first.asks(here), other.asks(there)
    untold = [told(one) for one in both]
    ask_owners(first.stores)
    for owner, request in zip(says, asked, strict=True):
        answer(stack, owner, request)

    reads_and_says_nothing(silent, asked[0])
    carry_answers(first.stores)

    assert [told(one) for one in both] == untold, "no byte is another since it reached anybody"
    assert alike(*untold) > 20
    assert [len(answers) for answers in (first.answers(asked[0]), other.answers(asked[1]))] == [0, 0]

    first.batch_comes()
    shown = [told(one) for one in both]
    alike(*shown)
    assert shown != untold
    desk = new_page(DESK)
    for path, says in (("", "Works in it"), ("/requests", "Looked, nothing seen")):
        expect(first.sits_at(desk, path).get_by_text(says)).to_be_visible()
        seen = read(desk)
        assert read(other.sits_at(desk, path)) == seen

    silent.reload()
    silent.get_by_role("button", name="No", exact=True).click()
    expect(silent.get_by_role("heading", name="You said")).to_be_visible()
    first.batch_comes()
    assert blank(told(first)) != blank(shown[0]), "who speaks is heard: so the bytes could have differed"


def two_areas(precinct: Precinct) -> tuple[frozenset[BlockId], frozenset[BlockId]]:
    """Two areas of as many blocks each, with none in common."""
    areas = [precinct.around(precinct.label(block)) for block in precinct.blocks()]
    return next((one, two) for one in areas for two in areas if len(one) == len(two) and not one & two)


def reads_and_says_nothing(page: Page, request: str) -> None:
    """Opens it, answers, thinks better of it."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Inbox").click()
    page.get_by_role("list", name="Inbox").locator(f'a[href$="{request}"]').click()
    expect(page.get_by_text(TEXT)).to_be_visible()
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(page.get_by_role("heading", name="You said")).to_have_count(0)


def owns_a_camera(stack: Stack, number: int, block: BlockId) -> dict[str, str]:
    """An owner in each area, by the program: how they are let in."""
    by = {"authorization": f"Bearer {stack.resident_token(f'says-{number}@example.org')}"}
    seen = {"block_id": block, "facing": "n", "indoor": False, "retention_days": 30, "ask": "inbox", "name": "One"}
    once = {**by, "Idempotency-Key": new_id()}
    httpx.post(f"{stack.resident}/v1/cameras", json=seen, headers=once, timeout=30).raise_for_status()
    return by


def answer(stack: Stack, by: dict[str, str], request: str) -> None:
    """They looked and saw nothing."""
    address = f"{stack.resident}/v1/inbox/requests/{request}/answer"
    httpx.put(address, json={"kind": "nothing"}, headers=by, timeout=30).raise_for_status()


def told(precinct: Precinct) -> dict[str, bytes]:
    """All that the staff program answers this detective at any address that needs no more than the case."""
    described = precinct.gets("/openapi.json").json()["paths"]
    paths = [path for path, ways in described.items() if "get" in ways and HERE.match(path)]
    found = {path: precinct.gets(path.replace("{case_id}", precinct.case)) for path in paths}
    return {path: b"%d %s" % (answer.status_code, answer.content) for path, answer in found.items()}


def alike(one: dict[str, bytes], other: dict[str, bytes]) -> int:
    """All of both is as long, and the same but for what was drawn for each; answers how many answers there were."""
    assert {path: len(body) for path, body in one.items()} == {path: len(body) for path, body in other.items()}
    assert blank(one) == blank(other)
    return len(one)


def blank(answers: dict[str, bytes]) -> dict[str, str]:
    """Without ids and moments."""
    return {path: DRAWN.sub(lambda found: "*" * len(found[0]), body.decode()) for path, body in answers.items()}


def read(page: Page) -> str:
    """What a page of a case says, when all of it is there, without its map: that is drawn anew as requests come in."""
    page.wait_for_load_state("networkidle")
    if not page.url.endswith("/requests"):
        page.get_by_role("button", name="On the map").click()
        expect(page.get_by_role("button", name="Zoom in")).to_have_count(0)
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    return AGO.sub("*", DRAWN.sub("*", page.inner_text("main")))
