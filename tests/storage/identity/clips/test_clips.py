"""Clips: one table of what may happen, and a lease without which nothing may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from storage.db import AIRLOCK, Tx
from storage.identity.clips import clips, leases, lists as clip_lists
from storage.identity.clips.clips import ATTEMPTS, TRANSITIONS, Clip, ClipState, Stage, Step
from storage.identity.schema import clips as rows
from storage.identity.vault import ClipId, Receipt, ResidentId, Vault
from storage.kit.clock import MINUTE, SECOND
from storage.kit.errors import NotThere
from tests.storage.identity.making import airlock, an_accepted_clip, bytes_below, claimed, the_clip

# The whole table again, by hand: "-" is refused.
STATES = "received processing published rejected quarantined withdrawing withdrawn".split()
TABLE = {
    "claim": "processing processing published - - - -",
    "give_back": "- received published - - - -",
    "publish": "- published published - - - -",
    "reject": "rejected rejected - - rejected - -",
    "quarantine": "quarantined quarantined - - - - -",
    "retry": "- - - - received - -",
    "withdraw": "withdrawing withdrawing withdrawing withdrawing withdrawing withdrawing withdrawn",
    "finish_withdrawal": "- - - - - withdrawn -",
    "take_back": "- - withdrawing - - - -",
    "finish_taking_back": "- - - - - rejected -",
}
CELLS = [
    (ClipState(state), Step(step), None if goal == "-" else ClipState(goal))
    for step, goals in TABLE.items()
    for state, goal in zip(STATES, goals.split(), strict=True)
]
DO: dict[Step, Callable[[Tx, Clip], object]] = {
    Step.CLAIM: lambda tx, clip: leases.claim(tx, clip.id),
    Step.GIVE_BACK: leases.give_back,
    Step.PUBLISH: leases.publish,
    Step.REJECT: lambda tx, clip: leases.reject(tx, clip, "too_long"),
    Step.QUARANTINE: lambda tx, clip: clips.quarantine(tx, clip, "not_clean"),
    Step.RETRY: lambda tx, clip: clips.retry(tx, clip.id),
    Step.WITHDRAW: lambda tx, clip: clips.withdraw(tx, clip.id),
    Step.FINISH_WITHDRAWAL: lambda tx, clip: clips.finish_withdrawal(tx, clip.id),
    Step.TAKE_BACK: lambda tx, clip: clips.take_back(tx, clip, "unreadable"),
    Step.FINISH_TAKING_BACK: lambda tx, clip: clips.finish_withdrawal(tx, clip.id),
}
UNDER_A_LEASE = {Step.GIVE_BACK, Step.PUBLISH, Step.REJECT, Step.QUARANTINE, Step.TAKE_BACK}


@pytest.fixture
def clip_id(vault: Vault, ada: ResidentId) -> ClipId:
    """An accepted clip."""
    return an_accepted_clip(vault, ada)[0]


def write(vault: Vault, clip_id: ClipId, **values: object) -> None:
    """Puts the clip where a test wants it."""
    with airlock(vault) as tx:
        tx.execute(update(rows).where(rows.c.id == clip_id).values(**values))


def end_lease(vault: Vault, clip_id: ClipId) -> None:
    """The lease runs out, by the database's clock."""
    with airlock(vault) as tx:
        tx.execute(update(rows).where(rows.c.id == clip_id).values(lease_ends_at=tx.now() - 1))


def test_the_table_says_what_may_happen() -> None:
    """Every cell, those that are refused too."""
    assert {(state, step): goal for state, step, goal in CELLS if goal} == TRANSITIONS
    assert len(CELLS) == len(ClipState) * len(Step)


@pytest.mark.parametrize("step", Step)
def test_each_cell_does_what_the_table_says(vault: Vault, ada: ResidentId, step: Step) -> None:
    """A step leads to its goal, or changes nothing at all."""
    for state, goal in ((state, goal) for state, taken, goal in CELLS if taken is step):
        clip_id = an_accepted_clip(vault, ada)[0]
        held = claimed(vault, clip_id) if step in UNDER_A_LEASE else the_clip(vault, clip_id)
        write(vault, clip_id, state=state, reason="unreadable" if step is Step.FINISH_TAKING_BACK else None)
        before = the_clip(vault, clip_id)

        with airlock(vault) as tx:
            DO[step](tx, held)

        after = the_clip(vault, clip_id)
        assert after.state == (goal or state), state
        assert goal is not None or after == before, state


