"""Everything the airlock does goes well under its own roles on PostgreSQL, which may do no more than it must."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from sqlalchemy import update

from storage.db import RESIDENT
from storage.identity import limits
from storage.identity.clips import clips, originals
from storage.identity.clips.clips import ATTEMPTS, ClipState
from storage.identity.limits import Limit
from storage.identity.residents import logins
from storage.identity.schema import clips as rows, log_in_codes, uploads
from storage.identity.vault import ResidentId
from storage.kit import clock
from storage.kit.errors import NotThere
from storage.posts.posts import MediaState, PostState
from tests import builders
from tests.workers.airlock.conftest import NewClip
from tests.workers.airlock.looking import clip_of, is_shredded, post_of, post_state, take_through
from workers.airlock import figures
from workers.airlock.admit import Airlock, admit
from workers.airlock.reconcile import reconcile
from workers.queue import Doorbell

pytestmark = pytest.mark.engines("postgresql")


@pytest.fixture
def own(airlock: Airlock, caplog: pytest.LogCaptureFixture) -> Airlock:
    """The airlock as its programs open it; every fault is logged and none is told otherwise."""
    caplog.set_level(logging.ERROR, "porchlight")
    vault, record = (
        builders.as_role(airlock.stores.vault, "airlock"),
        builders.as_role(airlock.stores.record, "airlock"),
    )
    return replace(airlock, stores=replace(airlock.stores, vault=vault, record=record))


def test_a_clip_goes_through_and_is_taken_back(
    own: Airlock, airlock: Airlock, doorbell: Doorbell, accepted: NewClip, quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    """From its claim to both renditions, and from the author's word to the tombstone."""
    clip_id = accepted()

    take_through(own, clip_id)

    assert post_of(airlock, clip_id).media_state is MediaState.READY
    with airlock.stores.vault.write(by=RESIDENT) as tx:
        clips.withdraw(tx, clip_id)
    reconcile(own, doorbell)
    assert clip_of(airlock, clip_id).state is ClipState.WITHDRAWN
    assert post_state(airlock, clip_id) is PostState.WITHDRAWN
    assert is_shredded(airlock, clip_id)
    assert not caplog.text


def test_every_other_end_is_reached(
    own: Airlock, airlock: Airlock, doorbell: Doorbell, accepted: NewClip, caplog: pytest.LogCaptureFixture
) -> None:
    """Refused, given back, quarantined, given up; what was published without being said so is found."""
    refused, tired, old = accepted(b"no video at all"), accepted(), accepted()
    unaware = accepted()
    with airlock.stores.vault.write(by=RESIDENT) as tx:
        tx.execute(update(rows).where(rows.c.id == tired).values(tries=ATTEMPTS))
        tx.execute(update(rows).where(rows.c.id == old).values(accepted_at=0, retry_at=0))
    post_id = clip_of(airlock, unaware).post_id
    builders.a_published_post(airlock.stores.record, airlock.stores.bell, id=post_id)
    builders.a_published_post(airlock.stores.record, airlock.stores.bell, id=clip_of(airlock, refused).post_id)

    admit(own, refused)
    reconcile(own, doorbell)
    admit(own, unaware)

    assert clip_of(airlock, tired).state is ClipState.QUARANTINED
    assert clip_of(airlock, old).state is ClipState.REJECTED
    assert clip_of(airlock, unaware).state is ClipState.PUBLISHED
    assert clip_of(airlock, refused).ended_at is not None
    assert not caplog.text


def test_a_round_forgets_what_is_over(
    own: Airlock, airlock: Airlock, ada: ResidentId, doorbell: Doorbell, caplog: pytest.LogCaptureFixture
) -> None:
    """Uploads nobody posted, codes, log-ins and counted tries; and the figures are told."""
    vault = airlock.stores.vault
    with vault.write(by=RESIDENT) as tx:
        upload_id = originals.begin(tx, vault, ada, 1000)
        tx.execute(update(uploads).values(created_at=0))
        logins.new_code(tx, vault, "eve@example.org")
        tx.execute(update(log_in_codes).values(ends_at=0))
    limits.count(vault, Limit("test", 1, clock.DAY), "eve")

    reconcile(own, doorbell)
    figures.tell(own.stores.vault, doorbell)

    with vault.read() as conn:
        with pytest.raises(NotThere):
            originals.one(conn, upload_id)
        assert conn.execute(log_in_codes.select()).all() == []
    assert not caplog.text
