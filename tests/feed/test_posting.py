"""The verbs that change the feed: once for each post, told after the commit, never told of what may not be seen."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
import redis

from feed import bell as bells, posting
from feed.bell import Bell
from feed.posting import Outcome
from storage import audit, feed_log
from storage.db import AIRLOCK, CHORES, RESIDENT, Actor, Database
from storage.feed_log import Kind
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import PostId
from storage.kit.redis import connect
from storage.moderation import flags
from storage.moderation.held import Held
from storage.posts import comments, posts, segments
from storage.posts.posts import MediaState, NewPost, PostState, Rendition, Verb
from storage.posts.segments import Piece
from tests.builders import (
    NOON,
    a_new_post,
    a_published_post,
    a_rendition,
    arriving,
    division,
    some_files,
    some_pieces,
    the_post,
)
from tests.conftest import BELL_KEY

MODERATOR = Actor("staff:moderator")
Rings = Callable[[], list[dict[str, Any]]]

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def rings(record: Database, redis_client: redis.Redis) -> Rings:
    """What the bell has rung so far: the events, in order, each checked to open under our key."""

    def look() -> list[dict[str, Any]]:
        with record.read() as conn:
            epoch = feed_log.head(conn).epoch
        entries: Any = redis_client.xrange(bells.stream(epoch))
        return [
            json.loads(bells.unseal(BELL_KEY, epoch, int(id_.split(b"-")[0]), fields[b"r"]).event)
            for id_, fields in entries
        ]

    return look


def test_a_published_post_is_told_once_with_its_media(record: Database, bell: Bell, rings: Rings) -> None:
    """Publishing writes post, line and audit entry, and rings with the post as it is seen."""
    new = a_new_post()

    outcome = _publish(record, bell, new, some_files())

    assert outcome is Outcome.DONE
    (event,) = rings()
    assert (event["kind"], event["seq"], event["post"]["id"]) == ("post.published", 1, new.id)
    assert event["post"]["media"]["state"] == "arriving"
    assert [file["file"] for file in event["post"]["media"]["renditions"]] == ["480p.mp4"]
    assert _lines(record) == [(1, Kind.PUBLISHED, new.id)]
    assert _actions(record) == ["post.publish"]


def test_list_order_is_the_logs_order(record: Database, bell: Bell) -> None:
    """A post's order key is the number of the line that published it."""
    _publish(record, bell, a_new_post(), ())
    second = a_new_post()

    _publish(record, bell, second, ())

    assert the_post(record, second.id).order_key == 2


def test_the_last_file_makes_media_ready(record: Database, bell: Bell, rings: Rings) -> None:
    """Further files are told as updates; with the last of them the media are ready."""
    new = a_new_post()
    _publish(record, bell, new, some_files())

    outcome = _add_media(record, bell, new.id, [a_rendition("full.mp4", height=1080)], last=True)

    assert outcome is Outcome.DONE
    update = rings()[-1]
    assert (update["kind"], update["post"]["media"]["state"]) == ("post.updated", "ready")
    assert [file["file"] for file in update["post"]["media"]["renditions"]] == ["480p.mp4", "full.mp4"]


def test_all_media_may_come_at_once(record: Database, bell: Bell, rings: Rings) -> None:
    """A post published with its last file is ready from the first event."""
    new = a_new_post()

    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, new, some_files(), generation=1, last=True)

    (event,) = rings()
    assert event["post"]["media"]["state"] == "ready"


def test_a_post_that_begins_held_is_told_to_nobody(record: Database, bell: Bell, rings: Rings) -> None:
    """Its media come in as any other's, a flag of the check waits for the moderators, and restored it goes out."""
    new = replace(a_new_post(), held=(Held("racial_profiling", "presence_only"),))

    _publish(record, bell, new, some_files())
    _add_media(record, bell, new.id, [a_rendition("full.mp4", height=1080)], last=True)

    assert rings() == []
    assert _state(record, new.id) is PostState.HELD
    with record.read() as conn:
        (flag,) = flags.of_posts(conn, [new.id])[new.id]
        (entry, *_) = [line for line in audit.page(conn, before=None, limit=9) if line.action == "flag.add"]
    assert (flag.origin, flag.reason, flag.text) == ("check", "racial_profiling", "presence_only")
    assert flag.flagged_at == new.published_at
    assert entry.subject == new.id
    with record.write(by=AIRLOCK) as tx:
        posting.decide(tx, bell, new.id, Verb.RESTORE, reason="within_guidelines")
    (event,) = rings()
    assert (event["kind"], event["post"]["id"]) == ("post.updated", new.id)


