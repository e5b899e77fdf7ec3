"""What nobody vouches for sleeps, and what was retired is erased, by a role that cannot read whose it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import ProgrammingError

from storage.db import RESIDENT
from storage.identity.cameras import cameras, listings
from storage.identity.cameras.cameras import CameraState
from storage.identity.cameras.listings import Listing
from storage.identity.schema import camera_listings, cameras as rows
from storage.identity.vault import ResidentId, Vault
from storage.kit.clock import DAY
from tests import builders
from tests.storage.identity.making import a_camera, bytes_below
from workers.airlock.owners.cameras import look_after


def test_a_round_lets_sleep_and_erases(vault: Vault, ada: ResidentId, tmp_path: Path) -> None:
    """Each at its time; a second round finds nothing to do; of an erased one no byte is left."""
    young, old, gone = (a_camera(vault, ada, name=name, block=f"block-of-{name}") for name in ("1", "2", "3"))
    with vault.write(by=RESIDENT) as tx:
        listings.give(tx, vault, ada, gone, Listing("12 Orchard Way", "Mara"))
        cameras.retire(tx, ada, gone)
        past = {"confirmed_at": tx.now() - 365 * DAY}
        tx.execute(update(rows).where(rows.c.id == old).values(**past))
        tx.execute(update(rows).where(rows.c.id == gone).values(retired_at=tx.now() - DAY))

    role = builders.as_role(vault, "airlock")
    for _ in range(2):
        look_after(role)
    role.engine.dispose()

    with vault.read() as conn:
        found = {one.id: one.state for one in cameras.of_resident(conn, vault, ada)}
        assert conn.execute(select(camera_listings.c.id)).all() == []
        assert conn.execute(select(rows.c.id).where(rows.c.id == gone)).all() == []
    assert found == {young: CameraState.ACTIVE, old: CameraState.ASLEEP}
    if vault.engine.dialect.name == "sqlite":
        vault.clear_log()
        assert b"block-of-3" not in bytes_below(tmp_path)


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("column", ["resident_id", "indoor", "ask", "name_sealed"])
def test_whose_is_not_readable_to_it(vault: Vault, ada: ResidentId, column: str) -> None:
    """PostgreSQL refuses the airlock's role, which reads of a camera what a pin is made of."""
    a_camera(vault, ada)

    role = builders.as_role(vault, "airlock")
    with role.read() as conn, pytest.raises(ProgrammingError, match="permission denied"):
        conn.execute(select(rows.c[column])).all()
    role.engine.dispose()