@pytest.mark.parametrize("state", [ClipState.RECEIVED, ClipState.PROCESSING, ClipState.QUARANTINED])
def test_a_clip_whose_time_is_over_is_given_up(vault: Vault, clip_id: ClipId, state: ClipState) -> None:
    """Its author is told; what ended or is on screen is left alone."""
    write(vault, clip_id, state=state)

    with airlock(vault) as tx:
        assert clips.give_up(tx, clip_id)
        assert not clips.give_up(tx, clip_id)

    clip = the_clip(vault, clip_id)
    assert (clip.state, clip.reason, clip.stage) == (ClipState.REJECTED, "given_up", Stage.DONE)
    write(vault, clip_id, state=ClipState.PUBLISHED)
    with airlock(vault) as tx:
        assert not clips.give_up(tx, clip_id)


def test_an_accepted_clip_is_on_the_books(vault: Vault, ada: ResidentId, tmp_path: Path) -> None:
    """With a post id of its own, found by its receipt, its words sealed."""
    clip_id, receipt = an_accepted_clip(vault, ada, title="Something only Ada would say")
    clip = the_clip(vault, clip_id)

    with vault.read() as conn:
        assert clips.by_receipt(conn, receipt) == clip
        assert clips.words(conn, vault, clip) == ("Something only Ada would say", "It went round twice.")
        with pytest.raises(NotThere):
            clips.by_receipt(conn, Receipt("made up"))
        assert clips.one(conn, ClipId("made up")) is None
    assert (clip.state, clip.stage, clip.progress, clip.attempts) == (ClipState.RECEIVED, Stage.RECEIVED, 0.0, 0)
    assert len({clip.id, clip.post_id, clip.upload_id}) == 3
    stolen = bytes_below(tmp_path)
    assert b"only Ada" not in stolen
    assert receipt.encode() not in stolen


def test_what_was_asked_for_is_the_same_in_every_attempt(vault: Vault, ada: ResidentId) -> None:
    """After a fault, after a lease that ran out, for the larger renditions and after the operator's retry."""
    clip_id, _ = an_accepted_clip(vault, ada, blur=("faces", "porch"), boxes=((1, 2, 30, 40),), trim=(1500, 8000))
    held, seen = claimed(vault, clip_id), list[Clip]()
    seen.append(held)

    with airlock(vault) as tx:
        leases.give_back(tx, held)
    write(vault, clip_id, retry_at=0)
    seen.append(claimed(vault, clip_id))
    end_lease(vault, clip_id)
    held = claimed(vault, clip_id)
    with airlock(vault) as tx:
        clips.quarantine(tx, held, "too_many_faults")
        assert clips.retry(tx, clip_id)
    write(vault, clip_id, retry_at=0)
    seen += [held, (held := claimed(vault, clip_id))]
    with airlock(vault) as tx:
        assert leases.hand_on(tx, held)
    seen.append(claimed(vault, clip_id))

    assert [(clip.blur, clip.boxes, clip.trim) for clip in seen] == [
        (("faces", "porch"), ((1, 2, 30, 40),), (1500, 8000))
    ] * 5


def test_a_claim_is_one_more_attempt_under_a_lease(vault: Vault, clip_id: ClipId) -> None:
    """For a minute by the database's clock; nobody else gets the clip meanwhile."""
    first = claimed(vault, clip_id)

    with airlock(vault) as tx:
        assert leases.claim(tx, clip_id) is None
        ends = tx.connection.execute(rows.select()).one().lease_ends_at - tx.now()
    assert leases.LEASE - 10 * SECOND < ends <= leases.LEASE == MINUTE
    assert (first.state, first.attempts, first.tries) == (ClipState.PROCESSING, 1, 1)
    end_lease(vault, clip_id)
    second = claimed(vault, clip_id)
    assert (second.attempts, second.tries) == (2, 2)
    assert second.lease != first.lease


