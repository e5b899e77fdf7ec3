"""Saved watches: what a member of staff looks out for, under a name and with a sound. Each is its owner's alone.

What is watched for is kept as the API gave it (JSON) and read by nothing below it. No audit entry repeats it: it stands
in the row as long as it holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from storage.db import Tx
from storage.kit import ids
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import StaffId
from storage.schema import staff_members, watches

MOST = 20  # of one member: more than anybody looks at, and few enough to be counted at each glance


@dataclass(frozen=True)
class Watch:
    """One saved watch; `wanted` is JSON."""

    id: str
    name: str
    sound: str
    wanted: str


def of(conn: Connection, member: StaffId) -> list[Watch]:
    """A member's watches, in the order of their places."""
    query = select(watches).where(watches.c.staff_id == member).order_by(watches.c.place)
    return [Watch(row.id, row.name, row.sound, row.wanted) for row in conn.execute(query)]


def add(tx: Tx, member: StaffId, *, name: str, sound: str, wanted: str) -> Watch:
    """A new watch in the first free place; raises Conflict where the name is taken or there is no place."""
    _lock(tx, member)
    taken = set(tx.connection.execute(select(watches.c.place).where(watches.c.staff_id == member)).scalars())
    free = min(set(range(MOST)) - taken, default=None)
    if free is None:
        raise Conflict(f"You have {MOST} watches, which is the most. Delete one first.", code="too_many_watches")
    _demand_free(tx, member, name, but="")
    new = Watch(ids.new_id(), name, sound, wanted)
    row = {"id": new.id, "staff_id": member, "place": free, "name": name, "sound": sound, "wanted": wanted}
    tx.execute(insert(watches).values(**row))
    tx.audit("watch.make", new.id)
    return new


def change(tx: Tx, member: StaffId, watch_id: str, *, name: str, sound: str, wanted: str) -> Watch:
    """Gives a watch another name, sound and aim; raises NotThere where it is not this member's, or Conflict."""
    _lock(tx, member)
    _demand_free(tx, member, name, but=watch_id)
    mine = (watches.c.staff_id == member, watches.c.id == watch_id)
    if not tx.execute(update(watches).where(*mine).values(name=name, sound=sound, wanted=wanted)).rowcount:
        raise NotThere
    tx.audit("watch.change", watch_id)
    return Watch(watch_id, name, sound, wanted)


def remove(tx: Tx, member: StaffId, watch_id: str) -> None:
    """Deletes a watch; raises NotThere where it is not this member's."""
    if not tx.execute(delete(watches).where(watches.c.staff_id == member, watches.c.id == watch_id)).rowcount:
        raise NotThere
    tx.audit("watch.remove", watch_id)


def _lock(tx: Tx, member: StaffId) -> None:
    """Puts one member's desks in line: names and places are looked at before they are given."""
    tx.connection.execute(select(staff_members.c.id).where(staff_members.c.id == member).with_for_update())


def _demand_free(tx: Tx, member: StaffId, name: str, *, but: str) -> None:
    same = (watches.c.staff_id == member, watches.c.name == name, watches.c.id != but)
    if tx.connection.execute(select(watches.c.id).where(*same)).first():
        raise Conflict("You have a watch of that name.", code="name_taken", fields={"name": "Choose another name."})
