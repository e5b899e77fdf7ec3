"""A detective without a case sees no pin: at no page, by no call, and not a moment longer than the case is theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from storage.cameras import pins as camera_pins
from storage.cameras.pins import Quadrant, Retention
from storage.cases import cases
from storage.cases.rules import Act
from storage.db import AIRLOCK, OPERATOR, Tx
from storage.kit.ids import BlockId, CaseId, DivisionId, StaffId, new_id
from storage.staff import staff
from storage.staff.staff import Role
from tests.journeys.conftest import Stack
from tests.journeys.precinct import Precinct, sits_at
from tests.journeys.test_people import DESK, NewPage, chromium, new_page, pytestmark

__all__ = ["Browser", "chromium", "new_page", "pytestmark"]
ROLES = {"detective": 404, "analyst": 403, "lead": 403, "moderator": 403, "admin": 403}  # of the division, in no case
CLOSED = "Cameras are for detectives assigned to an open case."
NO_CASE = "There is no case here for you."
PIN = "looks east or south-east"


@pytest.fixture
def precinct(stack: Stack) -> Iterator[Precinct]:
    """Metro's detective, and a camera in its first block."""
    here = Precinct(stack, "Metro")
    with here.stores.record.write(by=AIRLOCK) as tx:
        camera_pins.bring(tx, {(here.blocks()[0], Quadrant.E): Retention.MORE})
    yield here
    here.close()


def test_a_detective_without_a_case_sees_no_pin(stack: Stack, new_page: NewPage, precinct: Precinct) -> None:
    """Before there is one, of somebody else's, elsewhere; and what is on screen goes when the case or the role does."""
    block, others = (
        precinct.blocks()[0],
        {role: stack.staff_token(f"{role}-{precinct.name}", [role], ["Metro"]) for role in ROLES},
    )
    assert looks(stack, precinct.token, precinct.case, block).json()["items"]
    told = {role: looks(stack, token, precinct.case, block) for role, token in others.items()}
    assert {role: answer.status_code for role, answer in told.items()} == ROLES
    assert told["detective"].content == looks(stack, others["detective"], CaseId(new_id()), block).content
    there = Precinct(stack, "Central")
    there.close()
    assert looks(stack, precinct.token, precinct.case, there.blocks()[0]).status_code == 404
    assert looks(stack, there.token, there.case, block).status_code == 404

    page = sits_at(new_page(DESK), stack, others["detective"], f"/cases/{precinct.case}/cameras")
    expect(page.get_by_text(NO_CASE)).to_be_visible()
    assert PIN not in page.content()

    for over, back, says, then in ends(precinct):
        precinct.sits_at(page, "/cameras")
        page.get_by_role("combobox", name="Street or block name").fill(precinct.label(block))
        page.get_by_role("option").first.click()
        with page.expect_response(f"**/v1/cases/{precinct.case}"):  # read anew after a look: it would say by itself
            page.get_by_role("button", name="Look at 1 block").click()
        expect(page.get_by_text(PIN)).to_be_visible()
        over()
        page.get_by_role("button", name="Look at 1 block").click()
        expect(page.get_by_text(says)).to_be_visible()
        assert PIN not in page.content()
        page.reload()
        expect(page.get_by_text(then)).to_be_visible()
        back()


def looks(stack: Stack, token: str, case: CaseId, block: BlockId) -> httpx.Response:
    """Somebody asks for the pins of a block, for a case."""
    by = {"authorization": f"Bearer {token}"}
    return httpx.post(f"{stack.staff}/v1/cases/{case}/cameras", json={"blocks": [block]}, headers=by, timeout=30)


def ends(precinct: Precinct) -> list[tuple[Callable[[], None], Callable[[], None], str, str]]:
    """How it is over under an open page, how that is taken back, what the page says, and what after a reload."""

    def moves(act: Act) -> Callable[[], None]:
        def move() -> None:
            with precinct.stores.record.write(by=OPERATOR) as tx:
                cases.move(tx, precinct.lead, precinct.case, act, text="")

        return move

    def duty(change: Callable[[Tx, StaffId, Role, DivisionId | None], None]) -> Callable[[], None]:
        def move() -> None:
            with precinct.stores.record.write(by=OPERATOR) as tx:
                change(tx, precinct.detective.id, Role.DETECTIVE, precinct.division_id())

        return move

    return [
        (moves(Act.CLOSE), moves(Act.REOPEN), CLOSED, CLOSED),
        (duty(staff.take_back), duty(staff.grant), NO_CASE, "No page here for your roles"),
    ]
