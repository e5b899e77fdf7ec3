"""Staff members: their duties, a role in a division or in the whole city, and their log-ins.

Which divisions somebody may look at comes from here, and never from a request.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, update

from storage import feed_log
from storage.atlas.versions import KnownDivision, all_divisions
from storage.db import Actor, Tx
from storage.kit import clock, ids
from storage.kit.clock import DAY, HOUR
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import DivisionId, StaffId
from storage.schema import desks, staff_log_ins, staff_members, staff_roles
from storage.upserts import insert_new

LOG_IN_MS = 12 * HOUR  # a shift, and no more
IDLE_MS = 90 * DAY  # whoever has not come for a quarter of a year does not work here, or is asked for by the operator
_CITY = ""  # how the table says "the whole city"


class Role(StrEnum):
    """What somebody does."""

    ANALYST = "analyst"
    DETECTIVE = "detective"
    MODERATOR = "moderator"
    LEAD = "lead"
    ADMIN = "admin"


VIEWERS = (Role.ANALYST, Role.DETECTIVE, Role.MODERATOR, Role.LEAD)  # an admin oversees, and sees no clips


@dataclass(frozen=True)
class Duty:
    """A role, in one division or (None) in the whole city."""

    role: Role
    division: KnownDivision | None


@dataclass(frozen=True)
class StaffMember:
    """Somebody of the staff; `city` are all divisions there are."""

    id: StaffId
    name: str
    duties: tuple[Duty, ...]
    city: tuple[KnownDivision, ...]

    @property
    def actor(self) -> Actor:
        """Who the audit says it was."""
        return Actor(f"staff:{self.id}")

    def holds(self, *roles: Role) -> bool:
        """Whether one of the roles is theirs, anywhere."""
        return any(duty.role in roles for duty in self.duties)

    def divisions(self, *roles: Role) -> tuple[KnownDivision, ...]:
        """Where one of the roles is theirs, by name."""
        mine = [duty.division for duty in self.duties if duty.role in roles]
        return self.city if None in mine else tuple(division for division in self.city if division in mine)

    def reach(self, *roles: Role) -> frozenset[DivisionId]:
        """The ids of those divisions."""
        return frozenset(division.id for division in self.divisions(*roles))


@dataclass(frozen=True)
class Named:
    """Somebody of the staff, and what they are called."""

    id: StaffId
    name: str


@dataclass(frozen=True)
class LogIn:
    """A log-in that holds: whose it is, its token's digest, and when it ends (milliseconds since 1970)."""

    member: StaffMember
    digest: str
    ends_at: int


def make(tx: Tx, name: str) -> StaffId:
    """A new member without duties, password or second factor; raises Conflict where the name is taken."""
    staff_id = StaffId(ids.new_id())
    member = {"id": staff_id, "name": name, "second_factor_step": 0, "ended": False, "last_log_in_at": tx.now()}
    if not tx.execute(insert_new(staff_members).values(**member)).rowcount:
        raise Conflict("There is a staff member of that name.", code="name_taken")
    tx.audit("staff.make", staff_id, {"name": name})
    return staff_id


def is_anyone(conn: Connection) -> bool:
    """Whether there is any member of the staff yet."""
    return conn.execute(select(staff_members.c.id).limit(1)).first() is not None


def find(conn: Connection, name: str) -> StaffId | None:
    """Who goes by `name`, ended accounts included."""
    found = conn.execute(select(staff_members.c.id).where(staff_members.c.name == name)).scalar_one_or_none()
    return None if found is None else StaffId(found)


def grant(tx: Tx, staff_id: StaffId, role: Role, division: DivisionId | None) -> None:
    """Gives a duty (None: in the whole city); once more changes nothing. Raises NotThere for an unknown division."""
    if division is not None and division not in {one.id for one in all_divisions(tx.connection)}:
        raise NotThere("There is no such division.")
    tx.execute(insert_new(staff_roles).values(staff_id=staff_id, role=role, division_id=division or _CITY))
    tx.audit("staff.grant", staff_id, {"role": role, "division": division})


def take_back(tx: Tx, staff_id: StaffId, role: Role, division: DivisionId | None) -> None:
    """Ends a duty; nothing happens where there is none."""
    feed_log.note_rights(tx)
    mine = (staff_roles.c.staff_id == staff_id, staff_roles.c.role == role)
    tx.execute(delete(staff_roles).where(*mine, staff_roles.c.division_id == (division or _CITY)))
    tx.audit("staff.take_back", staff_id, {"role": role, "division": division})


def end(tx: Tx, staff_id: StaffId) -> None:
    """Ends an account and all of its log-ins at once; its name stays, for the audit."""
    feed_log.note_rights(tx)
    tx.execute(update(staff_members).where(staff_members.c.id == staff_id).values(ended=True))
    tx.execute(delete(staff_log_ins).where(staff_log_ins.c.staff_id == staff_id))
    tx.audit("staff.end", staff_id)


def revive(tx: Tx, staff_id: StaffId) -> None:
    """Takes a member in again, with the duties they had; nothing happens to one who never ended."""
    gone = (staff_members.c.id == staff_id, staff_members.c.ended)
    if tx.execute(update(staff_members).where(*gone).values(ended=False, last_log_in_at=tx.now())).rowcount:
        tx.audit("staff.revive", staff_id)


