"""A flag is decided, answered and taken back: two moderators, one claim."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Stack
from tests.journeys.people import Resident
from tests.journeys.test_people import DESK, PHONE, NewPage, chromium, clip, new_page, pytestmark  # noqa: F401

TITLE = "A ladder at a window"


def test_a_flag_is_decided_answered_and_taken_back(stack: Stack, new_page: NewPage, clip: Path) -> None:  # noqa: F811
    """Who has it open is shown to the other, who cannot decide; the author answers, and only the other restores it."""
    author, flagger = (stack.resident_token(f"{name}@example.org") for name in ("answers", "flagger"))
    block = _lives(stack, author, flagger)
    code, out, err = stack.run(
        *("post", str(clip), "--token", author, "--block", block, "--category", "safety", "--title", TITLE)
    )
    assert code == 0, err
    post_id = json.loads(out.strip().splitlines()[-1])["post_id"]
    slip = _flags(stack, flagger, post_id, at_seconds=2)
    ana = new_page(DESK)
    with ana.expect_response(f"**/v1/posts/{post_id}/claim"):  # before Ben comes, whose desk would claim it by itself
        _moderates(ana, stack, "Ana").locator("button[data-row]").filter(has_text=TITLE).click()
    expect(ana.get_by_role("button", name="Hide", exact=True)).to_be_enabled()
    ana.wait_for_function("() => Math.round(document.querySelector('video')?.currentTime) === 2")
    ben = _moderates(new_page(DESK), stack, "Ben")
    ben.locator("button[data-row]").filter(has_text=TITLE).click()
    expect(ben.get_by_text("Ana is working on this post.")).to_be_visible()
    expect(ben.get_by_role("button", name="Hide", exact=True)).to_be_disabled()
    ana.keyboard.press("h")
    expect(ana.get_by_text("Post hidden.")).to_be_visible()

    page = Resident(new_page(PHONE), stack, "answers@example.org").page
    page.get_by_role("link", name="Me", exact=True).click()
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("button", name="Answer the moderators").click()
    page.get_by_label("Your answer").fill("It is my own ladder, I paint the frame.")
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_text("Another moderator will decide.")).to_be_visible()

    for moderator in (ana, ben):
        moderator.reload()
        moderator.locator("button[data-row]").filter(has_text=TITLE).click()
        expect(moderator.get_by_text("It is my own ladder, I paint the frame.")).to_be_visible()
        if moderator is ana:
            expect(ana.get_by_text("This is about your own decision.")).to_be_visible()
            expect(ana.get_by_role("button", name="Restore")).to_be_disabled()
    expect(ben.get_by_role("button", name="Restore")).to_be_enabled()
    ben.keyboard.press("r")
    expect(ben.get_by_text("Post restored.")).to_be_visible()

    page.reload()
    expect(page.get_by_text("Your answer was right")).to_be_visible()
    told = httpx.get(f"{stack.resident}/v1/flags/{slip}", headers=_by(flagger), timeout=30).json()
    assert (told["verb"], told["guideline"]) == ("hide", "privacy")


def _moderates(page: Page, stack: Stack, name: str, *, division: str | None = None) -> Page:
    token = stack.staff_token(name, ["moderator"], [division] if division else [])
    address = f"http://staff.localhost:{stack.base + 1}"
    page.context.add_cookies([{"name": "porchlight-staff-dev", "value": token, "url": address, "sameSite": "Strict"}])
    page.goto(f"{address}/moderation")
    expect(page.get_by_role("heading", name="Moderation queue")).to_be_visible()
    return page


def _lives(stack: Stack, *tokens: str) -> str:
    asked = {"headers": _by(tokens[0]), "follow_redirects": True, "timeout": 30}
    divisions = httpx.get(f"{stack.resident}/v1/places/divisions", **asked).json()["features"]
    (east,) = [one for one in divisions if one["properties"]["name"] == "East"]
    cells = httpx.get(f"{stack.resident}/v1/places/cells/{east['properties']['id']}", **asked).json()["features"]
    for token in tokens:
        home = {"block_id": cells[0]["properties"]["id"]}
        assert httpx.put(f"{stack.resident}/v1/me/home", json=home, headers=_by(token), timeout=30).status_code == 200
    return str(cells[0]["properties"]["id"])


def _flags(stack: Stack, token: str, post_id: str, *, at_seconds: int) -> str:
    body = {"reason": "privacy", "text": "One sees into the bedroom.", "at_seconds": at_seconds}
    answer = httpx.post(f"{stack.resident}/v1/posts/{post_id}/flags", json=body, headers=_by(token), timeout=30)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["slip"])


def _by(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}