def test_a_post_that_begins_held_takes_a_place_of_its_own(record: Database, bell: Bell, rings: Rings) -> None:
    """A line of the log that builds no event: the next post stands above it in lists, and listeners miss nothing."""
    held, other = replace(a_new_post(), held=(Held("harassment", "pressure"),)), a_new_post()

    _publish(record, bell, held, some_files())
    _publish(record, bell, other, some_files())

    assert the_post(record, other.id).order_key == the_post(record, held.id).order_key + 1
    assert [event["post"]["id"] for event in rings()] == [other.id]


def test_a_held_post_is_asked_about_once(record: Database, bell: Bell, rings: Rings) -> None:
    """An attempt that takes over publishes it again: neither live, nor with a second flag."""
    new = replace(a_new_post(), held=(Held("harassment", "pressure"),))

    _publish(record, bell, new, some_files())
    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, new, some_files(), generation=2)

    with record.read() as conn:
        assert len(flags.of_posts(conn, [new.id])[new.id]) == 1
    assert (rings(), _state(record, new.id)) == ([], PostState.HELD)


def test_nothing_rings_for_what_was_rolled_back(record: Database, bell: Bell, rings: Rings) -> None:
    """A publish that does not commit leaves no post, no line and no ring."""
    new = a_new_post()

    with pytest.raises(InterruptedError), record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, new, some_files(), generation=1)
        raise InterruptedError

    assert rings() == []
    assert _lines(record) == []
    assert _state(record, new.id) is None


def test_nothing_rings_before_the_commit(record: Database, bell: Bell, rings: Rings) -> None:
    """While the transaction is open the bell is silent."""
    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, a_new_post(), some_files(), generation=1)
        silent = rings() == []

    assert silent
    assert len(rings()) == 1


def test_a_lost_bell_loses_no_post(record: Database) -> None:
    """With Redis away the post and its line stand; nodes mend the ring from the log."""
    new = a_new_post()

    outcome = _publish(record, Bell(connect("unix:///nowhere/redis.sock"), BELL_KEY), new, some_files())

    assert outcome is Outcome.DONE
    assert _state(record, new.id) is PostState.LIVE
    assert _lines(record) == [(1, Kind.PUBLISHED, new.id)]


def test_a_newer_attempt_takes_over_without_a_second_post(record: Database, bell: Bell, rings: Rings) -> None:
    """Listeners see one post published and then its media replaced by the newer attempt's."""
    new = a_new_post()
    _publish(record, bell, new, [a_rendition("480p.mp4", key="old"), a_rendition("full.mp4", key="old-full")])

    outcome = _publish(record, bell, new, [a_rendition("480p.mp4", key="new")], generation=2)

    assert outcome is Outcome.DONE
    assert [event["kind"] for event in rings()] == ["post.published", "post.updated"]
    assert [file.key for file in the_post(record, new.id).renditions] == ["new"]


@pytest.mark.parametrize("generation", [1, 2])
def test_an_older_attempt_is_fenced_out(record: Database, bell: Bell, rings: Rings, generation: int) -> None:
    """An attempt that is not newer than the one that published can neither publish again nor add media, if older."""
    new = a_new_post()
    _publish(record, bell, new, some_files(), generation=2)
    before = the_post(record, new.id)

    published = _publish(record, bell, new, some_files(), generation=generation)
    added = _add_media(record, bell, new.id, [a_rendition("full.mp4")], generation=1, last=True)

    assert (published, added) == (Outcome.FENCED, Outcome.FENCED)
    assert the_post(record, new.id) == before
    assert len(rings()) == 1


