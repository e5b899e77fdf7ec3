"""What was taken back or down is noted beside the media, and outlives the record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feed import posting
from feed.bell import Bell
from storage import feed_log
from storage.db import OPERATOR, Database
from storage.kit import clock
from storage.kit.ids import PostId, new_id
from storage.moderation import takedowns
from storage.moderation.takedowns import Noted
from storage.objects import Bucket, Folder
from storage.posts.posts import PostState, Verb
from tests.builders import a_published_post

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def bucket(tmp_path: Path) -> Bucket:
    """An empty media bucket."""
    return Folder(tmp_path / "media")


def test_the_authors_word_is_noted(bucket: Bucket) -> None:
    """Once, however often it is said."""
    post_id = PostId(new_id())

    takedowns.note_withdrawn(bucket, post_id)
    takedowns.note_withdrawn(bucket, post_id)

    assert takedowns.noted(bucket) == Noted(frozenset({post_id}), {}, {})


def test_decisions_are_noted_from_the_audit(record: Database, bell: Bell, bucket: Bucket) -> None:
    """The state a post is in now; one that was restored has no note, and the mark says how far the audit was read."""
    hidden, removed, back = (a_published_post(record, bell).id for _ in range(3))
    _decide(record, bell, hidden, Verb.HIDE)
    _decide(record, bell, removed, Verb.HIDE, Verb.REMOVE)
    _decide(record, bell, back, Verb.HIDE)
    takedowns.note_decisions(record, bucket)
    _decide(record, bell, back, Verb.RESTORE)

    last = takedowns.note_decisions(record, bucket)

    noted = takedowns.noted(bucket)
    assert noted.down == {hidden: PostState.HIDDEN, removed: PostState.REMOVED}
    with record.read() as conn:
        assert noted.marks == {feed_log.head(conn).epoch: last}


@pytest.mark.engines("postgresql")
def test_two_who_note_do_not_undo_each_other(
    record: Database, record_url: str, bell: Bell, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first read "live" and is about to delete the note; the post is hidden, and the second one comes by."""
    post_id, other = a_published_post(record, bell).id, Database(record_url)
    _decide(record, bell, post_id, Verb.HIDE, Verb.RESTORE)
    delete = bucket.delete

    def meanwhile(key: str) -> None:
        monkeypatch.setattr(bucket, "delete", delete)
        _decide(other, bell, post_id, Verb.HIDE)
        takedowns.note_decisions(other, bucket)
        delete(key)

    monkeypatch.setattr(bucket, "delete", meanwhile)

    takedowns.note_decisions(record, bucket)
    takedowns.note_decisions(record, bucket)

    other.engine.dispose()
    assert takedowns.noted(bucket).down == {post_id: PostState.HIDDEN}


def test_nothing_new_changes_nothing(
    record: Database, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round that finds no newer line writes nothing."""
    takedowns.note_decisions(record, bucket)
    monkeypatch.setattr(bucket, "draft", None)

    assert takedowns.note_decisions(record, bucket) == 1


def test_long_audits_are_read_in_pieces(
    record: Database, bell: Bell, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No piece is skipped."""
    monkeypatch.setattr(takedowns, "AT_ONCE", 2)
    down = [a_published_post(record, bell).id for _ in range(3)]
    for post_id in down:
        _decide(record, bell, post_id, Verb.HOLD)

    takedowns.note_decisions(record, bucket)

    assert takedowns.noted(bucket).down == dict.fromkeys(down, PostState.HELD)


def test_old_notes_are_forgotten_and_marks_stay(record: Database, bucket: Bucket) -> None:
    """What a backup may still bring back is kept, and how far the audit was read."""
    takedowns.note_withdrawn(bucket, PostId(new_id()))
    takedowns.note_decisions(record, bucket)

    takedowns.forget(bucket, older_than=clock.now() - clock.DAY)
    young = takedowns.noted(bucket)
    takedowns.forget(bucket, older_than=clock.now() + clock.DAY)

    assert len(young.gone) == 1
    assert takedowns.noted(bucket) == Noted(frozenset(), {}, young.marks)


def test_media_are_not_gone_through_for_the_notes(
    record: Database, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bucket is asked for keys that begin as notes do, and for no others."""
    asked: list[str] = []
    keys = bucket.keys

    def noting(*, older_than: int, beginning: str = "") -> Iterator[str]:
        asked.append(beginning)
        return keys(older_than=older_than, beginning=beginning)

    takedowns.note_withdrawn(bucket, PostId(new_id()))
    takedowns.note_decisions(record, bucket)
    monkeypatch.setattr(bucket, "keys", noting)

    found = takedowns.noted(bucket)

    assert (len(found.gone), len(found.marks)) == (1, 1)
    assert asked == ["gone", "down", "cut", "takedowns"]


def test_no_key_of_media_looks_like_a_note() -> None:
    """A note is longer than a key can be, so that neither is taken for the other."""
    assert takedowns.is_note(f"gone{new_id()}")
    assert not takedowns.is_note(new_id())
    assert not takedowns.is_note("gone" + new_id()[4:])


def _decide(record: Database, bell: Bell, post_id: PostId, *verbs: Verb) -> None:
    for verb in verbs:
        with record.write(by=OPERATOR) as tx:
            posting.decide(tx, bell, post_id, verb, reason="other")
