"""Who may be given which duty: each role against what somebody holds, cell by cell."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from storage.kit.errors import Conflict, Refused
from storage.kit.ids import DivisionId, StaffId
from storage.staff import duty_rules
from storage.staff.staff import Role


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("division", [None, DivisionId("central")])
def test_an_admin_is_the_citys_and_everybody_else_of_one_division(role: Role, division: DivisionId | None) -> None:
    """Nothing else is granted in pages."""
    right = (role is Role.ADMIN) == (division is None)
    with nullcontext() if right else pytest.raises(Refused):
        duty_rules.demand_place(role, division)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("held", [(), *((one,) for one in Role), (Role.LEAD, Role.MODERATOR)])
def test_an_admin_holds_nothing_else(role: Role, held: tuple[Role, ...]) -> None:
    """Neither is an admin made of who holds another role."""
    right = not held or (role is Role.ADMIN) == (Role.ADMIN in held)
    with nullcontext() if right else pytest.raises(Conflict):
        duty_rules.demand_fits(role, held)


def test_nobody_changes_their_own_duties() -> None:
    """Another admin does."""
    duty_rules.demand_another(StaffId("a"), StaffId("b"))
    with pytest.raises(Conflict):
        duty_rules.demand_another(StaffId("a"), StaffId("a"))
