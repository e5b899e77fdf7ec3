"""Who decided something, asked by whoever is to carry it out: a row that somebody else wrote moves nothing."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, or_, select

from storage.kit.ids import PostId, StaffId
from storage.schema import decisions, posts, staff_members, staff_roles
from storage.staff.staff import Role


def who(conn: Connection, decision_id: str, post_id: PostId, verbs: Collection[str]) -> StaffId | None:
    """Who decided so, if it stands and they may; of a post that was withdrawn since, nobody knows the division."""
    duty = (staff_roles.c.staff_id == decisions.c.staff_id) & (staff_roles.c.role == Role.MODERATOR)
    here = or_(staff_roles.c.division_id.in_(("", posts.c.division_id)), posts.c.division_id.is_(None))
    query = (
        select(decisions.c.staff_id)
        .join(posts, posts.c.id == decisions.c.post_id)
        .join(staff_members, staff_members.c.id == decisions.c.staff_id)
        .join(staff_roles, duty)
        .where(decisions.c.id == decision_id, decisions.c.post_id == post_id, decisions.c.verb.in_(verbs))
        .where(~decisions.c.undone, ~staff_members.c.ended, here)
    )
    found = conn.execute(query.limit(1)).scalar_one_or_none()
    return None if found is None else StaffId(found)
