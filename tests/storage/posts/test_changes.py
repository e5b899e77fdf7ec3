"""Changing posts: generations of media, and tombstones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from storage import schema
from storage.db import AIRLOCK, Database
from storage.kit.ids import BlockId
from storage.posts import changes as post_changes, posts
from storage.posts.posts import MediaState, PostState
from tests import builders
from tests.builders import a_new_post, a_recorded_post, a_rendition, division, entomb

pytestmark = pytest.mark.usefixtures("city")


def test_renditions_come_smallest_first(record: Database) -> None:
    """A post carries its files by rising height; a file added again replaces the old one."""
    post = a_recorded_post(record, a_new_post())
    newer = a_rendition("480p.mp4", key="newer")

    with record.write(by=AIRLOCK) as tx:
        for file in (a_rendition("full.mp4", width=1920, height=1080), a_rendition("480p.mp4", key="older"), newer):
            post_changes.add_rendition(tx, post.id, file, generation=1)
        tx.audit("test", post.id)

    found = builders.the_post(record, post.id)
    assert [file.file for file in found.renditions] == ["480p.mp4", "full.mp4"]
    assert found.renditions[0] == newer


def test_a_newer_generation_begins_without_files(record: Database) -> None:
    """What an older attempt put there is named no more once a newer one took over."""
    post = a_recorded_post(record, a_new_post())
    with record.write(by=AIRLOCK) as tx:
        post_changes.add_rendition(tx, post.id, a_rendition("full.mp4", key="old"), generation=1)
        post_changes.take_generation(tx, post.id, 2)
        post_changes.add_rendition(tx, post.id, a_rendition("480p.mp4", key="new"), generation=2)
        tx.audit("test", post.id)

    found = builders.the_post(record, post.id)

    assert [file.key for file in found.renditions] == ["new"]
    with record.read() as conn:
        assert posts.media_keys(conn, post.id) == ["new"]
        assert posts.kept_keys(conn, ["old", "new", "other"]) == {"new"}


@pytest.mark.parametrize(("generation", "taken"), [(2, False), (3, False), (4, True), (9, True)])
def test_only_a_newer_generation_takes_over(record: Database, generation: int, taken: bool) -> None:
    """An attempt takes the media from an older one, never from itself or a newer one."""
    post = a_recorded_post(record, a_new_post(), generation=3)

    with record.write(by=AIRLOCK) as tx:
        took = post_changes.take_generation(tx, post.id, generation)
        tx.audit("test", post.id)

    assert took is taken
    with record.write(by=AIRLOCK) as tx:
        assert post_changes.may_add_media(tx, post.id, generation) is (taken or generation == 3)


def test_nobody_takes_over_media_that_are_ready(record: Database) -> None:
    """Once all media are there, no attempt may add any, its own neither."""
    post = a_recorded_post(record, a_new_post(), generation=1)

    with record.write(by=AIRLOCK) as tx:
        post_changes.set_ready(tx, post.id, generation=1)
        took = post_changes.take_generation(tx, post.id, 2)
        tx.audit("test", post.id)

    assert not took
    with record.write(by=AIRLOCK) as tx:
        assert not post_changes.may_add_media(tx, post.id, 1)


def test_another_generation_cannot_say_ready(record: Database) -> None:
    """`set_ready` of an attempt that was fenced out changes nothing."""
    post = a_recorded_post(record, a_new_post(), generation=2)

    with record.write(by=AIRLOCK) as tx:
        post_changes.set_ready(tx, post.id, generation=1)
        tx.audit("test", post.id)

    assert builders.the_post(record, post.id).media_state is MediaState.ARRIVING


def test_a_tombstone_holds_nothing_of_the_post(record: Database) -> None:
    """Over a post, entombing empties words, times, place and media, and answers the keys of its bytes."""
    new = a_new_post()
    a_recorded_post(record, new)
    with record.write(by=AIRLOCK) as tx:
        post_changes.add_rendition(tx, new.id, a_rendition(key="bytes-here"), generation=1)
        tx.audit("test", new.id)

    keys = entomb(record, new.id)

    assert keys == ["bytes-here"]
    with record.read() as conn:
        assert posts.state_of(conn, new.id) is PostState.WITHDRAWN
        assert posts.one(conn, [division()], new.id) is None
        assert posts.media_keys(conn, new.id) == []


def test_a_tombstone_tells_nothing_of_what_lies_under_it(record: Database) -> None:
    """A tombstone over a post and one set before there was a post are the same row but for the id."""
    published = a_recorded_post(record, a_new_post(), generation=3, order=7)
    never = a_new_post()

    entomb(record, published.id)
    entomb(record, never.id)

    with record.read() as conn:
        rows = [
            conn.execute(select(schema.posts).where(schema.posts.c.id == id_)).one()._mapping
            for id_ in (published.id, never.id)
        ]
    assert {**rows[0], "id": ""} == {**rows[1], "id": ""}


def test_a_post_needs_a_block_of_the_atlas(record: Database) -> None:
    """A block id that no atlas has is no place for a post."""
    with pytest.raises(IntegrityError), record.write(by=AIRLOCK) as tx:
        post_changes.add(tx, replace(a_new_post(), block=BlockId("nowhere")), generation=1, order_key=1)
        tx.audit("test", "p")
