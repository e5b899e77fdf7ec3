"""Authorship ends: in whatever state a clip is, nothing joins it with a resident any more, and its receipt opens it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from feed import posting
from storage.db import AIRLOCK
from storage.identity.clips import authorship, clips
from storage.identity.clips.clips import ClipState
from storage.identity.schema import clips as rows, metadata
from storage.identity.vault import ClipId, Receipt, ResidentId, Vault
from storage.kit.clock import DAY
from storage.posts.posts import PostState, Verb
from tests import builders
from tests.storage.identity.making import a_resident, an_accepted_clip, bytes_below, claimed, the_clip
from tests.workers.airlock.looking import clip_of, is_shredded, post_state, time_passes, withdraw
from workers.airlock.admit import Airlock
from workers.airlock.nobodys import end_authorship
from workers.airlock.reconcile import reconcile
from workers.queue import Doorbell

LIFE = 30 * DAY
Reach = Callable[[Airlock, ClipId], object]


def _published(airlock: Airlock, clip_id: ClipId) -> None:
    _become(airlock, clip_id, ClipState.PUBLISHED)
    builders.a_published_post(airlock.stores.record, airlock.stores.bell, id=clip_of(airlock, clip_id).post_id)


def _decided(verb: Verb) -> Reach:
    def reach(airlock: Airlock, clip_id: ClipId) -> None:
        _published(airlock, clip_id)
        with airlock.stores.record.write(by=AIRLOCK) as tx:
            posting.decide(tx, airlock.stores.bell, clip_of(airlock, clip_id).post_id, verb, reason="privacy")

    return reach


def _become(airlock: Airlock, clip_id: ClipId, state: ClipState) -> None:
    with airlock.stores.vault.write(by=AIRLOCK) as tx:
        tx.execute(update(rows).where(rows.c.id == clip_id).values(state=state))


def _state(state: ClipState) -> Reach:
    return lambda airlock, clip_id: _become(airlock, clip_id, state)


STATES: dict[str, Reach] = {
    "received": lambda *_: None,
    "processing": lambda airlock, clip_id: claimed(airlock.stores.vault, clip_id),
    "rejected": _state(ClipState.REJECTED),
    "quarantined": _state(ClipState.QUARANTINED),
    "live": _published,
    "held": _decided(Verb.HOLD),  # somebody looks at it anew, as after an appeal
    "hidden": _decided(Verb.HIDE),
    "removed": _decided(Verb.REMOVE),
    "withdrawing": _state(ClipState.WITHDRAWING),
    "withdrawn": withdraw,
}


def test_in_every_state_a_clip_becomes_nobodys(airlock: Airlock, ada: ResidentId, tmp_path: Path) -> None:
    """No row but her own names the resident; each clip stands as it stood, and its receipt takes it back for good."""
    vault, sent = airlock.stores.vault, dict[ClipId, Receipt]()
    for reach in STATES.values():
        clip_id, receipt = _sent(vault, ada, ago=LIFE)
        reach(airlock, clip_id)
        sent[clip_id] = receipt
    before = [(clip_of(airlock, clip_id), post_state(airlock, clip_id)) for clip_id in sent]

    ended = [end_authorship(vault, life=LIFE) for _ in range(2)]

    assert ended == [len(STATES), 0]
    assert _named(vault, ada) == {"residents"}
    assert [(clip_of(airlock, clip_id), post_state(airlock, clip_id)) for clip_id in sent] == before
    if vault.engine.dialect.name == "sqlite":  # nor in a free page or the log: her row, and the key it is found by
        assert bytes_below(tmp_path).count(ada.encode()) == 2
    time_passes(airlock)
    for clip_id, receipt in sent.items():
        with vault.read() as conn:
            assert clips.by_receipt(conn, receipt).id == clip_id
        withdraw(airlock, clip_id)
        assert clip_of(airlock, clip_id).state is ClipState.WITHDRAWN
        assert post_state(airlock, clip_id) is PostState.WITHDRAWN
        assert is_shredded(airlock, clip_id)


def test_it_ends_when_its_time_is_over_and_no_earlier(vault: Vault, ada: ResidentId) -> None:
    """Counted from acceptance: of two clips the newer one stays its author's."""
    old, young = (_sent(vault, ada, ago=ago)[0] for ago in (LIFE, LIFE - DAY))

    end_authorship(vault, life=LIFE)

    assert _authored(vault) == {young}
    assert {the_clip(vault, clip_id).state for clip_id in (old, young)} == {ClipState.RECEIVED}


def test_a_round_ends_it_by_the_citys_time(
    airlock: Airlock, doorbell: Doorbell, ada: ResidentId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A city that says a week has it after a week, and all end in one round, however many a transaction takes."""
    monkeypatch.setattr(authorship, "AT_ONCE", 2)
    for _ in range(3):
        _sent(airlock.stores.vault, ada, ago=8 * DAY)

    reconcile(replace(airlock, authorship_life=9 * DAY), doorbell)
    still = len(_authored(airlock.stores.vault))
    reconcile(replace(airlock, authorship_life=7 * DAY), doorbell)

    assert (still, _authored(airlock.stores.vault)) == (3, set())


def test_the_airlock_ends_what_it_cannot_read(airlock: Airlock, ada: ResidentId) -> None:
    """Under its own role, which is told neither whose a clip is nor who a resident is; others' stay theirs."""
    vault = airlock.stores.vault
    _sent(vault, ada, ago=LIFE)
    others, _ = _sent(vault, a_resident(vault, "eve@example.org"), ago=0)

    end_authorship(builders.as_role(vault, "airlock"), life=LIFE)

    assert _authored(vault) == {others}


def _sent(vault: Vault, resident_id: ResidentId, *, ago: int) -> tuple[ClipId, Receipt]:
    clip_id, receipt = an_accepted_clip(vault, resident_id)
    with vault.write(by=AIRLOCK) as tx:
        tx.execute(update(rows).where(rows.c.id == clip_id).values(accepted_at=tx.now() - ago))
    return clip_id, receipt


def _authored(vault: Vault) -> set[str]:
    with vault.read() as conn:
        return set(conn.execute(select(metadata.tables["authorship"].c.clip_id)).scalars())


def _named(vault: Vault, resident_id: ResidentId) -> set[str]:
    """The tables in any column of which the resident is named."""
    with vault.read() as conn:
        everything = {name: str(conn.execute(select(table)).all()) for name, table in metadata.tables.items()}
    return {name for name, told in everything.items() if resident_id in told}
