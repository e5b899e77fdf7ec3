"""The pieces renditions are played in: in order, each once, and the objects that belong to whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert

from feed import posting
from feed.bell import Bell
from storage.db import AIRLOCK, Database
from storage.kit.ids import PostId, new_id
from storage.posts import changes as post_changes, posts, segments
from storage.posts.posts import Rendition
from storage.posts.segments import Arrived, Piece
from storage.schema import renditions
from tests import builders
from tests.builders import a_new_post, a_published_post, a_recorded_post, arriving, some_files, some_pieces

FILE = "480p.mp4"

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def post_id(record: Database) -> PostId:
    """A post whose media arrive."""
    return a_recorded_post(record, a_new_post()).id


def append(record: Database, post_id: PostId, *pieces: Piece, file: str = FILE) -> None:
    """As the airlock does, without asking whether it may."""
    with record.write(by=AIRLOCK) as tx:
        segments.append(tx, post_id, file, pieces, generation=1)


def test_pieces_come_back_as_they_were_put(record: Database, post_id: PostId) -> None:
    """In order, file by file, each findable by its number; the init is not counted."""
    small, large = some_pieces(0, 1, 2), tuple(replace(piece, key="k" * 26) for piece in some_pieces(0, 1))
    append(record, post_id, *small[:2])
    append(record, post_id, *large, file="720p.mp4")
    append(record, post_id, small[2])

    with record.read() as conn:
        assert segments.of(conn, post_id) == {FILE: small, "720p.mp4": large}
        assert segments.of_file(conn, post_id, FILE) == small
        assert segments.one(conn, post_id, FILE, 2) == small[2]
        assert segments.one(conn, post_id, FILE, 3) is None
        assert segments.count(conn, post_id, FILE) == 2
        assert segments.count(conn, post_id, "1080p.mp4") == 0
        assert set(posts.media_keys(conn, post_id)) == {"k" * 26, *(piece.key for piece in small)}


def test_how_far_files_have_come_is_asked_at_once(record: Database, bell: Bell) -> None:
    """Of several posts; a plain file and a post that is not there have come nowhere."""
    first, whole, plain = a_new_post(), a_new_post(), a_published_post(record, bell)
    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, first, [], generation=1, first=arriving(some_pieces(0, 1, 2)))
        posting.publish(tx, bell, whole, some_files()[:1], generation=1, first=arriving(some_pieces(0, 1), whole=True))
    asked = [first.id, whole.id, plain.id, PostId(new_id())]

    with record.read() as conn:
        found = segments.arrived(conn, asked)

    assert found == {first.id: {FILE: Arrived(2, False)}, whole.id: {FILE: Arrived(1, True)}}


@pytest.mark.engines("sqlite")
def test_a_piece_is_put_once_and_none_is_left_out(record: Database, post_id: PostId) -> None:
    """What is there stays as it is, without an entry in the audit; a hole is refused."""
    first = some_pieces(0, 1)
    append(record, post_id, *first)

    append(record, post_id, *some_pieces(0, 1), *some_pieces(2))

    with record.read() as conn:
        assert segments.of_file(conn, post_id, FILE)[:2] == first
        assert segments.count(conn, post_id, FILE) == 2
    for hole in ((4,), (3, 5)):
        with pytest.raises(AssertionError):
            append(record, post_id, *some_pieces(*hole))
    with pytest.raises(AssertionError):
        append(record, post_id, *some_pieces(1), file="720p.mp4")


@pytest.mark.engines("sqlite")
def test_a_file_put_again_has_its_new_pieces_alone(record: Database, post_id: PostId) -> None:
    """And those of other files stay."""
    small, older, newer = some_pieces(0, 1), some_pieces(0, 1, 2), some_pieces(0, 1)
    append(record, post_id, *small)
    for pieces in (older, newer):
        with record.write(by=AIRLOCK) as tx:
            file = Rendition("720p.mp4", pieces[0].key, 1280, 720, 9)
            post_changes.add_rendition(tx, post_id, file, generation=1, of=pieces)
            tx.audit("test", post_id)

    with record.read() as conn:
        assert segments.of(conn, post_id) == {FILE: small, "720p.mp4": newer}


def test_every_piece_is_somebodys(record: Database, bell: Bell) -> None:
    """The sweeper keeps a piece while its post has it, and "", which stands for many keys, is none."""
    new, pieces = a_new_post(), some_pieces(0, 1)
    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, new, [], generation=1, first=arriving(pieces))
    asked = [*(piece.key for piece in pieces), "nobody", ""]

    with record.read() as conn:
        assert posts.kept_keys(conn, asked[:-1]) == {piece.key for piece in pieces}
        assert sorted(posts.media_keys(conn, new.id)) == sorted(piece.key for piece in pieces)
    builders.entomb(record, new.id)
    with record.read() as conn:
        assert posts.kept_keys(conn, asked[:-1]) == set()


@pytest.mark.engines("sqlite")
def test_a_rendition_of_old_is_a_plain_file(record: Database, post_id: PostId) -> None:
    """Whole, and in no pieces, whoever writes a row without a word of them."""
    row = {"post_id": post_id, "file": "full.mp4", "key": "k", "generation": 1, "width": 2, "height": 2, "bytes": 3}
    with record.write(by=AIRLOCK) as tx:
        tx.execute(insert(renditions).values(**row))
        tx.audit("test", post_id)

    assert builders.the_post(record, post_id).renditions == (Rendition("full.mp4", "k", 2, 2, 3, 0, whole=True),)