def test_nobody_adds_to_media_that_are_ready(record: Database, bell: Bell) -> None:
    """Once the last file is there, the same attempt and a newer one are both fenced out."""
    post = a_published_post(record, bell)

    same = _add_media(record, bell, post.id, [a_rendition("full.mp4")], last=True)
    newer = _publish(record, bell, a_new_post(id=post.id), some_files(), generation=2)

    assert (same, newer) == (Outcome.FENCED, Outcome.FENCED)


def test_of_two_attempts_at_once_listeners_see_one_post(
    record: Database, record_url: str, redis_server: str, bell: Bell, rings: Rings
) -> None:
    """Two workers that publish the same post at the same moment leave one publish and at most one take-over."""
    new = a_new_post()
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_publish_there, args=(record_url, redis_server, new, generation))
        for generation in (1, 2)
    ]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    assert [worker.exitcode for worker in workers] == [0, 0]
    assert [event["kind"] for event in rings()] in (["post.published"], ["post.published", "post.updated"])
    assert the_post(record, new.id).media_generation == 2


@pytest.mark.parametrize("verb", [Verb.HOLD, Verb.HIDE, Verb.REMOVE])
def test_a_moderator_takes_a_post_off_the_feed(record: Database, bell: Bell, rings: Rings, verb: Verb) -> None:
    """Hold, hide and remove tell listeners to drop the post, by its id alone."""
    post = a_published_post(record, bell)

    before, after = _decide(record, bell, post.id, verb)

    assert before is PostState.LIVE
    assert the_post(record, post.id).state is after
    told = "post.removed" if verb is Verb.REMOVE else "post.hidden"
    assert rings()[-1] == {"type": "event", "seq": 3, "kind": told, "post_id": post.id}


def test_a_restored_post_comes_back_whole(record: Database, bell: Bell, rings: Rings) -> None:
    """Restore tells the post as an update, so that a list can insert it again."""
    post = a_published_post(record, bell)
    _decide(record, bell, post.id, Verb.HIDE)

    _decide(record, bell, post.id, Verb.RESTORE)

    assert rings()[-1]["kind"] == "post.updated"
    assert rings()[-1]["post"]["title"] == post.title


def test_media_that_arrive_for_a_hidden_post_are_not_told(record: Database, bell: Bell, rings: Rings) -> None:
    """The airlock may finish a post that was hidden meanwhile; nobody hears of it until it is restored."""
    new = a_new_post()
    _publish(record, bell, new, some_files())
    _decide(record, bell, new.id, Verb.HIDE)

    _add_media(record, bell, new.id, [a_rendition("full.mp4")], last=True)
    _publish(record, bell, new, some_files(), generation=2)

    assert [event["kind"] for event in rings()] == ["post.published", "post.hidden"]
    assert len(_lines(record)) == 2
    assert the_post(record, new.id).media_state is MediaState.READY


def test_a_decision_that_leads_nowhere_changes_nothing(record: Database, bell: Bell, rings: Rings) -> None:
    """Restoring a live post is a Conflict: no line, no entry, no ring."""
    post = a_published_post(record, bell)
    rung, actions = rings(), _actions(record)

    with pytest.raises(Conflict):
        _decide(record, bell, post.id, Verb.RESTORE)

    assert rings() == rung
    assert _actions(record) == actions


@pytest.mark.parametrize("verb", [Verb.HOLD, Verb.HIDE, Verb.RESTORE, Verb.REMOVE])
def test_nothing_is_decided_about_what_is_gone(record: Database, bell: Bell, verb: Verb) -> None:
    """A withdrawn post, and one that never was, are not there for a moderator."""
    gone = a_published_post(record, bell).id
    _end(record, bell, gone, Verb.WITHDRAW)

    for post_id in (gone, PostId("never")):
        with pytest.raises(NotThere):
            _decide(record, bell, post_id, verb)


