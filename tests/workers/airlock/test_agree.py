"""What the record says of a clip, the identity side says too."""

from __future__ import annotations

from feed import posting
from storage.db import AIRLOCK
from storage.identity.clips.clips import ClipState
from storage.posts.posts import Verb
from tests.builders import a_new_post, a_published_post
from tests.storage.identity.making import claimed
from tests.workers.airlock.conftest import NewClip
from tests.workers.airlock.looking import clip_of
from workers.airlock.admit import Airlock
from workers.airlock.agree import agree, is_all_there


def test_a_clip_whose_post_is_not_there_is_left_alone(airlock: Airlock, accepted: NewClip) -> None:
    """It is processing, as it says."""
    clip = claimed(airlock.stores.vault, accepted())

    assert not agree(airlock.stores, clip)
    assert not is_all_there(airlock.stores, clip)
    assert clip_of(airlock, clip.id).state is ClipState.PROCESSING


def test_a_clip_whose_post_is_there_is_published(airlock: Airlock, accepted: NewClip) -> None:
    """Whether all of its media are there or not."""
    arriving, ready = (claimed(airlock.stores.vault, accepted()) for _ in range(2))
    a_published_post(airlock.stores.record, airlock.stores.bell, id=arriving.post_id, ready=False)
    a_published_post(airlock.stores.record, airlock.stores.bell, id=ready.post_id)

    for clip, all_there in ((arriving, False), (ready, True)):
        assert agree(airlock.stores, clip)
        assert is_all_there(airlock.stores, clip) is all_there
        assert clip_of(airlock, clip.id).state is ClipState.PUBLISHED


def test_a_tombstone_is_a_word_of_the_record_too(airlock: Airlock, accepted: NewClip) -> None:
    """Nothing can be added to it: all that is left to do is to end the clip."""
    clip = claimed(airlock.stores.vault, accepted())
    with airlock.stores.record.write(by=AIRLOCK) as tx:
        posting.publish(tx, airlock.stores.bell, a_new_post(id=clip.post_id), [], generation=1)
    with airlock.stores.record.write(by=AIRLOCK) as tx:
        posting.end(tx, airlock.stores.bell, clip.post_id, Verb.EXPIRE)

    assert agree(airlock.stores, clip)
    assert is_all_there(airlock.stores, clip)
