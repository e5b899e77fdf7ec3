"""Taking a clip back for good: from any state, and again if need be."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from feed import posting
from storage.db import OPERATOR
from storage.feed_log import Kind
from storage.identity.clips import clips, leases
from storage.identity.clips.clips import ClipState
from storage.identity.vault import ClipId
from storage.posts.posts import Verb
from tests.storage.identity.making import airlock as writing, claimed
from tests.workers.airlock.conftest import NewClip
from tests.workers.airlock.looking import assert_withdrawn_for_good, clip_of, is_shredded, media, told, withdraw
from workers.airlock import withdraw as withdrawing
from workers.airlock.admit import Airlock, admit
from workers.airlock.reconcile import reconcile
from workers.airlock.withdraw import take_back
from workers.queue import Doorbell


def test_a_published_clip_is_taken_back(airlock: Airlock, accepted: NewClip, quick: None) -> None:
    """Post, media and original are gone, and listeners hear of it once."""
    clip_id = accepted()
    admit(airlock, clip_id)

    withdraw(airlock, clip_id)
    withdraw(airlock, clip_id)

    assert_withdrawn_for_good(airlock, clip_id)
    assert told(airlock).count(Kind.WITHDRAWN) == 1


@pytest.mark.parametrize("verb", [Verb.HIDE, Verb.REMOVE])
def test_the_author_s_word_is_last(airlock: Airlock, accepted: NewClip, quick: None, verb: Verb) -> None:
    """Also over a post that a moderator took off the feed: it cannot be restored."""
    clip_id = accepted()
    admit(airlock, clip_id)
    with airlock.stores.record.write(by=OPERATOR) as tx:
        posting.decide(tx, airlock.stores.bell, clip_of(airlock, clip_id).post_id, verb, reason="privacy")

    withdraw(airlock, clip_id)

    assert clip_of(airlock, clip_id).state is ClipState.WITHDRAWN
    assert_withdrawn_for_good(airlock, clip_id)


def test_a_clip_nobody_took_up_is_taken_back(airlock: Airlock, accepted: NewClip, quick: None) -> None:
    """A tombstone stands where its post would have been: an attempt that comes late finds nothing to do."""
    clip_id = accepted()

    withdraw(airlock, clip_id)
    admit(airlock, clip_id)

    assert_withdrawn_for_good(airlock, clip_id)
    assert told(airlock) == []


@pytest.mark.engines("sqlite")
def test_its_words_leave_the_record_s_file_with_it(airlock: Airlock, accepted: NewClip, quick: None) -> None:
    """Before its author is told "withdrawn": file and write-ahead log hold no byte of them, others' words stay."""
    gone, stays = accepted(title="A xylophonist went by"), accepted(title="A trombonist went by")
    for clip_id in (gone, stays):
        admit(airlock, clip_id)
    record = airlock.stores.record
    file = Path(str(record.engine.url.database))
    with closing(record.engine.raw_connection()):  # somebody has it open, as programs do: nothing is tidied by closing
        before = _stored(file)

        withdraw(airlock, gone)

        after = _stored(file)
    assert (b"xylophonist" in before, b"trombonist" in before) == (True, True)
    assert (b"xylophonist" in after, b"trombonist" in after) == (False, True)


@pytest.mark.engines("sqlite")
def test_a_large_index_is_left_to_whoever_reconciles(
    airlock: Airlock, doorbell: Doorbell, accepted: NewClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clip stays on its way out until no byte of its words is left."""
    clip_id = accepted()
    with monkeypatch.context() as large:
        large.setattr(withdrawing, "STEPS", 0)
        withdraw(airlock, clip_id)
    on_its_way = clip_of(airlock, clip_id).state

    reconcile(airlock, doorbell)

    assert (on_its_way, clip_of(airlock, clip_id).state) == (ClipState.WITHDRAWING, ClipState.WITHDRAWN)


def _stored(file: Path) -> bytes:
    return b"".join(part.read_bytes() for part in sorted(file.parent.glob(f"{file.name}*")))


@pytest.mark.parametrize("state", ["rejected", "quarantined"])
def test_a_clip_that_came_to_nothing_is_taken_back(airlock: Airlock, accepted: NewClip, state: str) -> None:
    """What is left of it goes."""
    clip_id = accepted()
    clip = claimed(airlock.stores.vault, clip_id)
    with writing(airlock.stores.vault) as tx:
        if state == "rejected":
            leases.reject(tx, clip, "too_long")
        else:
            clips.quarantine(tx, clip, "not_clean")

    withdraw(airlock, clip_id)

    assert clip_of(airlock, clip_id).state is ClipState.WITHDRAWN
    assert_withdrawn_for_good(airlock, clip_id)


def test_while_somebody_works_on_it_it_is_not_yet_withdrawn(airlock: Airlock, accepted: NewClip) -> None:
    """Nothing can be published any more and the original is gone; the last word waits for the one who holds it."""
    clip_id = accepted()
    claimed(airlock.stores.vault, clip_id)
    with writing(airlock.stores.vault) as tx:
        clips.withdraw(tx, clip_id)

    assert not take_back(airlock.stores, clip_id)

    assert clip_of(airlock, clip_id).state is ClipState.WITHDRAWING
    assert is_shredded(airlock, clip_id)


def test_what_nobody_wishes_to_withdraw_is_left_alone(airlock: Airlock, accepted: NewClip, quick: None) -> None:
    """Taking back is carrying out a wish; without one, or without a clip, nothing happens."""
    clip_id = accepted()
    admit(airlock, clip_id)
    before = clip_of(airlock, clip_id), media(airlock)

    assert take_back(airlock.stores, clip_id)
    assert take_back(airlock.stores, ClipId("nothing"))

    assert (clip_of(airlock, clip_id), media(airlock)) == before