@pytest.mark.parametrize("verb", [Verb.WITHDRAW, Verb.EXPIRE])
def test_an_ended_post_leaves_a_tombstone_and_is_told_by_id(
    record: Database, bell: Bell, rings: Rings, verb: Verb
) -> None:
    """Ending answers the keys of all its bytes, takes comments and flags along, and tells the id alone."""
    files = some_files()
    post = a_published_post(record, bell, files=files)
    with record.write(by=RESIDENT) as tx:
        comments.add(tx, post.id, name="Neighbour 1", text="Mine.", at=NOON)
        flags.add(tx, post.id, origin="neighbour", reason="privacy", text="Me.", at_seconds=None, flagged_at=NOON)

    keys = _end(record, bell, post.id, verb)

    assert sorted(keys) == sorted(file.key for file in files)
    kind = "post.withdrawn" if verb is Verb.WITHDRAW else "post.expired"
    assert rings()[-1] == {"type": "event", "seq": 3, "kind": kind, "post_id": post.id}
    with record.read() as conn:
        assert posts.one(conn, [division()], post.id) is None
        assert comments.of_post(conn, post.id) == []
        assert flags.of_posts(conn, [post.id]) == {}


@pytest.mark.parametrize("verb", [Verb.WITHDRAW, Verb.EXPIRE])
def test_ending_twice_is_ending_once(record: Database, bell: Bell, rings: Rings, verb: Verb) -> None:
    """Said again it answers no keys, writes nothing and tells nobody."""
    post = a_published_post(record, bell)
    _end(record, bell, post.id, verb)
    rung, actions = rings(), _actions(record)

    keys = _end(record, bell, post.id, verb)

    assert keys == []
    assert rings() == rung
    assert _actions(record) == actions


def test_an_author_may_still_withdraw_what_expired(record: Database, bell: Bell, rings: Rings) -> None:
    """The author's word is last: an expired post becomes a withdrawn one, and nobody is told again."""
    post = a_published_post(record, bell)
    _end(record, bell, post.id, Verb.EXPIRE)
    rung = rings()

    _end(record, bell, post.id, Verb.WITHDRAW)

    assert _state(record, post.id) is PostState.WITHDRAWN
    assert rings() == rung


def test_expiring_never_undoes_a_withdrawal(record: Database, bell: Bell) -> None:
    """A chore that comes late leaves a withdrawn post withdrawn."""
    post = a_published_post(record, bell)
    _end(record, bell, post.id, Verb.WITHDRAW)

    keys = _end(record, bell, post.id, Verb.EXPIRE)

    assert keys == []
    assert _state(record, post.id) is PostState.WITHDRAWN


@pytest.mark.parametrize("hidden_by", [Verb.HOLD, Verb.HIDE, Verb.REMOVE])
def test_an_author_may_withdraw_what_a_moderator_took_off(record: Database, bell: Bell, hidden_by: Verb) -> None:
    """Whatever a moderator did, withdrawing leaves nothing."""
    post = a_published_post(record, bell)
    _decide(record, bell, post.id, hidden_by)

    _end(record, bell, post.id, Verb.WITHDRAW)

    assert _state(record, post.id) is PostState.WITHDRAWN


def test_a_withdrawal_before_publishing_wins(record: Database, bell: Bell, rings: Rings) -> None:
    """A tombstone set before there is a post makes every later publish and append lose, and nobody hears of it."""
    new = a_new_post()

    keys = _end(record, bell, new.id, Verb.WITHDRAW)
    published = _publish(record, bell, new, some_files())
    added = _add_media(record, bell, new.id, some_files(), last=True)

    assert keys == []
    assert (published, added) == (Outcome.TAKEN_BACK, Outcome.TAKEN_BACK)
    assert (rings(), _lines(record)) == ([], [])
    assert _state(record, new.id) is PostState.WITHDRAWN


def test_a_withdrawal_between_two_files_wins(record: Database, bell: Bell) -> None:
    """Media that arrive after a withdrawal are refused and leave no key behind."""
    new = a_new_post()
    _publish(record, bell, new, some_files())
    _end(record, bell, new.id, Verb.WITHDRAW)

    outcome = _add_media(record, bell, new.id, [a_rendition("full.mp4")], last=True)

    assert outcome is Outcome.TAKEN_BACK
    with record.read() as conn:
        assert posts.media_keys(conn, new.id) == []


