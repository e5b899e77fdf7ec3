"""The airlock suspends whoever sent a post, and says the same whatever it found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from feed.bell import Bell
from storage.db import AIRLOCK, OPERATOR, Database
from storage.identity.clips import authorship, clips
from storage.identity.residents import suspended
from storage.identity.schema import suspended as marks
from storage.identity.vault import ClipId, ResidentId, Vault
from storage.kit.clock import DAY, HOUR
from storage.kit.errors import Unavailable
from storage.kit.ids import PostId, StaffId
from storage.moderation import suspensions
from storage.moderation.decisions import AGREE, SUSPEND
from storage.moderation.suspensions import State
from storage.objects import Folder
from storage.posts import changes as post_changes
from storage.posts.posts import PostState
from storage.schema import decisions as decision_rows, suspensions as rows
from storage.staff import staff
from tests import builders
from tests.storage.identity.making import a_resident, an_accepted_clip, the_clip
from workers.airlock.both_sides import BothSides
from workers.airlock.moderating.suspending import carry_out

LIFE = 30 * DAY


@pytest.fixture
def stores(vault: Vault, record: Database, city: builders.City, bell: Bell, tmp_path: Path) -> BothSides:
    """Both sides."""
    return BothSides(vault, Folder(tmp_path / "originals"), record, Folder(tmp_path / "media"), bell)


def a_post(stores: BothSides, ada: ResidentId) -> tuple[ClipId, PostId]:
    """A clip of hers, and its post on the record, hidden."""
    clip_id, _ = an_accepted_clip(stores.vault, ada)
    post_id = the_clip(stores.vault, clip_id).post_id
    builders.a_recorded_post(stores.record, builders.a_new_post(id=post_id))
    _set_hidden(stores, post_id)
    return clip_id, post_id


def ask(stores: BothSides, post_id: PostId, *names: str, reason: str = "harassment") -> None:
    """Two moderators ask; due at once."""
    first, second = names or ("mo", "ben")
    with stores.record.write(by=OPERATOR) as tx:
        proposal = _decide(tx, post_id, SUSPEND, _moderator(tx, first), reason)
        decision = _decide(tx, post_id, AGREE, _moderator(tx, second), reason)
        suspensions.ask(tx, post_id, decision, proposal_id=proposal)
    _due(stores)


def lift(stores: BothSides, post_id: PostId) -> None:
    """A moderator brought the post back; due at once."""
    with stores.record.write(by=OPERATOR) as tx:
        decision = _decide(tx, post_id, "restore", _moderator(tx, "cyd"), "within_guidelines")
        suspensions.lift(tx, post_id, decision)
    _due(stores)


def is_suspended(stores: BothSides, resident: ResidentId) -> bool:
    """Whether this resident may send nothing now."""
    with stores.vault.read() as conn:
        return suspended.of_resident(conn, resident) is not None


def state(stores: BothSides, post_id: PostId) -> State | None:
    """What the desk is told."""
    with stores.record.read() as conn:
        return suspensions.state_of(conn, post_id)


def test_by_its_own_roles_the_airlock_suspends_and_lifts(stores: BothSides, ada: ResidentId) -> None:
    """An hour after it was agreed and not before; twice is once; another resident is not meant."""
    _, post_id = a_post(stores, ada)
    bob = a_resident(stores.vault, "bob@example.org")
    seen = replace(
        stores, vault=builders.as_role(stores.vault, "airlock"), record=builders.as_role(stores.record, "airlock")
    )
    ask(stores, post_id)
    with stores.record.write(by=OPERATOR) as tx:
        tx.execute(update(rows).values(due_at=rows.c.due_at + 2 * HOUR))
        tx.audit("test", post_id)
    early = (carry_out(seen, LIFE), is_suspended(stores, ada), state(stores, post_id))
    _due(stores)

    told = [carry_out(seen, LIFE) for _ in range(2)]

    assert early == (0, False, State.AGREED)
    assert (told, is_suspended(stores, ada), is_suspended(stores, bob)) == ([1, 0], True, False)
    assert state(stores, post_id) is State.CARRIED_OUT
    lift(stores, post_id)
    told = [carry_out(seen, LIFE) for _ in range(2)]
    if stores.vault.engine.dialect.name != "sqlite":
        for one in (seen.vault, seen.record):
            one.engine.dispose()
    assert (told, is_suspended(stores, ada), state(stores, post_id)) == ([1, 0], False, State.LIFTED)


@pytest.mark.engines("sqlite")
def test_the_record_is_the_same_whoever_is_found_or_nobody(stores: BothSides, ada: ResidentId) -> None:
    """One who can be found, one suspended already, one whose authorship is over, one who withdrew, one nobody sent."""
    (_, found), (_, again), (gone, over), (_, withdrawn) = (a_post(stores, ada) for _ in range(4))
    with stores.vault.write(by=AIRLOCK) as tx:
        authorship.end(tx, [gone])
    nobodys = builders.a_recorded_post(stores.record, builders.a_new_post()).id
    asked = (found, again, over, withdrawn, nobodys)
    for post_id in asked:
        ask(stores, post_id)
    builders.entomb(stores.record, withdrawn)

    assert carry_out(stores, LIFE) == len(asked)

    with stores.record.read() as conn:
        after = conn.execute(select(rows)).all()
    assert {(row.carried_out, row.lifts) for row in after} == {(True, False)}
    assert {state(stores, post_id) for post_id in asked} == {State.CARRIED_OUT}
    assert is_suspended(stores, ada)
    told = builders.all_rows(stores.record)
    assert ada.encode() not in told and gone.encode() not in told


@pytest.mark.engines("sqlite")
def test_a_forged_row_moves_nobody(stores: BothSides, ada: ResidentId) -> None:
    """One person twice, no proposal, undone, no moderator any more, another post's, another reason: all told alike."""
    _, post_id = a_post(stores, ada)
    _, other = a_post(stores, ada)

    def forged(**changes: Any) -> bool:
        with stores.record.write(by=OPERATOR) as tx:
            tx.execute(rows.delete())
            tx.audit("test", post_id)
        ask(stores, post_id, *changes.pop("names", ("mo", "ben")), reason=changes.pop("reason", "harassment"))
        with stores.record.write(by=OPERATOR) as tx:
            for table, values in changes.items():
                tx.execute(update({"asked": rows, "decided": decision_rows}[table]).values(**values))
            tx.audit("test", post_id)
        assert carry_out(stores, LIFE) == 1
        return is_suspended(stores, ada)

    assert not forged(names=("mo", "mo"))
    assert not forged(asked={"proposal_id": ""})
    assert not forged(decided={"undone": True})
    assert not forged(asked={"post_id": other})
    assert not forged(reason="made_up")
    assert not forged(decided={"verb": SUSPEND})
    with stores.record.write(by=OPERATOR) as tx:
        staff.end(tx, _moderator(tx, "ben"))
    assert not forged()
    with stores.record.write(by=OPERATOR) as tx:
        staff.revive(tx, _moderator(tx, "ben"))
    assert forged()