def test_a_clip_that_is_not_there_cannot_be_claimed(vault: Vault) -> None:
    """A job for it is harmless."""
    with airlock(vault) as tx:
        assert leases.claim(tx, ClipId("nothing")) is None


def test_who_lost_the_lease_changes_nothing(vault: Vault, clip_id: ClipId) -> None:
    """Every verb of a stale attempt is refused, and the one that took over goes on undisturbed."""
    stale = claimed(vault, clip_id)
    end_lease(vault, clip_id)
    claimed(vault, clip_id)
    before = the_clip(vault, clip_id)

    with airlock(vault) as tx:
        said = [
            leases.beat(tx, stale, Stage.ENCODING, 0.5),
            leases.note_media(tx, stale, ["a" * 26]),
            leases.publish(tx, stale),
            leases.end(tx, stale),
            leases.reject(tx, stale, "too_long"),
            leases.give_back(tx, stale),
            leases.give_back_uncounted(tx, stale),
            leases.hand_on(tx, stale),
        ]
        leases.set_original_hash(tx, stale, "salt", "hash")
        clips.quarantine(tx, stale, "not_clean")
        clips.take_back(tx, stale, "not_clean")
        leases.release(tx, stale)

    assert said == [False] * 8
    assert the_clip(vault, clip_id) == before


def test_who_holds_the_lease_is_stopped_by_a_withdrawal(vault: Vault, clip_id: ClipId) -> None:
    """Nothing it does counts any more; the withdrawal waits until it let go."""
    held = claimed(vault, clip_id)
    with airlock(vault) as tx:
        assert clips.withdraw(tx, clip_id) is ClipState.WITHDRAWING

    with airlock(vault) as tx:
        said = [
            leases.beat(tx, held, Stage.ENCODING, 0.5),
            leases.note_media(tx, held, ["a" * 26]),
            leases.publish(tx, held),
            leases.end(tx, held),
            leases.reject(tx, held, "too_long"),
            leases.give_back(tx, held),
            leases.give_back_uncounted(tx, held),
            leases.hand_on(tx, held),
        ]
        clips.quarantine(tx, held, "not_clean")
        clips.take_back(tx, held, "not_clean")
        clips.found_published(tx, clip_id)
        waits = not clips.finish_withdrawal(tx, clip_id)
        leases.release(tx, held)
        finished = clips.finish_withdrawal(tx, clip_id)

    assert said == [False] * 8
    assert (waits, finished) == (True, True)
    assert the_clip(vault, clip_id).state is ClipState.WITHDRAWN


def test_a_withdrawal_does_not_wait_for_the_dead(vault: Vault, clip_id: ClipId) -> None:
    """A lease that ran out holds up nothing."""
    claimed(vault, clip_id)
    with airlock(vault) as tx:
        clips.withdraw(tx, clip_id)
    end_lease(vault, clip_id)

    with airlock(vault) as tx:
        assert clips.finish_withdrawal(tx, clip_id)


@pytest.mark.parametrize("state", [ClipState.PUBLISHED, ClipState.REJECTED, ClipState.QUARANTINED])
def test_what_ended_can_be_withdrawn(vault: Vault, clip_id: ClipId, state: ClipState) -> None:
    """It is not at its end any more, and its reason is no longer told; twice is once."""
    write(vault, clip_id, state=state, ended_at=1, reason="too_long")

    with airlock(vault) as tx:
        states = [clips.withdraw(tx, clip_id), clips.withdraw(tx, clip_id)]

    clip = the_clip(vault, clip_id)
    assert states == [ClipState.WITHDRAWING] * 2
    assert (clip.ended_at, clip.reason) == (None, None)


def test_withdrawing_nothing_is_done_already(vault: Vault) -> None:
    """A clip that is not there is withdrawn."""
    with airlock(vault) as tx:
        assert clips.withdraw(tx, ClipId("nothing")) is ClipState.WITHDRAWN
        assert not clips.finish_withdrawal(tx, ClipId("nothing"))