def test_a_clip_is_told_when_it_can_be_played_and_when_it_is_whole(record: Database, bell: Bell, rings: Rings) -> None:
    """Not of each piece: a playlist from the first event on, the whole file with the second, its true length too."""
    new = a_new_post(seconds=9_000)

    _publish_first(record, bell, new, some_pieces(0, 1))
    early = [_arrive(record, bell, new.id, some_pieces(number), whole=False) for number in (2, 3)]
    whole = _arrive(record, bell, new.id, some_pieces(4), whole=True)

    assert [*early, whole] == [Outcome.DONE] * 3
    first, second = rings()
    assert (first["kind"], second["kind"]) == ("post.published", "post.updated")
    assert first["post"]["media"] == {
        "state": "arriving",
        "poster": "poster.jpg",
        "renditions": [],
        "playlist": "clip.m3u8",
        "seconds": 9.0,
    }
    assert second["post"]["media"] == {
        **first["post"]["media"],
        "renditions": [{"file": "480p.mp4", "width": 854, "height": 480, "bytes": 500_000}],
        "seconds": 8.0,
    }
    assert _actions(record) == ["post.publish", "post.whole"]
    assert _counts(record, new.id) == {"poster.jpg": 0, "480p.mp4": 4}


@pytest.mark.engines("sqlite")
def test_the_last_piece_can_make_media_ready(record: Database, bell: Bell, rings: Rings) -> None:
    """A small source has no larger rung: whole and ready are one event; a whole first rung may come with the post."""
    slow, quick = a_new_post(), a_new_post()

    _publish_first(record, bell, slow, some_pieces(0, 1))
    with record.write(by=AIRLOCK) as tx:
        posting.arrive(tx, bell, slow.id, "480p.mp4", some_pieces(2), generation=1, whole=True, last=True)
        first = arriving(some_pieces(0, 1, 2), whole=True)
        posting.publish(tx, bell, quick, some_files()[:1], generation=1, first=first, last=True)

    states = [(event["post"]["id"], event["post"]["media"]["state"]) for event in rings()]
    assert states == [(slow.id, "arriving"), (slow.id, "ready"), (quick.id, "ready")]
    assert the_post(record, quick.id).seconds == 4_000


def test_the_same_pieces_twice_are_there_once(record: Database, bell: Bell) -> None:
    """An answer may be lost on its way: who says it again changes nothing, and a hole is a fault of ours."""
    new, second, third = a_new_post(), some_pieces(2), some_pieces(3)
    _publish_first(record, bell, new, some_pieces(0, 1))

    for pieces in (second, second, [*second, *third], ()):
        assert _arrive(record, bell, new.id, pieces, whole=False) is Outcome.DONE
    with pytest.raises(AssertionError):
        _arrive(record, bell, new.id, some_pieces(5), whole=False)

    assert _pieces(record, new.id)[2:] == (*second, *third)


def test_a_newer_attempt_takes_a_clip_over_when_it_is_as_far(record: Database, bell: Bell, rings: Rings) -> None:
    """Never with fewer pieces than somebody may have played; then all of them are its own, and the older is out."""
    new, fewer, as_many = a_new_post(), some_pieces(0, 1), some_pieces(0, 1, 2)
    _publish_first(record, bell, new, some_pieces(0, 1))
    _arrive(record, bell, new.id, some_pieces(2), whole=False)

    behind = _publish_first(record, bell, new, fewer, generation=2)
    still_mine = _arrive(record, bell, new.id, (), whole=False)
    over = _publish_first(record, bell, new, as_many, generation=2)
    too_late = _arrive(record, bell, new.id, some_pieces(3), whole=False)

    assert (behind, still_mine) == (Outcome.FENCED, Outcome.DONE)
    assert (over, too_late) == (Outcome.DONE, Outcome.FENCED)
    assert _pieces(record, new.id) == as_many
    assert [event["kind"] for event in rings()] == ["post.published", "post.updated"]
    with record.read() as conn:
        assert set(posts.media_keys(conn, new.id)) >= {piece.key for piece in as_many}
        assert segments.count(conn, new.id, "480p.mp4") == 2


