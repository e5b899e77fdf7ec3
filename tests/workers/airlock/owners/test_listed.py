"""What a business lists openly is on the record at its address; of no other camera does it know one."""

from __future__ import annotations

import pytest

from storage.cameras import listed as listed_cameras
from storage.cameras.listed import Listed
from storage.cameras.pins import Quadrant, Retention
from storage.db import RESIDENT, Database
from storage.identity.cameras import cameras, listings
from storage.identity.cameras.cameras import Facing
from storage.identity.cameras.listings import Listing
from storage.identity.vault import CameraId, ResidentId, Vault
from storage.kit.ids import BlockId
from tests import builders
from tests.storage.identity.making import a_camera
from workers.airlock.owners.listed import bring_listed

SHOP = Listing("2400 Park Ave", "The desk, 816 555 0100")


def _round(vault: Vault, record: Database) -> list[Listed]:
    """One round under the airlock's roles; answers what is on the record then."""
    seen = builders.as_role(vault, "airlock"), builders.as_role(record, "airlock")
    bring_listed(*seen)
    if vault.engine.dialect.name != "sqlite":
        for database in seen:
            database.engine.dispose()
    with record.read() as conn:
        return listed_cameras.in_blocks(conn, [BlockId(block) for block in "abc"])


def _list(vault: Vault, who: ResidentId, camera: CameraId, listing: Listing) -> None:
    with vault.write(by=RESIDENT) as tx:
        listings.give(tx, vault, who, camera, listing)


def test_a_listed_camera_comes_changes_and_goes(vault: Vault, record: Database, ada: ResidentId) -> None:
    """Beside it one that is not listed leaves nothing; and nothing on the record is called by the camera's own name."""
    shop = a_camera(vault, ada, block="a", facing=Facing.SE, retention_days=30)
    a_camera(vault, ada, block="b")
    _list(vault, ada, shop, SHOP)
    first = Listed(BlockId("a"), Quadrant.E, Retention.TO_30, SHOP.address, SHOP.contact)
    assert _round(vault, record) == [first] == _round(vault, record)
    assert shop.encode() not in builders.all_rows(record)

    _list(vault, ada, shop, Listing("2402 Park Ave", SHOP.contact))
    assert [one.address for one in _round(vault, record)] == ["2402 Park Ave"]

    with vault.write(by=RESIDENT) as tx:
        listings.take_back(tx, vault, ada, shop)
    assert _round(vault, record) == []


@pytest.mark.engines("sqlite")
def test_a_paused_or_retired_one_is_not_listed(vault: Vault, record: Database, ada: ResidentId) -> None:
    """It comes back with the camera."""
    shop = a_camera(vault, ada, block="a")
    _list(vault, ada, shop, SHOP)
    for paused, there in ((True, 0), (False, 1)):
        with vault.write(by=RESIDENT) as tx:
            cameras.change(tx, vault, ada, shop, {}, paused=paused)
        assert len(_round(vault, record)) == there

    with vault.write(by=RESIDENT) as tx:
        cameras.retire(tx, ada, shop)
    assert _round(vault, record) == []