def test_a_beat_extends_the_lease_and_tells_how_far_it_is(vault: Vault, clip_id: ClipId) -> None:
    """The time of a stage is that of its first beat."""
    held = claimed(vault, clip_id)
    write(vault, clip_id, accepted_at=held.accepted_at - 5000)
    held = replace(held, accepted_at=held.accepted_at - 5000)
    end_lease(vault, clip_id)

    with airlock(vault) as tx:
        assert leases.beat(tx, held, Stage.ENCODING, 0.25)
        first = clips.one(tx.connection, clip_id)
        assert leases.beat(tx, held, Stage.ENCODING, 0.5)
        assert leases.claim(tx, clip_id) is None

    clip = the_clip(vault, clip_id)
    assert first is not None
    assert (clip.stage, clip.progress) == (Stage.ENCODING, 0.5)
    assert clip.stage_times == first.stage_times
    assert clip.stage_times["encoding"] >= 5000


def test_each_fault_waits_longer_and_the_fifth_is_the_last(vault: Vault, clip_id: ClipId) -> None:
    """Waits of 5, 15, 45 and 120 s; before they are over nobody gets the clip, after five tries nobody at all."""
    waits = []
    for _ in range(ATTEMPTS):
        held = claimed(vault, clip_id)
        with airlock(vault) as tx:
            assert leases.give_back(tx, held)
            assert leases.claim(tx, clip_id) is None
            waits.append(round((tx.connection.execute(rows.select()).one().retry_at - tx.now()) / 1000))
        write(vault, clip_id, retry_at=0)

    assert waits[:4] == [5, 15, 45, 120]
    with airlock(vault) as tx:
        assert leases.claim(tx, clip_id) is None
        assert [clip.id for clip in clip_lists.unattended(tx.connection, tx.now())] == [clip_id]


def test_a_store_that_is_away_uses_up_no_try(vault: Vault, clip_id: ClipId) -> None:
    """However often; each wait is longer than the one before, up to a minute, so that nothing spins."""
    waits = []
    for _ in range(ATTEMPTS + 2):
        held = claimed(vault, clip_id)
        with airlock(vault) as tx:
            assert leases.give_back_uncounted(tx, held)
            assert leases.claim(tx, clip_id) is None
            waits.append(round((tx.connection.execute(rows.select()).one().retry_at - tx.now()) / 1000))
        write(vault, clip_id, retry_at=0)

    clip = the_clip(vault, clip_id)
    assert waits == [1, 2, 5, 15, 60, 60, 60]
    assert (clip.state, clip.attempts, clip.tries, clip.lease) == (ClipState.RECEIVED, ATTEMPTS + 2, 0, "")


def test_who_makes_the_larger_ones_has_five_tries_of_their_own(vault: Vault, clip_id: ClipId) -> None:
    """Handed on, a clip is nobody's at once."""
    write(vault, clip_id, tries=ATTEMPTS - 1)
    held = claimed(vault, clip_id)

    with airlock(vault) as tx:
        leases.publish(tx, held)
        assert leases.hand_on(tx, held)

    clip = claimed(vault, clip_id)
    assert (clip.state, clip.stage, clip.attempts, clip.tries) == (ClipState.PUBLISHED, Stage.FINISHING, 2, 1)


def test_what_is_taken_back_for_a_reason_ends_rejected(vault: Vault, clip_id: ClipId) -> None:
    """Its author is told the reason on the way and at the end; nothing of its attempt counts any more."""
    held = claimed(vault, clip_id)
    with airlock(vault) as tx:
        leases.publish(tx, held)
        clips.take_back(tx, held, "unreadable")
        assert not leases.beat(tx, held, Stage.FINISHING, 1.0)
        assert leases.claim(tx, clip_id) is None
        clips.found_published(tx, clip_id)
    leaving = the_clip(vault, clip_id)

    with airlock(vault) as tx:
        assert clips.finish_withdrawal(tx, clip_id)
        assert not clips.finish_withdrawal(tx, clip_id)

    clip = the_clip(vault, clip_id)
    assert (leaving.state, leaving.reason, leaving.ended_at) == (ClipState.WITHDRAWING, "unreadable", None)
    assert (clip.state, clip.reason, clip.stage) == (ClipState.REJECTED, "unreadable", Stage.DONE)
    assert clip.ended_at is not None


