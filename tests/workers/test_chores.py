"""What the record side does by itself, each chore harmless when it runs again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from feed import posting, tickets
from feed.bell import Bell
from feed.tickets import Grant
from storage import feed_log
from storage.db import AIRLOCK, CHORES, OPERATOR, Database, database_now
from storage.feed_log import Kind
from storage.footage import answers as footage_answers
from storage.kit.clock import DAY, HOUR, now as clock_now, rounded
from storage.kit.errors import NotThere
from storage.kit.ids import DivisionId, PostId
from storage.moderation import takedowns
from storage.objects import Bucket, Folder
from storage.posts import changes as post_changes, comments, posts
from storage.posts.posts import PostState, Verb
from storage.schema import footage_answers as answer_rows, staff_log_ins, tickets as ticket_rows
from storage.staff import staff
from storage.staff.staff import Role
from tests.builders import a_published_post, a_rendition, as_role, division, the_post
from tests.cases import an_open_case, close, link
from tests.storage.footage.asked import Desk, a_batch, a_case, the_desk  # noqa: F401 - fixture
from workers import chores, figures, schedule

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the media bucket keeps its bytes."""
    return tmp_path / "media"


@pytest.fixture
def bucket(folder: Path) -> Bucket:
    """An empty media bucket."""
    return Folder(folder)


def test_a_post_lives_for_ninety_days(record: Database, bucket: Bucket, bell: Bell) -> None:
    """Posts older than 90 days end with their bytes; a younger one stays as it is."""
    with record.read() as conn:
        now = database_now(conn)
    old_files, young_files = [a_rendition()], [a_rendition()]
    old = a_published_post(record, bell, files=old_files, published_at=rounded(now - 90 * DAY - HOUR))
    young = a_published_post(record, bell, files=young_files, published_at=rounded(now - 90 * DAY + HOUR))
    for file in old_files + young_files:
        _put(bucket, file.key)

    count = chores.expire_posts(record, bucket, bell)

    assert count == 1
    with record.read() as conn:
        assert posts.state_of(conn, old.id) is PostState.EXPIRED
        assert feed_log.after(conn, 0, limit=100)[-1].kind is Kind.EXPIRED
    with pytest.raises(NotThere):
        bucket.size(old_files[0].key)
    assert the_post(record, young.id) == young
    assert bucket.size(young_files[0].key) > 0