def test_larger_rungs_may_be_a_newer_attempts(record: Database, bell: Bell) -> None:
    """Not while the first one arrives; then it goes on from what is there, and the older attempt is out."""
    new, ranges = a_new_post(), some_pieces(0, 1)
    _publish_first(record, bell, new, some_pieces(0, 1))
    larger = [a_rendition("720p.mp4", key=ranges[0].key, height=720)]

    def add(generation: int, *, last: bool = False) -> Outcome:
        with record.write(by=AIRLOCK) as tx:
            pieces = {"720p.mp4": ranges}
            return posting.add_media(tx, bell, new.id, larger, generation=generation, last=last, pieces=pieces)

    early = add(2)
    _arrive(record, bell, new.id, some_pieces(2), whole=True)
    outcomes = [early, add(2), add(1), add(2, last=True), add(3)]

    assert outcomes == [Outcome.FENCED, Outcome.DONE, Outcome.FENCED, Outcome.DONE, Outcome.FENCED]
    assert _counts(record, new.id) == {"poster.jpg": 0, "480p.mp4": 2, "720p.mp4": 1}


@pytest.mark.engines("sqlite")
def test_what_can_never_be_finished_ends_where_it_is(record: Database, bell: Bell, rings: Rings) -> None:
    """The original is gone in the middle: what is on screen is all, and is as long as it is."""
    new = a_new_post()
    _publish_first(record, bell, new, some_pieces(0, 1))
    _arrive(record, bell, new.id, some_pieces(2), whole=False)

    _add_media(record, bell, new.id, [], last=True)

    told = rings()[-1]["post"]["media"]
    assert (told["state"], told["seconds"], [file["bytes"] for file in told["renditions"]]) == ("ready", 4.0, [300_000])


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("verb", [Verb.HOLD, Verb.HIDE, Verb.REMOVE])
def test_pieces_go_on_arriving_for_what_a_moderator_took_off(
    record: Database, bell: Bell, rings: Rings, verb: Verb
) -> None:
    """And nobody is told, not when they are all there either; restored, the post comes back whole."""
    new = a_new_post()
    _publish_first(record, bell, new, some_pieces(0, 1))
    _decide(record, bell, new.id, verb)

    outcomes = [_arrive(record, bell, new.id, some_pieces(number), whole=number == 3) for number in (2, 3)]

    assert outcomes == [Outcome.DONE, Outcome.DONE]
    assert len(rings()) == len(_lines(record)) == 2
    _decide(record, bell, new.id, Verb.RESTORE)
    assert [file["file"] for file in rings()[-1]["post"]["media"]["renditions"]] == ["480p.mp4"]


@pytest.mark.parametrize("verb", [Verb.WITHDRAW, Verb.EXPIRE])
def test_a_clip_taken_back_while_it_arrives_leaves_no_piece(record: Database, bell: Bell, verb: Verb) -> None:
    """Every piece's key is answered, once each; what comes after is refused, and no row stays."""
    new, poster, pieces, ranges = a_new_post(), a_rendition("poster.jpg"), some_pieces(0, 1, 2), some_pieces(0, 1)
    larger = a_rendition("720p.mp4", key=ranges[0].key)
    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, new, [poster], generation=1, first=arriving(pieces, whole=True))
        posting.add_media(tx, bell, new.id, [larger], generation=1, last=False, pieces={"720p.mp4": ranges[:1]})

    keys = _end(record, bell, new.id, verb)
    late = _arrive(record, bell, new.id, some_pieces(3), whole=False)

    assert sorted(keys) == sorted([poster.key, larger.key, *(piece.key for piece in pieces)])
    assert late is Outcome.TAKEN_BACK
    with record.read() as conn:
        assert segments.of(conn, new.id) == {}
        assert posts.kept_keys(conn, keys) == set()


