"""Says on the record where cameras can be asked about: a block, a quadrant and a class of days, and nothing of whose.

The one way by which anything of the registry crosses. It carries `camera_pins.Pin`: three values, each of a closed set.
"""

from __future__ import annotations

from storage.cameras import pins as camera_pins
from storage.cameras.pins import Pin, Quadrant
from storage.db import AIRLOCK, Database, database_now
from storage.identity.cameras import cameras
from storage.identity.cameras.cameras import Askable, Facing
from storage.kit import log
from storage.kit.clock import DAY

QUADRANTS: dict[Facing, Quadrant] = {
    **dict.fromkeys((Facing.N, Facing.NE), Quadrant.N),
    **dict.fromkeys((Facing.E, Facing.SE), Quadrant.E),
    **dict.fromkeys((Facing.S, Facing.SW), Quadrant.S),
    **dict.fromkeys((Facing.W, Facing.NW), Quadrant.W),
}


def bring_pins(vault: Database, record: Database) -> None:
    """One round; twice is once. What was retired, paused, moved or fell asleep is gone from the record after it."""
    with vault.read() as conn:
        midnight = database_now(conn) // DAY * DAY
        found = cameras.askable(conn)
    there, settled = _pins(found), _pins([one for one in found if one.confirmed_at < midnight])
    with record.read() as conn:
        new = camera_pins.changes(camera_pins.all_of(conn), there=there, settled=settled)
    if new:  # else nobody waits for a lock of ours
        with record.write(by=AIRLOCK) as tx:
            camera_pins.bring(tx, new)
        record.clear_log()
        log.event("camera_pins_brought")


def _pins(found: list[Askable]) -> set[Pin]:
    return {Pin(one.block, QUADRANTS[one.facing], camera_pins.retention(one.retention_days)) for one in found}
