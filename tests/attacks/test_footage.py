"""Attack 98: an area and hours divided up among two and three detectives with cases of their own."""

from __future__ import annotations

import random
from itertools import cycle

import pytest
from sqlalchemy import insert, update

from storage.atlas.extent import extent
from storage.db import OPERATOR
from storage.footage import rules as footage_rules, sent as footage_sent
from storage.footage.rules import MOST_MILES, MOST_MS, Asked
from storage.kit.clock import DAY, HOUR
from storage.kit.errors import Refused, TooOften
from storage.kit.ids import BlockId, CaseId, StaffId
from storage.schema import footage_requests, staff_roles
from storage.staff.staff import Role
from tests.attacks.table import Tried
from tests.storage.footage.asked import ACROSS, DOWN, Desk, a_case, a_request, a_window, atlas, squares, the_desk  # noqa: F401 - fixture

EACH = 5  # what a detective may ask in a day
PLANS = {  # the pieces that they divide up
    "strips of ground": [(squares(range(ACROSS), range(row, row + 1)), (2.0, 0.0)) for row in range(DOWN)],
    "strips, each two hours later": [
        (squares(range(column, column + 3), range(4)), (2.0, 2.0 * column / 3)) for column in range(0, ACROSS, 3)
    ],
    "one block's days": [(squares(range(2)), (6.0, 24.0 * day)) for day in range(4)],
    "one block's day, with pauses": [(squares(range(2)), (4.0, 8.0 * part)) for part in range(6)],
    "a board of squares": [
        (squares(range(at, at + 4), range(row, row + 2)), (3.0, 0.0)) for at in (0, 4, 8) for row in (0, 2, 4)
    ],
}


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("hands", [2, 3])
@pytest.mark.parametrize("plan", PLANS)
def test_a98_several_detectives_ask_together_for_no_more_than_one(
    desk: Desk, tried: Tried, plan: str, hands: int
) -> None:
    """In whatever order, with one of them a lead, and each row forged as agreed to by another of them."""
    gang = [_one_of_them(desk, number) for number in range(hands)]
    with desk.record.write(by=OPERATOR) as tx:
        tx.execute(insert(staff_roles).values(staff_id=gang[0][0], role=Role.LEAD, division_id=""))
        tx.audit("test", "")
    pieces = list(PLANS[plan])
    random.Random(98).shuffle(pieces)
    asked = 0
    for (who, case), (where, (hours, after)) in zip(cycle(gang), pieces[: EACH * hands], strict=False):
        try:
            desk.ask(who, case, a_request(where, window=a_window(hours, days_ago=6, start=after)))
        except (Refused, TooOften):
            continue
        finally:
            asked += 1
    waited = _agree_among_themselves(desk, gang)
    tried(asked)

    with desk.as_role("airlock").read() as conn:
        sent = [one.asked for one in footage_sent.running(conn) if footage_sent.is_true(conn, one)]
    assert sent and waited
    _adds_up_to_no_more(sent)


def _one_of_them(desk: Desk, number: int) -> tuple[StaffId, CaseId]:
    case = a_case(desk.record, f"CR-{number}")
    return desk.member(f"detective {number}", Role.DETECTIVE, case), case


def _agree_among_themselves(desk: Desk, gang: list[tuple[StaffId, CaseId]]) -> int:
    """Past the staff program, as of when it was asked; answers how many waited."""
    at = footage_requests.c.asked_at
    changed = 0
    with desk.record.write(by=OPERATOR) as tx:
        for (who, case), (other, _) in zip(gang, [*gang[1:], gang[0]], strict=True):
            # The lead among them says yes to all but their own; another one says yes to theirs.
            agreed = other if who == gang[0][0] else gang[0][0]
            waits = (footage_requests.c.case_id == case, footage_requests.c.state == "waiting")
            values = {"state": "sent", "approved_by": agreed, "sent_at": at, "ends_at": at + 6 * DAY}
            changed += tx.execute(update(footage_requests).where(*waits).values(**values)).rowcount
        tx.audit("test", "")
    return changed


def _adds_up_to_no_more(sent: list[Asked]) -> None:
    ground = extent(atlas(), squares(range(ACROSS), range(DOWN)))
    for block in {block for one in sent for block in one.blocks}:
        assert footage_rules.covered(one.window for one in sent if block in one.blocks) <= MOST_MS
    for moment in {one.window[0] for one in sent}:
        open_ = [one for one in sent if one.window[0] - 3 * HOUR < moment < one.window[1] + 3 * HOUR]
        left: set[BlockId] = {block for one in open_ for block in one.blocks}
        while left:
            piece, new = set[BlockId](), {min(left)}
            while new:
                piece |= new
                new = {near for block in new for near in ground.touching[block]} & left - piece
            left -= piece
            assert ground.area(piece) <= MOST_MILES