def test_the_author_s_word_is_last_over_a_reason_of_ours(vault: Vault, clip_id: ClipId) -> None:
    """Taken back by us, and withdrawn before that was done: it ends as its author wished."""
    held = claimed(vault, clip_id)
    with airlock(vault) as tx:
        leases.publish(tx, held)
        clips.take_back(tx, held, "unreadable")

    with airlock(vault) as tx:
        clips.withdraw(tx, clip_id)
        clips.finish_withdrawal(tx, clip_id)

    clip = the_clip(vault, clip_id)
    assert (clip.state, clip.reason) == (ClipState.WITHDRAWN, None)


def test_the_operator_lets_a_quarantined_clip_try_again(vault: Vault, clip_id: ClipId) -> None:
    """From the start and five times, but attempts are counted on: a stale one must not pass for a new one."""
    held = claimed(vault, clip_id)
    with airlock(vault) as tx:
        leases.beat(tx, held, Stage.ENCODING, 0.5)
        clips.quarantine(tx, held, "not_clean")
    write(vault, clip_id, tries=ATTEMPTS)
    quarantined = the_clip(vault, clip_id)
    with airlock(vault) as tx:
        assert clips.retry(tx, clip_id)
        assert not clips.retry(tx, clip_id)

    fresh = the_clip(vault, clip_id)
    again = claimed(vault, clip_id)

    assert (quarantined.state, quarantined.reason, quarantined.lease) == (ClipState.QUARANTINED, "not_clean", "")
    assert quarantined.ended_at is not None
    assert (fresh.state, fresh.stage, fresh.progress, fresh.reason) == (ClipState.RECEIVED, Stage.RECEIVED, 0.0, None)
    assert (again.attempts, again.tries) == (2, 1)


def test_the_operator_gives_a_quarantined_clip_up(vault: Vault, clip_id: ClipId) -> None:
    """Only one that is in quarantine."""
    with airlock(vault) as tx:
        assert not clips.drop(tx, clip_id)
        clips.quarantine(tx, clips.one(tx.connection, clip_id), "not_clean")  # type: ignore[arg-type]

        assert clips.drop(tx, clip_id)

    clip = the_clip(vault, clip_id)
    assert (clip.state, clip.reason) == (ClipState.REJECTED, "given_up")


def test_what_nobody_works_on_is_found(vault: Vault, ada: ResidentId) -> None:
    """Clips that wait, whose lease ran out, or whose larger rendition is due; not those held, ended or waiting."""
    waiting, dead, larger, held, ended, later, leaving = (an_accepted_clip(vault, ada)[0] for _ in range(7))
    for clip_id in (dead, held):
        claimed(vault, clip_id)
    end_lease(vault, dead)
    write(vault, larger, state=ClipState.PUBLISHED)
    write(vault, ended, state=ClipState.PUBLISHED, ended_at=1)
    write(vault, leaving, state=ClipState.WITHDRAWING)
    with airlock(vault) as tx:
        tx.execute(update(rows).where(rows.c.id == later).values(retry_at=tx.now() + MINUTE))

    with airlock(vault) as tx:
        found = {clip.id for clip in clip_lists.unattended(tx.connection, tx.now())}
        live = leases.live_leases(tx.connection, tx.now())
        in_state = [clip.id for clip in clip_lists.in_state(tx.connection, ClipState.WITHDRAWING)]

    assert found == {waiting, dead, larger}
    assert live == {the_clip(vault, held).lease}
    assert in_state == [leaving]


def test_a_dead_process_leaves_its_clip_to_others(vault: Vault, clip_id: ClipId) -> None:
    """Without waiting for the lease, though not at once: what killed it may kill the next."""
    clip = claimed(vault, clip_id)

    with airlock(vault) as tx:
        leases.break_lease(tx, replace(clip, lease="another's"))
        assert clips.one(tx.connection, clip_id) == clip
        leases.break_lease(tx, clip)
        assert leases.claim(tx, clip_id) is None

    write(vault, clip_id, retry_at=0)
    assert claimed(vault, clip_id).attempts == 2