@pytest.mark.engines("sqlite")
def test_killed_between_the_two_sides_it_is_carried_out_again(
    stores: BothSides, ada: ResidentId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record does not say so before the other side has it."""
    _, post_id = a_post(stores, ada)
    ask(stores, post_id)
    with monkeypatch.context() as away:
        away.setattr(suspensions, "set_carried_out", _away)
        with pytest.raises(Unavailable):
            carry_out(stores, LIFE)
    assert state(stores, post_id) is State.AGREED

    assert carry_out(stores, LIFE) == 1
    assert (state(stores, post_id), is_suspended(stores, ada)) == (State.CARRIED_OUT, True)


@pytest.mark.engines("sqlite")
def test_it_ends_with_the_clips_authorship_at_the_latest(stores: BothSides, ada: ResidentId) -> None:
    """Thirty days after the clip was accepted, or sooner where a city chose so; the row goes with the other's."""
    clip_id, post_id = a_post(stores, ada)
    ask(stores, post_id)
    carry_out(stores, 7 * DAY)
    with stores.vault.read() as conn:
        found, clip = suspended.of_resident(conn, ada), clips.one(conn, clip_id)
    assert found and clip and found.ends_at == clip.accepted_at + 7 * DAY

    with stores.vault.write(by=AIRLOCK) as tx:
        authorship.end(tx, [clip_id])

    with stores.vault.read() as conn:
        assert conn.execute(select(func.count()).select_from(marks)).scalar_one() == 0
    assert not is_suspended(stores, ada)


@pytest.mark.engines("sqlite")
def test_of_two_suspensions_lifting_one_leaves_the_other(stores: BothSides, ada: ResidentId) -> None:
    """Two posts of one author stay two, here as on the record."""
    (_, one), (_, two) = a_post(stores, ada), a_post(stores, ada)
    for post_id in (one, two):
        ask(stores, post_id)
    carry_out(stores, LIFE)

    lift(stores, one)
    carry_out(stores, LIFE)

    assert (is_suspended(stores, ada), state(stores, two)) == (True, State.CARRIED_OUT)


def _decide(tx: Any, post_id: PostId, verb: str, me: StaffId, reason: str) -> str:
    hidden = {"before": PostState.HIDDEN, "after": PostState.HIDDEN}
    return builders.a_decision(tx, post_id, verb, by=me, reason=reason, **hidden)


def _moderator(tx: Any, name: str) -> StaffId:
    found = staff.find(tx.connection, name)
    if found is None:
        found = staff.make(tx, name)
        staff.grant(tx, found, staff.Role.MODERATOR, builders.division("Central"))
    return found


def _set_hidden(stores: BothSides, post_id: PostId) -> None:
    with stores.record.write(by=OPERATOR) as tx:
        post_changes.set_state(tx, post_id, PostState.HIDDEN)
        tx.audit("test", post_id)


def _due(stores: BothSides) -> None:
    with stores.record.write(by=OPERATOR) as tx:
        tx.execute(update(rows).where(~rows.c.carried_out).values(due_at=rows.c.due_at - 2 * HOUR))
        tx.audit("test", "")


def _away(*_: object) -> None:
    raise Unavailable("The record is away.")
