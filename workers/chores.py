"""What the record side does by itself: expire, trim, forget, sweep. Each may run twice, or twice at once."""

from __future__ import annotations

from itertools import islice

from feed import keeping, posting, tickets
from feed.bell import Bell
from storage import endings, feed_log
from storage.cases import exports as case_exports, holds as case_holds
from storage.db import CHORES, Database, Tx, database_now
from storage.footage import answers as footage_answers
from storage.kit import metrics
from storage.kit.clock import DAY, HOUR
from storage.kit.ids import PostId
from storage.moderation import request_flags, shifts, takedowns
from storage.objects import Bucket
from storage.posts import comments, posts, words as post_words
from storage.posts.posts import POSTS_LIVE_MS, Verb
from storage.staff import desks, digest_codes, invitations, staff, unread

LOG_LINES_KEPT = 100_000  # a listener further behind than this reads its list anew
MEDIA_UNCLAIMED_MS = HOUR  # twice what an attempt may take from putting a file to saying so on the record
AT_ONCE = 200  # posts or keys looked up in one go: far below what a statement can carry


def expire_posts(record: Database, bucket: Bucket, bell: Bell) -> int:
    """Ends posts that are older than 90 days, each in a transaction of its own; answers how many.

    One that a case holds is kept to it, and ends when none holds it any more.
    """
    count = 0
    while found := _past(record):
        for post_id in found:
            _expire(record, bucket, bell, post_id)
        count += len(found)
    last = ""
    while found := _kept(record, last):
        count += sum(_let_go(record, bucket, bell, post_id) for post_id in found)
        last = found[-1]
    if count:
        post_words.forget_all(record, by=CHORES)
    return count


def trim_feed_log(record: Database, _bucket: Bucket, _bell: Bell) -> int:
    """Drops the oldest lines of the feed log; answers the number up to which it is trimmed."""
    with record.write(by=CHORES) as tx:
        return feed_log.trim(tx, keep=LOG_LINES_KEPT)


def forget_ended(record: Database, _bucket: Bucket, _bell: Bell) -> int:
    """Deletes what is over of tickets, staff log-ins, invitations, endings of listeners, codes and owners' contacts.

    Answers how many.
    """
    with record.write(by=CHORES) as tx:
        over = tickets.forget_expired(tx) + staff.forget_ended(tx) + endings.forget(tx) + digest_codes.forget(tx)
        over += desks.forget(tx) + invitations.forget(tx) + shifts.forget(tx)
        return over + footage_answers.expire_contacts(tx)


def end_idle_accounts(record: Database, _bucket: Bucket, _bell: Bell) -> int:
    """Ends accounts of the staff that nobody has used for a quarter of a year; answers how many."""
    with record.write(by=CHORES) as tx:
        return staff.end_idle(tx)


def forget_viewed(record: Database, _bucket: Bucket, _bell: Bell) -> int:
    """Deletes whose desk has seen which post, of posts that are over for good; answers of how many viewings."""
    with record.write(by=CHORES) as tx:
        return unread.forget(tx)


def forget_words(record: Database, _bucket: Bucket, _bell: Bell) -> int:
    """Leaves no byte of words taken back in the index of words; answers in how many steps.

    Who takes a post back does so at once; this is for one that was killed in between.
    """
    count, forgotten = 0, False
    while not forgotten:
        with record.write(by=CHORES) as tx:
            forgotten = post_words.forget(tx)
        count += 1
    return count


def forget_judged(record: Database, _bucket: Bucket, _bell: Bell) -> int:
    """Erases words that moderators judged and whose minute to undo that is over; answers of how many.

    Comments that were removed, hidden until now, and what was said of requests. It is looked for by a time that stands
    beside the words, so whoever was killed in between leaves nothing behind.
    """
    with record.write(by=CHORES) as tx:
        return comments.erase_removed(tx) + request_flags.forget_words(tx)


def sweep_media(record: Database, bucket: Bucket, _bell: Bell) -> int:
    """Deletes bytes that are no post's: left by a worker that died, or by a delete that failed; answers how many.

    Young ones stay: an attempt puts a file first and names it on the record after.
    """
    with record.read() as conn:
        unclaimed_since = database_now(conn) - MEDIA_UNCLAIMED_MS
    count, waiting = 0, bucket.keys(older_than=unclaimed_since)
    while keys := list(islice(waiting, AT_ONCE)):
        with record.read() as conn:
            kept = posts.kept_keys(conn, keys) | case_exports.kept_keys(conn, keys)
            nobodys = {key for key in keys if not takedowns.is_note(key)} - kept
        for key in nobodys:
            bucket.delete(key)
        count += len(nobodys)
    return count


def erase_packages(record: Database, bucket: Bucket, _bell: Bell) -> int:
    """Erases packages for court whose week is over, or of which something was taken back; answers how many."""
    with record.read() as conn:
        over = case_exports.over(conn)
    for export_id in over:
        with record.write(by=CHORES) as tx:
            tx.after_commit(bucket.delete, case_exports.erase(tx, export_id))
    return len(over)


def note_takedowns(record: Database, bucket: Bucket, _bell: Bell) -> int:
    """Notes what moderators decided beside the media, for the day a backup is restored; answers how far it is."""
    last = takedowns.note_decisions(record, bucket)
    metrics.put("takedowns_noted", last)
    return last


def forget_takedowns(record: Database, bucket: Bucket, _bell: Bell) -> None:
    """Drops notes about posts whose time would be over in any backup: one that comes back is expired at once."""
    with record.read() as conn:
        now = database_now(conn)
    takedowns.forget(bucket, older_than=now - POSTS_LIVE_MS - DAY)


def _past(record: Database) -> list[PostId]:
    with record.read() as conn:
        return posts.past(conn, database_now(conn) - POSTS_LIVE_MS, limit=AT_ONCE)


def _kept(record: Database, after: str) -> list[PostId]:
    with record.read() as conn:
        return posts.kept(conn, after=after, limit=AT_ONCE)


def _expire(record: Database, bucket: Bucket, bell: Bell, post_id: PostId) -> None:
    with record.write(by=CHORES) as tx:
        if not keeping.keep(tx, bell, post_id):
            _end(tx, bucket, bell, post_id)


def _let_go(record: Database, bucket: Bucket, bell: Bell, post_id: PostId) -> bool:
    with record.read() as conn:
        if case_holds.held(conn, [post_id]):
            return False
    with record.write(by=CHORES) as tx:
        feed_log.lock(tx)
        posts.place_of(tx, post_id)
        if case_holds.held(tx.connection, [post_id]):
            return False  # shared for, or linked to, another case a moment ago
        _end(tx, bucket, bell, post_id)
    return True


def _end(tx: Tx, bucket: Bucket, bell: Bell, post_id: PostId) -> None:
    for key in posting.end(tx, bell, post_id, Verb.EXPIRE):
        tx.after_commit(bucket.delete, key)
