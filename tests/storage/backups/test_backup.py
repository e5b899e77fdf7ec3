"""The record comes back as it was, under a new epoch of the feed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feed import posting
from feed.bell import Bell
from storage import audit, feed_log
from storage.backups import backup
from storage.backups.backup import Standing
from storage.db import AIRLOCK, OPERATOR, RESIDENT, Database
from storage.kit.ids import PostId, new_id
from storage.moderation import flags
from storage.posts import comments, posts, segments
from storage.posts.posts import PostState
from tests.builders import NOON, a_new_post, a_published_post, arriving, division, some_pieces, the_post
from tests.conftest import NewDatabase


@pytest.fixture
def restored(record: Database, city: object, bell: Bell, new_record: NewDatabase, tmp_path: Path) -> Iterator[Database]:
    """An empty record, brought back from a copy of `record` and its one post."""
    post = a_published_post(record, bell, id="a" * 26)
    with record.write(by=RESIDENT) as tx:
        comments.add(tx, post.id, name="Neighbour 1", text="I saw it too.", at=NOON)
        flags.add(tx, post.id, origin="police", reason="other", text="", at_seconds=None, flagged_at=NOON)
    manifest = backup.back_up(record, tmp_path / "copy")
    (tmp_path / "other").mkdir()
    other = Database(new_record(tmp_path / "other"))
    with other.write(by=OPERATOR) as tx:
        backup.restore(tx, tmp_path / "copy", manifest)
    yield other
    other.engine.dispose()


def test_posts_come_back_with_all_that_is_theirs(record: Database, restored: Database) -> None:
    """Words, place, times, renditions, comments and open flags are those of before."""
    post_id = PostId("a" * 26)

    assert the_post(restored, post_id) == the_post(record, post_id)
    with record.read() as before, restored.read() as now:
        assert comments.of_post(now, post_id) == comments.of_post(before, post_id)
        queue = [flags.open_posts(conn, [division()], after=None, limit=9) for conn in (before, now)]
    assert queue[0] == queue[1] != []


def test_pieces_come_back(record: Database, new_record: NewDatabase, bell: Bell, city: object, tmp_path: Path) -> None:
    """A clip that was arriving when the copy was made plays as far as it had come."""
    new, pieces = a_new_post(), some_pieces(0, 1, 2)
    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, new, [], generation=1, first=arriving(pieces))
    manifest = backup.back_up(record, tmp_path / "copy")
    (tmp_path / "new").mkdir()
    other = Database(new_record(tmp_path / "new"))

    with other.write(by=OPERATOR) as tx:
        backup.restore(tx, tmp_path / "copy", manifest)

    with other.read() as conn:
        assert segments.of(conn, new.id) == {"480p.mp4": pieces}
    assert the_post(other, new.id) == the_post(record, new.id)
    other.engine.dispose()


def test_the_feed_goes_on_under_a_new_epoch(record: Database, restored: Database, bell: Bell) -> None:
    """Numbers rise from where they were, so that newer posts stand above older ones; no old line is told again."""
    with record.read() as before, restored.read() as now:
        old, new = feed_log.head(before), feed_log.head(now)
        lines = feed_log.after(now, 0, limit=10)

    later = a_published_post(restored, bell)

    assert new.epoch != old.epoch
    assert (new.seq, new.floor, lines) == (old.seq, old.seq, [])
    assert later.order_key > the_post(restored, "a" * 26).order_key


def test_the_audit_stands_and_tells_of_the_restore(record: Database, restored: Database) -> None:
    """Every line of before, in the same chain, and one more."""
    with record.read() as before, restored.read() as now:
        count, _ = audit.verify(before)
        assert audit.verify(now) == (count + 1, None)
        (newest,) = audit.page(now, before=None, limit=1)
    assert (newest.by, newest.action) == ("operator", "record.restore")


def test_how_posts_stand_is_asked_for_many_posts_at_once(restored: Database) -> None:
    """A post the record never heard of has none."""
    known = PostId("a" * 26)

    with restored.read() as conn:
        assert backup.standing_of(conn, [known, PostId(new_id())]) == {known: Standing(PostState.LIVE)}
        assert posts.state_of(conn, known) is PostState.LIVE
