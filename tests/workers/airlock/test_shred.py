"""Shredding: the key first, then the bytes."""

from __future__ import annotations

import pytest

from storage.identity.clips import originals, sealed_parts
from storage.objects import Folder
from tests.workers.airlock.conftest import NewClip
from tests.workers.airlock.looking import clip_of, is_shredded, keys
from workers.airlock.admit import Airlock
from workers.airlock.shred import shred


def test_nothing_of_a_shredded_original_can_be_read(airlock: Airlock, accepted: NewClip) -> None:
    """Key, words and bytes are gone; again is harmless."""
    clip_id = accepted()

    for _ in range(2):
        shred(airlock.stores, clip_of(airlock, clip_id).upload_id)

    assert is_shredded(airlock, clip_id)


def test_bytes_that_a_crash_left_are_noise(
    airlock: Airlock, accepted: NewClip, clip_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a byte is deleted the key is gone; what is still there opens with no key that is left."""
    upload_id, stores = clip_of(airlock, accepted()).upload_id, airlock.stores
    with stores.vault.read() as conn:
        key = originals.key_of(conn, stores.vault, upload_id)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Folder, "delete", dies)
        with pytest.raises(KeyboardInterrupt):
            shred(stores, upload_id)

    (left,) = keys(airlock, stores.originals)
    stored = b"".join(stores.originals.chunks(left))
    assert clip_bytes[:64] not in stored
    assert b"".join(sealed_parts.unseal(key, [stored])) == clip_bytes  # with the key that was forgotten, it was this
    with stores.vault.read() as conn:
        assert originals.half_shredded(conn) == [upload_id]
