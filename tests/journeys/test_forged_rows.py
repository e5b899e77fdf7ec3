"""A forged row moves nothing: what is written past the staff program reaches no inbox, silences nobody, mails nobody.

The rows are written into the record's file as who took that program over would; the airlock's rounds are the real ones.
The same rows as they should be, written in the same way, do what they say: so it is what they say that is looked at.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from storage.db import OPERATOR, RESIDENT
from storage.identity.cameras import mail as camera_mail
from storage.identity.schema import asked
from storage.kit.clock import DAY
from storage.kit.ids import BlockId, new_id
from tests.journeys.conftest import Stack
from tests.journeys.forger import DIVISION, Forger, a_letter, forged_letters, forged_requests
from tests.journeys.people import Resident
from tests.journeys.test_people import PHONE, NewPage, chromium, clip, new_page, pytestmark
from tests.storage.identity.making import a_resident
from workers.airlock.owners.owners_mail import write_to_owners

__all__ = ["Browser", "chromium", "clip", "new_page", "pytestmark"]
OWNER, TITLE = "forged@example.org", "A gate left open"
MAILED_WITHIN = 60.0  # seconds: where the stack's own round came first, it is still writing


@pytest.fixture
def forger(stack: Stack) -> Iterator[Forger]:
    """Over both sides of the stack; what they wrote is gone in the end."""
    here = Forger(stack)
    yield here
    here.close()


def test_a_forged_row_moves_nothing(stack: Stack, new_page: NewPage, clip: Path, forger: Forger) -> None:
    """Requests, letters, a suspension: the owner's pages stay as they are and nobody is mailed, until one is true."""
    resident, block = Resident(new_page(PHONE), stack, OWNER), forger.blocks()[0]
    owner, area = resident.page, forger.around(forger.label(block))
    resident.registers_a_camera(DIVISION, forger.label(block))
    wished = twelve_wish_mail(forger)
    post = posts(stack, clip, block)
    request = a_request(forger, area)

    for other, where in forged_requests(forger, request, area, block):
        forger.asks_by_hand(request, where, id=new_id(), **other)
    for other in forged_letters(forger):
        forger.writes(("letters", {**a_letter(forger, post), **other}))
    forger.suspends_by_hand(post, forger.moderators[0], forger.moderators[0])
    forger.suspends_by_hand(post, forger.detective.id, forger.lead.id)
    forger.rounds()

    finds(owner, stack, 0)
    assert forger.written_to() == set()
    expect(sends(owner)).to_have_count(1)

    forger.does("DELETE FROM footage_requests WHERE case_id = ?", forger.case)
    forger.asks_by_hand(request, area)
    forger.writes(("letters", a_letter(forger, post)))
    forger.suspends_by_hand(post, *forger.moderators)
    forger.rounds()
    finds(owner, stack, 2)
    expect(owner.get_by_role("link", name="Burglary")).to_be_visible()
    expect(owner.get_by_role("link", name=TITLE)).to_be_visible()
    sends(owner)
    expect(owner.get_by_text("You cannot send posts for now")).to_be_visible()
    is_mailed(forger, request["id"], wished)


def twelve_wish_mail(forger: Forger) -> set[str]:
    """As many owners as a mail takes at least, in the division."""
    mails = {f"forged-mail-{number}@example.org" for number in range(camera_mail.LEAST)}
    for mail in sorted(mails):
        who = a_resident(forger.stores.vault, mail)
        with forger.stores.vault.write(by=RESIDENT) as tx:
            camera_mail.put(tx, forger.stores.vault, who, {forger.division_id()})
    return mails


def posts(stack: Stack, clip: Path, block: BlockId) -> str:
    """The owner posts, too; answers the post's id."""
    token = stack.resident_token(OWNER)
    said = ("--block", block, "--category", "safety", "--title", TITLE)
    code, out, err = stack.run("post", str(clip), "--token", token, *said)
    assert code == 0, err
    return str(json.loads(out.strip().splitlines()[-1])["post_id"])


def a_request(forger: Forger, area: frozenset[BlockId]) -> dict[str, Any]:
    """The row of a true one, taken out again before anybody sees it: a round of the stack's own would bring it."""
    with forger.stores.record.write(by=forger.hand) as tx:
        written = (forger.writes_down(tx, area),)
        found = tx.connection.exec_driver_sql("SELECT * FROM footage_requests WHERE id = ?", written)
        row = dict(found.mappings().one())
        for sql in ("footage_request_blocks WHERE request_id = ?", "footage_requests WHERE id = ?"):
            tx.connection.exec_driver_sql(f"DELETE FROM {sql}", written)
    return row


def finds(page: Page, stack: Stack, lines: int) -> None:
    """So much is in the inbox."""
    page.goto(f"http://residents.localhost:{stack.base}/inbox")
    if not lines:
        expect(page.get_by_text("Nothing is asked of you")).to_be_visible()
    expect(page.get_by_role("list", name="Inbox").get_by_role("link")).to_have_count(lines)


def sends(page: Page) -> Any:
    """Goes where a clip is chosen that is to be posted."""
    page.get_by_role("link", name="Post", exact=True).click()
    return page.get_by_label("Choose a video")


def is_mailed(forger: Forger, request: str, wished: set[str]) -> None:
    """The day after, what is true is mailed: to all who wished it."""
    with forger.stores.vault.write(by=OPERATOR) as tx:
        tx.execute(update(asked).where(asked.c.id == request).values(delivered_at=tx.now() - DAY))
    write_to_owners(forger.stores.vault, forger.mail)
    deadline = time.monotonic() + MAILED_WITHIN
    while forger.written_to() != wished:
        assert time.monotonic() < deadline
        time.sleep(0.2)
