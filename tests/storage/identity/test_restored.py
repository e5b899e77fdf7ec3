"""After a restore every clip is in a state that is true of what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import update

from storage.backups.backup import Standing
from storage.db import AIRLOCK
from storage.identity import restored
from storage.identity.clips import lists as clip_lists, originals
from storage.identity.clips.clips import ATTEMPTS, ClipState
from storage.identity.schema import clips as rows
from storage.identity.vault import ClipId, ResidentId, Vault
from storage.kit.ids import PostId
from storage.posts.posts import PostState
from tests.storage.identity.making import airlock, an_accepted_clip, the_clip

_C, _P = ClipState, PostState
UNFINISHED = (_C.RECEIVED, _C.PROCESSING, _C.QUARANTINED)
STANDING = (_P.LIVE, _P.HELD, _P.HIDDEN, _P.REMOVED, _P.KEPT)
LEFT_ALONE = [
    *((state, _P.WITHDRAWN, read) for state in (_C.REJECTED, _C.WITHDRAWN, _C.WITHDRAWING) for read in (True, False)),
    *((state, None, read) for state in (_C.REJECTED, _C.WITHDRAWN, _C.WITHDRAWING) for read in (True, False)),
    *((state, None, True) for state in UNFINISHED),
    *((state, post, True) for state in (_C.RECEIVED, _C.PROCESSING, _C.PUBLISHED) for post in STANDING),
    *((_C.REJECTED, post, False) for post in STANDING),
    (_C.WITHDRAWN, _P.EXPIRED, False),
    (_C.WITHDRAWING, _P.LIVE, False),
]
CHANGED = [
    *((state, None, False, _C.REJECTED) for state in (*UNFINISHED, _C.PUBLISHED)),
    (_C.PUBLISHED, None, True, _C.RECEIVED),
    *((state, _P.WITHDRAWN, read, _C.WITHDRAWING) for state in (*UNFINISHED, _C.PUBLISHED) for read in (True, False)),
    *((_C.WITHDRAWN, post, False, _C.WITHDRAWING) for post in STANDING),
    *((state, post, False, _C.PUBLISHED) for state in UNFINISHED for post in (*STANDING, _P.EXPIRED)),
    *((_C.QUARANTINED, post, True, _C.PUBLISHED) for post in STANDING),
]


def test_what_is_true_already_is_left_alone(vault: Vault, ada: ResidentId) -> None:
    """Nothing about these clips changes, cell by cell."""
    here = {_a_clip(vault, ada, state, readable=readable): post for state, post, readable in LEFT_ALONE}
    before = [the_clip(vault, clip_id) for clip_id in here]

    assert _settle(vault, here) == {}
    assert [the_clip(vault, clip_id) for clip_id in here] == before


def test_what_is_not_true_any_more_is_settled(vault: Vault, ada: ResidentId) -> None:
    """Cell by cell, into a state from which it comes to its end, or is there; said again there is nothing to do."""
    here = {_a_clip(vault, ada, state, readable=readable): post for state, post, readable, _ in CHANGED}

    changed = _settle(vault, here)

    for clip_id, (*cell, goal) in zip(here, CHANGED, strict=True):
        clip = the_clip(vault, clip_id)
        assert clip.state is goal, cell
        assert clip.reason == ("lost_in_restore" if goal is _C.REJECTED else None)
        assert (clip.ended_at is None) is (goal is not _C.REJECTED)
    assert sum(changed.values()) == len(CHANGED)
    assert _settle(vault, here) == {}


def test_what_is_on_screen_without_its_original_is_all_there_will_be(vault: Vault, ada: ResidentId) -> None:
    """No attempt is made at it any more: reconcile ends it with what is there."""
    clip_id = _a_clip(vault, ada, _C.PUBLISHED, readable=False)

    _settle(vault, {clip_id: _P.LIVE})

    assert the_clip(vault, clip_id).tries == ATTEMPTS
    with vault.read() as conn:
        assert [clip.id for clip in clip_lists.unattended(conn, now=1 << 60)] == [clip_id]


def test_a_finished_clip_stays_finished(vault: Vault, ada: ResidentId) -> None:
    """Published, ended, shredded and on the record: nothing to settle."""
    clip_id = _a_clip(vault, ada, _C.PUBLISHED, readable=False, ended_at=1)

    assert _settle(vault, {clip_id: _P.LIVE}) == {}
    assert the_clip(vault, clip_id).ended_at == 1


def test_a_clip_that_ended_after_the_record_was_copied_is_ended_anew(vault: Vault, ada: ResidentId) -> None:
    """The record saw its media arrive only: reconcile says there that what is on screen is all. Said again: nothing."""
    clip_id = _a_clip(vault, ada, _C.PUBLISHED, readable=False, ended_at=1)
    with airlock(vault) as tx:
        tx.execute(update(rows).where(rows.c.id == clip_id).values(tries=ATTEMPTS))

    changed = [_settle(vault, {clip_id: _P.LIVE}, arriving=True) for _ in range(2)]

    assert changed == [{"published": 1}, {}]
    with vault.read() as conn:
        assert [clip.id for clip in clip_lists.unattended(conn, now=1 << 60)] == [clip_id]


def test_many_clips_are_settled_page_by_page(vault: Vault, ada: ResidentId, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is skipped between two pages."""
    monkeypatch.setattr(restored, "AT_ONCE", 2)
    here = {_a_clip(vault, ada, _C.RECEIVED, readable=False): None for _ in range(5)}

    assert _settle(vault, here) == {"lost_in_restore": 5}


def _a_clip(vault: Vault, ada: ResidentId, state: ClipState, *, readable: bool, ended_at: int | None = None) -> ClipId:
    clip_id, _ = an_accepted_clip(vault, ada)
    with airlock(vault) as tx:
        if not readable:
            originals.forget_key(tx, the_clip(vault, clip_id).upload_id)
        tx.execute(update(rows).where(rows.c.id == clip_id).values(state=state, ended_at=ended_at))
    return clip_id


def _settle(vault: Vault, here: Mapping[ClipId, PostState | None], *, arriving: bool = False) -> dict[str, int]:
    """Settles, with the record holding these posts of the clips."""
    stand = {the_clip(vault, clip_id).post_id: post for clip_id, post in here.items() if post is not None}

    def standings(asked: Sequence[PostId]) -> dict[PostId, Standing]:
        return {post_id: Standing(stand[post_id], arriving) for post_id in asked if post_id in stand}

    with vault.write(by=AIRLOCK) as tx:
        return dict(restored.settle(tx, standings))
