"""A moderator covers a part of the picture, and neighbours see it covered."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import expect

from tests.journeys.conftest import Stack
from tests.journeys.people import Resident
from tests.journeys.test_moderation import _by, _flags, _lives, _moderates
from tests.journeys.test_people import DESK, PHONE, NewPage, chromium, new_page, pytestmark  # noqa: F401

TITLE = "A parcel by the wrong door"
MADE_ANEW_MS = 180_000  # a round of three seconds, and a small photo, on a machine that has other things to do


def test_a_box_drawn_by_a_moderator_is_covered_in_what_neighbours_see(
    stack: Stack,
    new_page: NewPage,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Drawn on the poster, by keyboard; off every screen until it is made anew, then there again by itself; its author
    reads by which guideline.
    """
    author, neighbour = (stack.resident_token(f"{name}@example.org") for name in ("parcel", "nextdoor"))
    block = _lives(stack, author, neighbour)
    file = tmp_path / "parcel.jpg"
    Image.effect_noise((640, 480), 120).convert("RGB").save(file, quality=92)
    said = ("--block", block, "--category", "safety", "--title", TITLE)
    code, out, err = stack.run("post", str(file), "--token", author, *said)
    assert code == 0, err
    post_id = json.loads(out.strip().splitlines()[-1])["post_id"]
    before = _photo(stack, neighbour, post_id)
    _flags(stack, neighbour, post_id, at_seconds=0)
    ana = _moderates(new_page(DESK), stack, "Anabel")

    ana.locator("button[data-row]").filter(has_text=TITLE).click()
    expect(ana.get_by_role("button", name="Cover", exact=True)).to_be_enabled()
    ana.keyboard.press("b")
    expect(ana.get_by_text("This cannot be undone: what was there is deleted.")).to_be_visible()
    ana.get_by_role("button", name="Add a box").click()
    ana.get_by_role("button", name="Cover it for good").click()
    expect(ana.get_by_text("Asked. The picture is made anew.")).to_be_visible()

    page = Resident(new_page(PHONE), stack, "parcel@example.org").page
    page.wait_for_function(
        "async () => (await (await fetch('/v1/posts/mine')).json()).items[0].reason?.code === 'blurred'",
        timeout=MADE_ANEW_MS,
        polling=500,
    )
    page.get_by_role("link", name="Me", exact=True).click()
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_text("A moderator covered a part of this post's picture.")).to_be_visible()

    after = _photo(stack, neighbour, post_id)
    high, wide = after.shape[0], after.shape[1]
    inside = np.s_[int(0.4 * high) : int(0.6 * high), int(0.4 * wide) : int(0.6 * wide)]
    assert after[inside].std() < 8 < 40 < before[inside].std()
    assert after[: high // 4].std() > 40


def _photo(stack: Stack, token: str, post_id: str) -> NDArray[np.float64]:
    answer = httpx.get(f"{stack.resident}/v1/media/{post_id}/photo.jpg", headers=_by(token), timeout=30)
    assert answer.status_code == 200
    with Image.open(BytesIO(answer.content)) as seen:
        return np.asarray(seen.convert("L"), np.float64)