def end_idle(tx: Tx) -> int:
    """Ends the accounts that nobody has used for IDLE_MS; answers how many."""
    idle = (~staff_members.c.ended, staff_members.c.last_log_in_at < tx.now() - IDLE_MS)
    found = tx.connection.execute(select(staff_members.c.id).where(*idle)).scalars().all()
    for staff_id in found:
        end(tx, StaffId(staff_id))
    return len(found)


def log_in(tx: Tx, staff_id: StaffId) -> str:
    """A new token, shown once; the caller made sure who it is for."""
    token, now = ids.new_secret(), tx.now()
    row = {"token_digest": ids.digest(token), "staff_id": staff_id, "begun_at": now, "ends_at": now + LOG_IN_MS}
    tx.execute(insert(staff_log_ins).values(**row))
    tx.execute(update(staff_members).where(staff_members.c.id == staff_id).values(last_log_in_at=now))
    tx.audit("staff.log_in", staff_id)
    return token


def log_out(tx: Tx, log_in: LogIn) -> None:
    """Ends one log-in."""
    feed_log.note_rights(tx)
    tx.execute(delete(staff_log_ins).where(staff_log_ins.c.token_digest == log_in.digest))
    tx.audit("staff.log_out", log_in.member.id)


def end_log_in(tx: Tx, staff_id: StaffId, digest: str) -> None:
    """Ends one log-in of this member, wherever it is, on open sockets too; nothing happens where there is none."""
    feed_log.note_rights(tx)
    mine = (staff_log_ins.c.staff_id == staff_id, staff_log_ins.c.token_digest == digest)
    tx.execute(delete(staff_log_ins).where(*mine))
    tx.audit("staff.end_log_in", staff_id)


def end_log_ins(tx: Tx, staff_id: StaffId) -> None:
    """Ends all log-ins of a member at once; the account stays."""
    feed_log.note_rights(tx)
    tx.execute(delete(staff_log_ins).where(staff_log_ins.c.staff_id == staff_id))
    tx.audit("staff.end_log_ins", staff_id)


def forget_ended(tx: Tx) -> int:
    """Deletes the log-ins whose time is over; answers how many."""
    ended = tx.execute(delete(staff_log_ins).where(staff_log_ins.c.ends_at <= tx.now())).rowcount
    if ended:
        tx.audit("staff.forget_log_ins", "", {"count": ended})
    return ended


def who(conn: Connection, token: str) -> LogIn | None:
    """The log-in that `token` stands for, with duties as they are now; None where it ended or never was."""
    query = select(staff_members.c.id, staff_members.c.name, staff_log_ins.c.ends_at).join(
        staff_log_ins, staff_log_ins.c.staff_id == staff_members.c.id
    )
    digest = ids.digest(token)
    query = query.where(staff_log_ins.c.token_digest == digest, staff_log_ins.c.ends_at > clock.now())
    found = conn.execute(query.where(~staff_members.c.ended)).one_or_none()
    if found is None:
        return None
    member = StaffMember(found.id, found.name, (), tuple(all_divisions(conn)))
    return LogIn(replace(member, duties=_duties(conn, member)), digest, found.ends_at)


def reach_now(conn: Connection, members: Collection[StaffId], *roles: Role) -> dict[StaffId, frozenset[DivisionId]]:
    """Where each of `members` holds one of the roles now; ended accounts and those without are left out."""
    city = frozenset(division.id for division in all_divisions(conn))
    query = select(staff_roles.c.staff_id, staff_roles.c.division_id).join(staff_members)
    query = query.where(~staff_members.c.ended, staff_roles.c.role.in_(roles), staff_roles.c.staff_id.in_(members))
    found: dict[StaffId, frozenset[DivisionId]] = {}
    for staff_id, division in conn.execute(query):
        found[staff_id] = found.get(staff_id, frozenset()) | (city if division == _CITY else {division})
    return found


def working(conn: Connection, division: DivisionId, *roles: Role) -> list[Named]:
    """Who holds one of the roles in a division now, by name; ended accounts are left out."""
    query = select(staff_members.c.id, staff_members.c.name).join(staff_roles).distinct()
    query = query.where(~staff_members.c.ended, staff_roles.c.role.in_(roles))
    query = query.where(staff_roles.c.division_id.in_((division, _CITY))).order_by(staff_members.c.name)
    return [Named(StaffId(row.id), row.name) for row in conn.execute(query)]


def still_in(conn: Connection, digests: Collection[str]) -> set[str]:
    """Those of the log-ins, by their tokens' digests, that nobody ended and no locked desk holds."""
    locked = select(desks.c.token_digest).where(desks.c.locked, desks.c.token_digest.in_(digests))
    held = staff_log_ins.c.token_digest
    query = select(held).where(held.in_(digests), held.not_in(locked))
    return set(conn.execute(query).scalars())


def _duties(conn: Connection, member: StaffMember) -> tuple[Duty, ...]:
    places: dict[str, KnownDivision | None] = {_CITY: None, **{division.id: division for division in member.city}}
    rows = conn.execute(select(staff_roles).where(staff_roles.c.staff_id == member.id).order_by(staff_roles.c.role))
    return tuple(Duty(Role(row.role), places[row.division_id]) for row in rows if row.division_id in places)
