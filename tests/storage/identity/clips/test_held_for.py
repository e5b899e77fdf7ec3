"""What a clip's post is held for, by name, for its author alone."""

from __future__ import annotations

from storage.db import AIRLOCK
from storage.identity.clips import held_for
from storage.identity.vault import ClipId, ResidentId, Vault
from storage.kit.ids import new_id
from tests.storage.identity.making import an_accepted_clip


def note(vault: Vault, clip_id: ClipId, *codes: str) -> None:
    """What the airlock found."""
    with vault.write(by=AIRLOCK) as tx:
        held_for.note(tx, clip_id, codes)


def of(vault: Vault, clip_id: ClipId) -> list[str]:
    """What its author is told."""
    with vault.read() as conn:
        return held_for.of(conn, clip_id)


def test_all_that_was_found_is_told_once_each(vault: Vault, ada: ResidentId) -> None:
    """In an order that says nothing of when it was found; of another clip nothing, nor where nothing was found."""
    (clip_id, _), (other, _) = (an_accepted_clip(vault, ada) for _ in range(2))
    assert of(vault, clip_id) == []

    note(vault, clip_id, "returned", "phone", "returned")

    assert of(vault, clip_id) == ["phone", "returned"]
    assert of(vault, other) == of(vault, ClipId(new_id())) == []


def test_what_is_noted_later_takes_its_place(vault: Vault, ada: ResidentId) -> None:
    """Another attempt says all anew, and may find nothing."""
    clip_id, _ = an_accepted_clip(vault, ada)
    note(vault, clip_id, "phone")

    note(vault, clip_id)

    assert of(vault, clip_id) == []
