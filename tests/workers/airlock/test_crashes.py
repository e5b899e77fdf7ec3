"""Killed at any step, a clip is published once or withdrawn for good, and both sides say the same."""

from __future__ import annotations

import pytest

from feed import posting
from feed.bell import Bell
from storage.feed_log import Kind
from storage.identity import clips, leases, originals
from storage.identity.clips import ClipState
from storage.objects import Folder
from tests.workers.airlock import looking
from tests.workers.airlock.conftest import NewClip
from tests.workers.airlock.dying import Step, dies_at
from tests.workers.airlock.looking import (
    assert_published_once,
    assert_withdrawn_for_good,
    clip_of,
    mend,
    post_state,
    told,
    withdraw,
)
from workers.airlock import admit as admitting
from workers.airlock import withdraw as withdrawing
from workers.airlock.admit import Airlock, admit
from workers.media import rework
from workers.queue import Doorbell

# One engine: tests/faults has every step on both, these are whole processes that die at 5 s each.
pytestmark = pytest.mark.engines("sqlite")

# "after" a verb is before its transaction's commit; the next "before" is after it.
ADMIT = [
    Step(leases, "claim", "after"),
    Step(admitting, "agree", "before"),
    Step(admitting, "scratch_for", "before"),
    Step(rework, "inspect", "before"),
    Step(rework, "make_rendition", "after"),
    Step(leases, "note_media", "after"),
    Step(Folder, "put", "before"),
    Step(Folder, "put", "after"),
    Step(posting, "publish", "before"),
    Step(posting, "publish", "after"),
    Step(Bell, "ring", "before"),
    Step(Bell, "ring", "after"),
    Step(leases, "publish", "before"),
    Step(leases, "publish", "after"),
    Step(rework, "make_rendition", "before", 2),
    Step(Folder, "put", "after", 3),
    Step(posting, "add_media", "after"),
    Step(Bell, "ring", "before", 2),
    Step(admitting, "_finish", "before"),
    Step(leases, "end", "after"),
    Step(admitting, "shred", "before"),
    Step(originals, "forget_key", "after"),
    Step(Folder, "delete", "before"),
    Step(originals, "drop_parts", "before"),
    Step(leases, "release", "before"),
]
WITHDRAW = [
    Step(clips, "withdraw", "after"),
    Step(looking, "take_back", "before"),
    Step(clips, "note_leaving", "after"),
    Step(posting, "end", "before"),
    Step(posting, "end", "after"),
    Step(Bell, "ring", "before"),
    Step(Folder, "delete", "before"),
    Step(Folder, "delete", "after"),
    Step(withdrawing, "shred", "before"),
    Step(originals, "drop_parts", "before"),
    Step(clips, "finish_withdrawal", "before"),
    Step(clips, "finish_withdrawal", "after"),
]


@pytest.mark.parametrize("step", ADMIT, ids=str)
def test_a_clip_is_published_once_wherever_its_process_was_killed(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip, quick: None, step: Step
) -> None:
    """What follows by itself brings it to its end, and leaves nothing stray in either bucket."""
    clip_id = accepted()

    dies_at(step, lambda: admit(airlock, clip_id))
    mend(airlock, doorbell, clip_id)

    assert_published_once(airlock, clip_id)
    assert clip_of(airlock, clip_id).attempts <= 2


@pytest.mark.parametrize("step", ADMIT[::3], ids=str)
def test_a_clip_can_be_withdrawn_wherever_its_process_was_killed(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip, quick: None, step: Step
) -> None:
    """Whatever the dead process left, on the record or beside it."""
    clip_id = accepted()

    dies_at(step, lambda: admit(airlock, clip_id))
    withdraw(airlock, clip_id)
    mend(airlock, doorbell, clip_id)

    assert clip_of(airlock, clip_id).state is ClipState.WITHDRAWN
    assert_withdrawn_for_good(airlock, clip_id)


@pytest.mark.parametrize("step", WITHDRAW, ids=str)
def test_a_withdrawal_is_finished_wherever_its_process_was_killed(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip, quick: None, step: Step
) -> None:
    """Once the wish is on the books it is carried out, and told once; before that nothing has happened."""
    clip_id = accepted()
    mend(airlock, doorbell, clip_id)

    dies_at(step, lambda: withdraw(airlock, clip_id))
    wished = clip_of(airlock, clip_id).state is not ClipState.PUBLISHED
    mend(airlock, doorbell, clip_id)

    assert wished == (step is not WITHDRAW[0])
    if wished:
        assert_withdrawn_for_good(airlock, clip_id)
        assert told(airlock).count(Kind.WITHDRAWN) == 1
    else:
        assert_published_once(airlock, clip_id)


@pytest.mark.parametrize("step", [Step(posting, "end", "after"), Step(withdrawing, "shred", "before")], ids=str)
def test_a_clip_withdrawn_before_it_was_taken_up_is_never_published(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip, quick: None, step: Step
) -> None:
    """A tombstone stands where its post would have been, though the process that put it there died."""
    clip_id = accepted()

    dies_at(step, lambda: withdraw(airlock, clip_id))
    admit(airlock, clip_id)
    mend(airlock, doorbell, clip_id)

    assert_withdrawn_for_good(airlock, clip_id)
    assert told(airlock) == []
    assert post_state(airlock, clip_id) is not None