def test_media_are_on_the_books_until_they_were_checked(vault: Vault, clip_id: ClipId) -> None:
    """Keys add up; only an ended clip's are forgotten."""
    held = claimed(vault, clip_id)
    with airlock(vault) as tx:
        leases.note_media(tx, held, ["a"])
        leases.note_media(tx, held, ["b", "c"])
        clips.forget_media(tx, clip_id)
        assert clip_lists.with_stray_media(tx.connection, after=0, before=0) == []
    assert the_clip(vault, clip_id).media_keys == ["a", "b", "c"]

    with airlock(vault) as tx:
        assert leases.publish(tx, held)
        assert leases.end(tx, held)
        now = tx.now()
        found = clip_lists.with_stray_media(tx.connection, after=now - MINUTE, before=0)
        assert clip_lists.with_stray_media(tx.connection, after=now + MINUTE, before=now + MINUTE) == found
        assert clip_lists.with_stray_media(tx.connection, after=now + MINUTE, before=now - MINUTE) == []
        clips.forget_media(tx, clip_id)

    assert [clip.media_keys for clip in found] == [["a", "b", "c"]]
    clip = the_clip(vault, clip_id)
    assert (clip.media_keys, clip.stage, clip.progress, clip.lease) == ([], Stage.DONE, 1.0, "")


def test_what_is_leaving_is_written_down(vault: Vault, clip_id: ClipId) -> None:
    """Only of a clip that is being withdrawn; it stays, for what an attempt that sleeps may put there yet."""
    with airlock(vault) as tx:
        clips.note_leaving(tx, clip_id, ["a"])
    assert the_clip(vault, clip_id).media_keys == []

    with airlock(vault) as tx:
        clips.withdraw(tx, clip_id)
        clips.note_leaving(tx, clip_id, ["a"])
    assert the_clip(vault, clip_id).media_keys == ["a"]
    with airlock(vault) as tx:
        clips.finish_withdrawal(tx, clip_id)
    assert the_clip(vault, clip_id).media_keys == ["a"]


def test_a_clip_found_on_the_record_is_published(vault: Vault, clip_id: ClipId) -> None:
    """And can be neither refused nor quarantined nor given up from there on."""
    held = claimed(vault, clip_id)

    with vault.write(by=AIRLOCK) as tx:
        clips.found_published(tx, clip_id)
        clips.quarantine(tx, held, "too_many_faults")
        assert not leases.reject(tx, held, "too_long")
        assert not clips.give_up(tx, clip_id)

    assert the_clip(vault, clip_id).state is ClipState.PUBLISHED


def test_a_published_clip_ends_without_its_larger_rendition(vault: Vault, clip_id: ClipId) -> None:
    """Nobody needs to hold it; a clip that is not published does not end this way."""
    with airlock(vault) as tx:
        clips.end_unheld(tx, the_clip(vault, clip_id))
    assert the_clip(vault, clip_id).ended_at is None
    write(vault, clip_id, state=ClipState.PUBLISHED)

    with airlock(vault) as tx:
        clips.end_unheld(tx, the_clip(vault, clip_id))

    clip = the_clip(vault, clip_id)
    assert clip.ended_at is not None
    assert (clip.stage, clip.progress) == (Stage.DONE, 1.0)


def test_what_proves_the_original_is_kept(vault: Vault, clip_id: ClipId) -> None:
    """Salt and salted hash, written by who holds the clip; its words are readable until shredded."""
    held = claimed(vault, clip_id)

    with airlock(vault) as tx:
        leases.set_original_hash(tx, held, "salt", "hash")
        row = tx.connection.execute(rows.select()).one()
        readable = clip_lists.unshredded(tx.connection)

    assert (row.original_salt, row.original_hash) == ("salt", "hash")
    assert [clip.id for clip in readable] == [clip_id]