def test_many_posts_expire_batch_after_batch(
    record: Database, bucket: Bucket, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that is past ends in one call, also when it is more than one batch; again there is nothing to do."""
    monkeypatch.setattr(chores, "AT_ONCE", 2)
    for number in range(5):
        a_published_post(record, bell, id=f"p{number}", published_at=0)

    counts = [chores.expire_posts(record, bucket, bell) for _ in range(2)]

    assert counts == [5, 0]


def test_a_post_that_a_case_holds_is_kept_until_none_does(
    record: Database, bucket: Bucket, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes stay while the case is open and 90 days after; then it ends as any other, by the chores' own role."""
    monkeypatch.setattr(chores, "AT_ONCE", 2)
    files, case, own = [a_rendition()], an_open_case(record), as_role(record, "chores")
    held = a_published_post(record, bell, files=files, published_at=0)
    others = [a_published_post(record, bell, published_at=0).id for _ in range(3)]
    for post_id in (held.id, *others):
        link(record, case, post_id)
    _put(bucket, files[0].key)

    counts = [chores.expire_posts(own, bucket, bell) for _ in range(2)]
    with record.read() as conn:
        assert posts.states(conn, [held.id, *others]) == dict.fromkeys([held.id, *others], PostState.KEPT)
    assert bucket.size(files[0].key) > 0
    close(record, case, days_ago=91)
    counts.append(chores.expire_posts(own, bucket, bell))

    assert counts == [4, 0, 4]
    with record.read() as conn:
        assert posts.state_of(conn, held.id) is PostState.EXPIRED
    with pytest.raises(NotThere):
        bucket.size(files[0].key)


def test_a_log_is_trimmed_to_what_is_kept(
    record: Database, bucket: Bucket, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest lines stay, the floor says from where; again it changes nothing."""
    monkeypatch.setattr(chores, "LOG_LINES_KEPT", 2)
    with record.write(by=CHORES) as tx:
        for name in "abcde":
            feed_log.append(tx, Kind.PUBLISHED, PostId(name), DivisionId("d"), "safety")

    floors = [chores.trim_feed_log(record, bucket, bell) for _ in range(2)]

    assert floors == [3, 3]
    with record.read() as conn:
        assert [line.post_id for line in feed_log.after(conn, 0, limit=10)] == ["d", "e"]


def test_a_city_keeps_a_hundred_thousand_lines() -> None:
    """The length of the log, and the life of a post, are what the documents promise."""
    assert (chores.LOG_LINES_KEPT, posts.POSTS_LIVE_MS) == (100_000, 90 * DAY)


def test_tickets_nobody_used_are_forgotten(
    record: Database, bucket: Bucket, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ticket whose time is over goes, one that can be used stays."""
    grant = Grant(audience="staff", divisions=(division(),), handle="h")
    with record.write(by=OPERATOR) as tx:
        usable = tickets.issue(tx, grant)
        monkeypatch.setattr(tickets, "VALID_MS", -1)
        tickets.issue(tx, grant)

    counts = [chores.forget_ended(record, bucket, bell) for _ in range(2)]

    assert counts == [1, 0]
    with record.write(by=OPERATOR) as tx:
        assert tickets.redeem(tx, usable) == grant


def test_contacts_of_owners_that_expired_are_forgotten(desk: Desk, bucket: Bucket, bell: Bell) -> None:
    """Under the chores' own role, which reads none of them."""
    case = a_case(desk.record)
    request = desk.ask(desk.member("Dee", Role.DETECTIVE, case), case)
    with desk.record.write(by=AIRLOCK) as tx:
        for expires_at in (1, clock_now() + DAY):
            contact = {"contact": b"sealed", "contact_expires_at": expires_at}
            footage_answers.bring(tx, request, footage_answers.Kind.ASK_ME, shown_at=a_batch(), **contact)

    counts = [chores.forget_ended(desk.as_role("chores"), bucket, bell) for _ in range(2)]

    assert counts == [1, 0]
    with desk.record.read() as conn:
        held = conn.execute(select(answer_rows.c.contact)).scalars().all()
    assert sorted(held, key=bool) == [None, b"sealed"]


def test_log_ins_that_ended_are_forgotten(
    record: Database, bucket: Bucket, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A staff log-in whose time is over goes with an entry; one that holds stays."""
    with record.write(by=OPERATOR) as tx:
        member = staff.make(tx, "Ada")
        holds = staff.log_in(tx, member)
        monkeypatch.setattr(staff, "LOG_IN_MS", -1)
        staff.log_in(tx, member)

    counts = [chores.forget_ended(record, bucket, bell) for _ in range(2)]

    assert counts == [1, 0]
    with record.read() as conn:
        assert staff.who(conn, holds) is not None


def test_bytes_that_are_no_posts_are_swept(record: Database, bucket: Bucket, folder: Path, bell: Bell) -> None:
    """Old bytes nobody refers to go; those of a post stay, however old, and so do young ones."""
    mine, orphan, young = a_rendition(), a_rendition(), a_rendition()
    a_published_post(record, bell, files=[mine])
    for file, age in ((mine, 2 * HOUR), (orphan, 2 * HOUR), (young, HOUR // 2)):
        _put(bucket, file.key)
        _make_older(folder, file.key, age)

    counts = [chores.sweep_media(record, bucket, bell) for _ in range(2)]

    assert counts == [1, 0]
    assert set(bucket.keys(older_than=_soon(record))) == {mine.key, young.key}


def test_a_superseded_attempts_bytes_are_swept(record: Database, bucket: Bucket, folder: Path, bell: Bell) -> None:
    """When a newer attempt replaces a file, the bytes of the older one become nobody's."""
    old, new = a_rendition(), a_rendition()
    post = a_published_post(record, bell, files=[old], ready=False)
    with record.write(by=CHORES) as tx:
        post_changes.take_generation(tx, post.id, 2)
        post_changes.add_rendition(tx, post.id, new, generation=2)
        tx.audit("test", post.id)
    for file in (old, new):
        _put(bucket, file.key)
        _make_older(folder, file.key, 2 * HOUR)

    chores.sweep_media(record, bucket, bell)

    assert set(bucket.keys(older_than=_soon(record))) == {new.key}


@pytest.mark.parametrize("chore", [chores.expire_posts, chores.trim_feed_log, chores.forget_ended, chores.sweep_media])
def test_with_nothing_to_do_nothing_is_done(
    record: Database, bucket: Bucket, bell: Bell, chore: Callable[[Database, Bucket, Bell], int]
) -> None:
    """On a quiet day every chore answers 0."""
    assert chore(record, bucket, bell) == 0


@pytest.mark.engines("postgresql")
def test_every_chore_is_done_under_its_own_role(record: Database, bucket: Bucket, folder: Path, bell: Bell) -> None:
    """With something to do for each, and no right to read a word."""
    post, other = (
        a_published_post(record, bell, published_at=0),
        a_published_post(record, bell, published_at=clock_now()),
    )
    with record.write(by=OPERATOR) as tx:
        tickets.issue(tx, Grant(audience="resident", divisions=(), handle="h"))
        tx.execute(update(ticket_rows).values(ends_at=0))
        staff.log_in(tx, staff.make(tx, "ann"))
        tx.execute(update(staff_log_ins).values(ends_at=0))
        comments.add(tx, post.id, name="n", text="t", at=0)
        posting.decide(tx, bell, other.id, Verb.HIDE, reason="privacy")
    _put(bucket, "a" * 26)
    _make_older(folder, "a" * 26, 2 * HOUR)
    own = as_role(record, "chores")

    done = {chore.__name__: chore(own, bucket, bell) for chore in schedule.CHORES}
    figures.tell(own)

    assert done["expire_posts"] == 1
    assert done["forget_ended"] == 2
    assert done["sweep_media"] == 1
    assert takedowns.noted(bucket).down == {other.id: PostState.HIDDEN}


def _put(bucket: Bucket, key: str, source: Path = Path(__file__)) -> None:
    bucket.put(key, source)


def _make_older(folder: Path, key: str, age: int) -> None:
    file = folder / key[:2] / key
    at = file.stat().st_mtime - age / 1000
    os.utime(file, (at, at))


def _soon(record: Database) -> int:
    with record.read() as conn:
        return database_now(conn) + HOUR
