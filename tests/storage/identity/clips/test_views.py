"""Views: a resident's own posts that look alike: told to nobody else, and kept no longer than whose they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from storage.db import RESIDENT
from storage.identity.clips import authorship, clips, views
from storage.identity.clips.clips import ClipState
from storage.identity.schema import authorship as rows, clips as clip_rows
from storage.identity.vault import ClipId, ResidentId, SealBrokenError, Vault, unseal_with
from tests.storage.identity.making import a_resident, an_accepted_clip, bytes_below

PORCH = bytes(range(32))


def turned(view: bytes, bits: int) -> bytes:
    """The same view with so many bits turned over."""
    return (int.from_bytes(view) ^ ((1 << bits) - 1)).to_bytes(len(view))


def seen(vault: Vault, resident_id: ResidentId, view: bytes = PORCH) -> ClipId:
    """A clip of theirs that looks so."""
    clip_id, _ = an_accepted_clip(vault, resident_id)
    with vault.write(by=RESIDENT) as tx:
        here = update(rows).where(rows.c.clip_id == clip_id)
        tx.execute(here.values(view_sealed=views.sealed(vault, resident_id, clip_id, view)))
    return clip_id


def alike(vault: Vault, resident_id: ResidentId, view: bytes = PORCH) -> int:
    """How many of their posts look so."""
    with vault.read() as conn:
        return views.alike(conn, vault, resident_id, view)


def test_my_posts_of_one_camera_are_alike_and_others_are_not(vault: Vault, ada: ResidentId) -> None:
    """As far apart as a camera's clips are by other passers-by; another camera's differ by half of the bits."""
    for bits in (0, views.NEAR, views.NEAR + 1, 128):
        seen(vault, ada, turned(PORCH, bits))
    an_accepted_clip(vault, ada)  # sent by a program, which says nothing of the picture

    assert alike(vault, ada) == 2
    assert alike(vault, ada, turned(PORCH, 256)) == 0


def test_another_residents_posts_are_never_compared(vault: Vault, ada: ResidentId) -> None:
    """Whoever sends a neighbour's clip learns nothing of the neighbour."""
    seen(vault, ada)

    assert alike(vault, a_resident(vault, "eve@example.org")) == 0


@pytest.mark.parametrize("state", [ClipState.WITHDRAWING, ClipState.WITHDRAWN, ClipState.REJECTED])
def test_what_was_taken_back_is_not_compared(vault: Vault, ada: ResidentId, state: ClipState) -> None:
    """Nobody can lay it beside anything."""
    clip_id = seen(vault, ada)
    with vault.write(by=RESIDENT) as tx:
        tx.execute(update(clip_rows).where(clip_rows.c.id == clip_id).values(state=state))

    assert alike(vault, ada) == 0


@pytest.mark.engines("sqlite")
def test_a_view_is_sealed_to_its_owner_and_its_row(vault: Vault, ada: ResidentId, tmp_path: Path) -> None:
    """The file holds none; another resident's key, or another row's name, opens none."""
    clip_id = seen(vault, ada)
    with vault.read() as conn:
        sealed = conn.execute(select(rows.c.view_sealed)).scalar_one()
    mine, hers = (vault.keyed("view", who) for who in (ada, a_resident(vault, "eve@example.org")))

    assert unseal_with(mine, f"authorship:{clip_id}", sealed) == PORCH
    for key, about in ((hers, f"authorship:{clip_id}"), (mine, "authorship:another")):
        with pytest.raises(SealBrokenError):
            unseal_with(key, about, sealed)
    assert PORCH not in bytes_below(tmp_path)


def test_views_go_with_authorship_and_with_the_vaults_key(vault: Vault, ada: ResidentId) -> None:
    """Nothing is left to compare with, and the clips stay."""
    over, other = seen(vault, ada), seen(vault, ada)
    with vault.write(by=RESIDENT) as tx:
        authorship.end(tx, [over])
    left = alike(vault, ada)
    with vault.write(by=RESIDENT) as tx:
        authorship.forget_views(tx)

    assert (left, alike(vault, ada)) == (1, 0)
    with vault.read() as conn:
        assert [clips.one(conn, clip_id) is None for clip_id in (over, other)] == [False, False]
