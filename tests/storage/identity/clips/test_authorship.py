"""Authorship: a request happens once, and a receipt is made again rather than kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.db import AIRLOCK, RESIDENT
from storage.identity.clips import authorship
from storage.identity.schema import clips as rows
from storage.identity.vault import ResidentId, Vault
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import PostId, digest, new_id
from tests import builders
from tests.storage.identity.making import KEY, a_resident, an_accepted_clip, bytes_below, the_clip


@pytest.fixture
def eve(vault: Vault) -> ResidentId:
    """Another resident."""
    return a_resident(vault, "eve@example.org")


def test_the_same_key_has_the_same_receipt(vault: Vault, ada: ResidentId, eve: ResidentId) -> None:
    """For the same resident, vault and salt; for any other it is another, of 160 bits."""
    mine = authorship.receipt_for(vault, ada, "key-number-1", "salt")

    assert authorship.receipt_for(vault, ada, "key-number-1", "salt") == mine
    assert len(mine) == 32
    others = {
        authorship.receipt_for(vault, ada, "key-number-2", "salt"),
        authorship.receipt_for(vault, eve, "key-number-1", "salt"),
        authorship.receipt_for(Vault("sqlite://", bytes(32)), ada, "key-number-1", "salt"),
        authorship.receipt_for(vault, ada, "key-number-1", "other salt"),
        authorship.receipt_for(vault, ada, "key-number-1", ""),
    }
    assert len({mine, *others}) == 6


@pytest.mark.engines("sqlite")
def test_only_a_receipts_digest_is_stored(vault: Vault, ada: ResidentId, tmp_path: Path) -> None:
    """The file alone does not let anybody withdraw."""
    _, receipt = an_accepted_clip(vault, ada)

    assert receipt.encode() not in bytes_below(tmp_path)
    assert digest(receipt).encode() in bytes_below(tmp_path)
    assert KEY not in bytes_below(tmp_path)


def test_a_request_that_came_before_is_known(vault: Vault, ada: ResidentId, eve: ResidentId) -> None:
    """By its key and its sender; the same key with another request is a conflict."""
    clip_id, _ = an_accepted_clip(vault, ada, key="key-number-1", request="one")

    with vault.read() as conn:
        assert authorship.accepted_before(conn, ada, "key-number-1", "one") == clip_id
        assert authorship.accepted_before(conn, ada, "key-number-2", "one") is None
        assert authorship.accepted_before(conn, eve, "key-number-1", "one") is None
        with pytest.raises(Conflict) as told:
            authorship.accepted_before(conn, ada, "key-number-1", "two")
    assert told.value.code == "idempotency_key_reused"


def test_my_clips_are_mine_and_newest_first(vault: Vault, ada: ResidentId, eve: ResidentId) -> None:
    """Each under a handle that is neither its id nor its post's."""
    older, newer = an_accepted_clip(vault, ada)[0], an_accepted_clip(vault, ada)[0]
    an_accepted_clip(vault, eve)
    with vault.write(by=RESIDENT) as tx:
        tx.execute(rows.update().where(rows.c.id == older).values(accepted_at=1))

    with vault.read() as conn:
        mine = authorship.of_resident(conn, ada)
        newest = authorship.of_resident(conn, ada, limit=1)

    assert [one.clip.id for one in mine] == [newer, older]
    assert [one.clip.id for one in newest] == [newer]
    for one in mine:
        assert one.handle not in (one.clip.id, one.clip.post_id, one.clip.upload_id)


def test_a_receipt_can_be_made_again_while_the_request_is_known(vault: Vault, ada: ResidentId) -> None:
    """It is the one the first answer gave."""
    _, receipt = an_accepted_clip(vault, ada, key="key-number-1")

    with vault.read() as conn:
        assert authorship.receipt_again(conn, vault, ada, "key-number-1") == receipt


def test_authorship_is_over_by_the_time_of_acceptance(vault: Vault, ada: ResidentId, eve: ResidentId) -> None:
    """The older clip is nobody's then, by list, handle, post and request; the other one stays its author's."""
    older, newer = an_accepted_clip(vault, ada, key="key-number-1")[0], an_accepted_clip(vault, ada)[0]
    others, _ = an_accepted_clip(vault, eve)
    with vault.write(by=RESIDENT) as tx:
        tx.execute(rows.update().where(rows.c.id == older).values(accepted_at=1))
    with vault.read() as conn:
        handle = authorship.of_resident(conn, ada)[1].handle

    for _ in range(2):
        with vault.write(by=AIRLOCK) as tx:
            found = authorship.over(tx.connection, accepted_before=2)
            authorship.end(tx, [clip_id for clip_id, _ in found] or [older])

    with vault.read() as conn:
        assert [mine.clip.id for mine in authorship.of_resident(conn, ada)] == [newer]
        assert [mine.clip.id for mine in authorship.of_resident(conn, eve)] == [others]
        assert authorship.own_block(conn, ada, the_clip(vault, older).post_id) is None
        assert authorship.accepted_before(conn, ada, "key-number-1", "{}") is None
        with pytest.raises(NotThere):
            authorship.by_handle(conn, ada, handle)


def test_a_handle_is_good_for_its_owner_alone(vault: Vault, ada: ResidentId, eve: ResidentId) -> None:
    """For another resident there is nothing."""
    clip_id, _ = an_accepted_clip(vault, ada)
    with vault.read() as conn:
        (mine,) = authorship.of_resident(conn, ada)

        assert authorship.by_handle(conn, ada, mine.handle).id == clip_id
        for who, handle in ((eve, mine.handle), (ada, new_id())):
            with pytest.raises(NotThere):
                authorship.by_handle(conn, who, handle)


def test_a_post_is_known_as_ones_own(vault: Vault, ada: ResidentId, eve: ResidentId) -> None:
    """By its block; for anyone else it is nobody's."""
    post_id = the_clip(vault, an_accepted_clip(vault, ada)[0]).post_id
    with vault.read() as conn:
        assert authorship.own_block(conn, ada, post_id) == builders.block()
        assert authorship.own_block(conn, eve, post_id) is None
        assert authorship.own_block(conn, ada, PostId("nothing")) is None
