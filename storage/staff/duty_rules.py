"""Who may be given which duty, and by whom. Pure: rows and requests come from elsewhere.

An admin says who may do what, and does none of it: whoever grants roles and also holds one would oversee themselves.
The operator's command line is not held to this: it makes the first admin.
"""

from __future__ import annotations

from collections.abc import Collection

from storage.kit.errors import Conflict, Refused
from storage.kit.ids import DivisionId, StaffId
from storage.staff.staff import Role


def demand_place(role: Role, division: DivisionId | None) -> None:
    """Raises Refused unless an admin's duty is the whole city, and every other is one division."""
    if role is Role.ADMIN and division is not None:
        raise Refused("An admin's duty is the whole city.", fields={"division": "Leave it out for an admin."})
    if role is not Role.ADMIN and division is None:
        raise Refused("Say in which division.", fields={"division": "Every role but admin is of one division."})


def demand_fits(role: Role, held: Collection[Role]) -> None:
    """Raises Conflict where an admin would hold another role, or who holds another would be an admin."""
    if (role is Role.ADMIN) != all(one is Role.ADMIN for one in held) and held:
        raise Conflict("An admin holds no other role: take those back first.", code="admin_alone")


def demand_another(asking: StaffId, member: StaffId) -> None:
    """Raises Conflict where somebody would change their own duties or account."""
    if asking == member:
        raise Conflict("Another admin does this for you.", code="own_account")