@pytest.mark.engines("sqlite")
def test_nothing_arrives_for_a_post_that_never_was(record: Database, bell: Bell) -> None:
    """Neither a row nor an entry."""
    assert _arrive(record, bell, PostId("never"), some_pieces(0, 1), whole=True) is Outcome.FENCED
    assert _actions(record) == []


def test_the_audit_chain_stands_after_all_of_it(record: Database, bell: Bell) -> None:
    """A post's whole life leaves one entry for each change, by who made it, in a whole chain."""
    post = a_published_post(record, bell)
    _decide(record, bell, post.id, Verb.HIDE)
    _decide(record, bell, post.id, Verb.RESTORE)
    _end(record, bell, post.id, Verb.WITHDRAW)

    with record.read() as conn:
        entries = audit.page(conn, before=None, limit=5)
        assert audit.verify(conn)[1] is None
    assert [(entry.by, entry.action) for entry in reversed(entries)] == [
        ("airlock", "post.publish"),
        ("airlock", "post.add_media"),
        ("staff:moderator", "post.hide"),
        ("staff:moderator", "post.restore"),
        ("resident", "post.withdraw"),
    ]


def _publish(record: Database, bell: Bell, new: NewPost, files: Sequence[Rendition], *, generation: int = 1) -> Outcome:
    with record.write(by=AIRLOCK) as tx:
        return posting.publish(tx, bell, new, files, generation=generation)


def _publish_there(url: str, redis_url: str, new: NewPost, generation: int) -> None:
    with connect(redis_url) as client:
        _publish(Database(url), Bell(client, BELL_KEY), new, some_files(), generation=generation)


def _add_media(
    record: Database, bell: Bell, post_id: PostId, files: Sequence[Rendition], *, generation: int = 1, last: bool
) -> Outcome:
    with record.write(by=AIRLOCK) as tx:
        return posting.add_media(tx, bell, post_id, files, generation=generation, last=last)


def _decide(record: Database, bell: Bell, post_id: PostId, verb: Verb) -> tuple[PostState, PostState]:
    with record.write(by=MODERATOR) as tx:
        return posting.decide(tx, bell, post_id, verb, reason="privacy")


def _publish_first(
    record: Database, bell: Bell, new: NewPost, pieces: Sequence[Piece], *, generation: int = 1
) -> Outcome:
    with record.write(by=AIRLOCK) as tx:
        poster, first = a_rendition("poster.jpg"), arriving(pieces)
        return posting.publish(tx, bell, new, [poster], generation=generation, first=first)


def _arrive(record: Database, bell: Bell, post_id: PostId, pieces: Sequence[Piece], *, whole: bool) -> Outcome:
    with record.write(by=AIRLOCK) as tx:
        return posting.arrive(tx, bell, post_id, "480p.mp4", pieces, generation=1, whole=whole)


def _pieces(record: Database, post_id: PostId) -> tuple[Piece, ...]:
    with record.read() as conn:
        return segments.of_file(conn, post_id, "480p.mp4")


def _counts(record: Database, post_id: PostId) -> dict[str, int]:
    return {one.file: one.pieces for one in the_post(record, post_id).renditions}


def _end(record: Database, bell: Bell, post_id: PostId, verb: Verb) -> list[str]:
    with record.write(by=RESIDENT if verb is Verb.WITHDRAW else CHORES) as tx:
        return posting.end(tx, bell, post_id, verb)


def _state(record: Database, post_id: PostId) -> PostState | None:
    with record.read() as conn:
        return posts.state_of(conn, post_id)


def _lines(record: Database) -> list[tuple[int, Kind, PostId]]:
    with record.read() as conn:
        return [(line.seq, line.kind, line.post_id) for line in feed_log.after(conn, 0, limit=100)]


def _actions(record: Database) -> list[str]:
    """What was done to posts, oldest first (the city's own entry left out)."""
    with record.read() as conn:
        entries = audit.page(conn, before=None, limit=100)
    return [entry.action for entry in reversed(entries) if entry.action.startswith("post.")]
