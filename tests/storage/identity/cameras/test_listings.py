"""Listings: what a business says openly, and that its account does not also post without a name."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from storage.db import AIRLOCK, OPERATOR, RESIDENT
from storage.identity.cameras import cameras, listings
from storage.identity.cameras.listings import Listing
from storage.identity.clips import clips
from storage.identity.clips.clips import ClipState
from storage.identity.schema import camera_listings, clips as clip_rows
from storage.identity.vault import CameraId, ResidentId, Vault
from storage.kit.errors import Conflict, NotThere
from tests.storage.identity.making import a_camera, a_resident, an_accepted_clip, bytes_below

SAID = Listing("12 Orchard Way", "Mara at the counter, 816-555-0134")


def give(vault: Vault, who: ResidentId, camera_id: CameraId, said: Listing = SAID) -> None:
    """A business lists a camera."""
    with vault.write(by=RESIDENT) as tx:
        listings.give(tx, vault, who, camera_id, said)


def told(vault: Vault, camera_id: CameraId) -> Listing | None:
    """What is said of it openly."""
    with vault.read() as conn:
        return listings.of_cameras(conn, vault, [camera_id]).get(camera_id)


def is_listed(vault: Vault, who: ResidentId) -> bool:
    """Whether the account is."""
    with vault.read() as conn:
        return listings.is_listed(conn, who)


def test_what_is_said_openly_is_read_back_and_said_anew(vault: Vault, ada: ResidentId) -> None:
    """Of one camera; the account is listed then, and nobody else's."""
    camera_id, other = a_camera(vault, ada), a_camera(vault, ada)
    give(vault, ada, camera_id, Listing("elsewhere", "nobody"))
    give(vault, ada, camera_id)

    assert (told(vault, camera_id), told(vault, other)) == (SAID, None)
    assert is_listed(vault, ada)
    assert not is_listed(vault, a_resident(vault, "eve@example.org"))
    with vault.write(by=RESIDENT) as tx:
        listings.take_back(tx, vault, ada, camera_id)
    assert (told(vault, camera_id), is_listed(vault, ada)) == (None, False)


@pytest.mark.engines("sqlite")
def test_no_address_is_in_the_databases_files(vault: Vault, ada: ResidentId, tmp_path: Path) -> None:
    """Open as it is meant to be, it is not for who steals the file."""
    give(vault, ada, a_camera(vault, ada))

    for word in (b"Orchard", b"Mara", b"816-555"):
        assert word not in bytes_below(tmp_path)


def test_an_account_with_posts_lists_nothing_while_they_are_known_as_its_own(vault: Vault, ada: ResidentId) -> None:
    """Else who knows whose camera it is knows whose posts show the same view, or were taken back just then."""
    camera_id = a_camera(vault, ada)
    clip_id, _ = an_accepted_clip(vault, ada)

    for _ in range(2):
        with pytest.raises(Conflict) as refused:
            give(vault, ada, camera_id)
        assert (refused.value.code, is_listed(vault, ada)) == ("account_posts", False)
        with vault.write(by=RESIDENT) as tx:
            clips.withdraw(tx, clip_id)

    with vault.write(by=OPERATOR) as tx:
        tx.execute(update(clip_rows).where(clip_rows.c.id == clip_id).values(state=ClipState.REJECTED))
    give(vault, ada, camera_id)
    assert is_listed(vault, ada)


def test_nobody_lists_another_s_camera(vault: Vault, ada: ResidentId) -> None:
    """Nor takes its listing back; a retired one is not there either."""
    eve, camera_id = a_resident(vault, "eve@example.org"), a_camera(vault, ada)
    give(vault, ada, camera_id)

    with pytest.raises(NotThere):
        give(vault, eve, camera_id, Listing("hers", "hers"))
    with pytest.raises(NotThere), vault.write(by=RESIDENT) as tx:
        listings.take_back(tx, vault, eve, camera_id)
    assert told(vault, camera_id) == SAID
    with vault.write(by=RESIDENT) as tx:
        cameras.retire(tx, ada, camera_id)
    with pytest.raises(NotThere):
        give(vault, ada, camera_id)


def test_a_retired_listed_camera_keeps_its_account_listed_until_it_is_erased(vault: Vault, ada: ResidentId) -> None:
    """It may come back; erased, nothing is left of what was said."""
    camera_id = a_camera(vault, ada)
    give(vault, ada, camera_id)
    with vault.write(by=RESIDENT) as tx:
        cameras.retire(tx, ada, camera_id)
    with vault.read() as conn, pytest.raises(Conflict) as refused:
        listings.demand_unlisted(conn, ada)
    assert refused.value.code == "account_listed"

    with vault.write(by=AIRLOCK) as tx:
        listings.erase(tx, [camera_id])
        cameras.erase(tx, [camera_id])

    with vault.read() as conn:
        listings.demand_unlisted(conn, ada)
        assert conn.execute(select(camera_listings.c.id)).all() == []
