"""What is asked of a big record, by the functions that the doors, the feed and the chores ask it by."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial

from bench.many_posts import City
from feed import replay
from storage import audit, feed_log
from storage.audit import Sought
from storage.db import AIRLOCK, Database
from storage.kit import clock, ids
from storage.kit.clock import DAY, HOUR
from storage.kit.ids import DivisionId, PostId, StaffId
from storage.moderation import appeals, claims, flags, waiting
from storage.posts import changes as post_changes, lists as post_lists, posts
from storage.posts.lists import Wanted
from storage.posts.posts import NewPost, PostState
from storage.staff import digests, unread

NOBODY = StaffId("nobody")  # has viewed nothing, so that everything is looked through
PAGE = 31  # what a door asks for: a page, and one to see whether there is another

Question = Callable[[], object]


def questions(record: Database, city: City) -> dict[str, Question]:
    """Each by its name; asked again it is about another division, word or place, as chance has it."""
    chance = random.Random(7)
    return {
        **_lists(record, city, chance),
        **_searches(record, city, chance),
        **_feed(record, city),
        **_desks(record, city, chance),
        **_chores(record, city, chance),
    }


def _page(record: Database, divisions: Sequence[DivisionId], wanted: Wanted, before: int | None = None) -> object:
    with record.read() as conn:
        return post_lists.page(conn, divisions, wanted, before=before, limit=PAGE)


def _lists(record: Database, city: City, chance: random.Random) -> dict[str, Question]:
    everywhere, quiet, now = list(city.divisions.values()), [city.divisions["Shoal Creek"]], clock.now()
    city_wide = partial(_page, record, everywhere)

    def mine() -> list[DivisionId]:
        return [chance.choice(everywhere)]

    def anywhere() -> int:
        return chance.randrange(city.last)

    return {
        "list: one division (analyst, neighbours)": lambda: _page(record, mine(), Wanted()),
        "list: all divisions": lambda: city_wide(Wanted()),
        "list: all, a seldom kind": lambda: city_wide(Wanted(categories=["lost_found"])),
        "list: all, three kinds": lambda: city_wide(Wanted(categories=["crime", "other", "animal"])),
        "list: all, photos of a kind": lambda: city_wide(Wanted(categories=["crime"], kind="photo")),
        "list: all, photos": lambda: city_wide(Wanted(kind="photo")),
        "list: one block": lambda: city_wide(Wanted(blocks=[city.a_block])),
        "list: all, since an hour": lambda: city_wide(Wanted(since=now - HOUR)),
        "list: all, since 30 days": lambda: city_wide(Wanted(since=now - 30 * DAY)),
        "list: quiet division, since an hour": lambda: _page(record, quiet, Wanted(since=now - HOUR)),
        "list: one division, deep cursor": lambda: _page(record, mine(), Wanted(), anywhere()),
        "list: all divisions, deep cursor": lambda: city_wide(Wanted(), anywhere()),
        "list: one post": lambda: _one(record, *chance.choice(city.some_posts)),
    }


def _one(record: Database, post_id: PostId, division: DivisionId) -> object:
    with record.read() as conn:
        return posts.one(conn, [division], post_id)


def _searches(record: Database, city: City, chance: random.Random) -> dict[str, Question]:
    everywhere, quiet = list(city.divisions.values()), [city.divisions["Shoal Creek"]]

    def search(
        *often: str, divisions: Sequence[DivisionId] = everywhere, deep: bool = False, first: int = 40
    ) -> object:
        words = " ".join(chance.choice(city.words[each])[:first] for each in often)
        return _page(record, divisions, Wanted(words=words), chance.randrange(city.last) if deep else None)

    return {
        "search: a frequent word": lambda: search("frequent"),
        "search: two letters": lambda: search("now and then", first=2),
        "search: a word now and then": lambda: search("now and then"),
        "search: a word seldom": lambda: search("seldom"),
        "search: a word three times": lambda: search("thrice"),
        "search: a word never": lambda: search("never"),
        "search: two frequent words": lambda: search("frequent", "frequent"),
        "search: frequent and seldom": lambda: search("frequent", "seldom"),
        "search: now and then, quiet division": lambda: search("now and then", divisions=quiet),
        "search: frequent, deep cursor": lambda: search("frequent", deep=True),
        "search: now and then, deep cursor": lambda: search("now and then", deep=True),
    }


def _feed(record: Database, city: City) -> dict[str, Question]:
    def head() -> object:
        with record.read() as conn:
            return feed_log.head(conn)

    return {
        "feed: start (the log's head)": head,
        "feed: 100 lines behind": lambda: replay.page(record, city.last - 100),
        "feed: 10,000 lines behind, a page of 500": lambda: replay.page(record, city.last - 10_000),
        "feed: furthest behind, a page of 500": lambda: replay.page(record, max(0, city.last - 99_000)),
    }


def _desks(record: Database, city: City, chance: random.Random) -> dict[str, Question]:
    everywhere = list(city.divisions.values())
    taken_off = Wanted(states=(PostState.HELD, PostState.HIDDEN, PostState.REMOVED))

    def queue(after: tuple[int, str] | None) -> object:
        with record.read() as conn:
            flagged = flags.open_posts(conn, everywhere, after=after, limit=PAGE)
            found = posts.some(conn, everywhere, [post_id for post_id, _ in flagged])
            return flags.of_posts(conn, list(found))

    def desk() -> object:
        with record.read() as conn:
            found = [one.id for one in waiting.page(conn, everywhere, after=None, limit=PAGE)]
            return appeals.open_of(conn, found), claims.POSTS.of(conn, found), flags.of_posts(conn, found)

    def trail(sought: Sought) -> object:
        with record.read() as conn:
            before = chance.randrange(PAGE, city.last)
            return audit.page(conn, before=before, limit=PAGE, sought=sought)

    def new_to_me() -> object:
        with record.read() as conn:
            return unread.above(conn, NOBODY, everywhere, 0)

    def new_of_a_watch() -> object:
        with record.read() as conn:
            new = [post_id for post_id, _ in unread.above(conn, NOBODY, everywhere, 0)]
            word = chance.choice(city.words["frequent"])
            return post_lists.among(conn, everywhere, Wanted(["crime"], words=word, kind="video"), new)

    def of_a_shift() -> object:
        with record.read() as conn:
            return digests.counts(conn, everywhere, after=max(0, city.last - 5_000), up_to=city.last)

    return {
        "analyst: what is new to me": new_to_me,
        "analyst: what is new of a watch": new_of_a_watch,
        "digest: what a shift brought": of_a_shift,
        "moderators: what is flagged (10,000 wait)": lambda: queue(None),
        "moderators: the queue (10,000 flagged, and what is held)": desk,
        "moderators: taken off the feed": lambda: _page(record, everywhere, taken_off),
        "audit: a page": lambda: trail(Sought()),
        "audit: of one member of staff": lambda: trail(Sought(by=f"staff:{chance.randrange(211)}")),
        "audit: of one post": lambda: trail(Sought(subject=chance.choice(city.some_posts)[0])),
        "audit: of one action": lambda: trail(Sought(action="post.hide")),
    }


def _chores(record: Database, city: City, chance: random.Random) -> dict[str, Question]:
    def past() -> object:
        with record.read() as conn:
            return posts.past(conn, clock.now() - 90 * DAY, limit=200)

    def kept() -> object:
        keys = chance.sample(city.some_keys, min(100, len(city.some_keys))) + [ids.new_id() for _ in range(100)]
        with record.read() as conn:
            return posts.kept_keys(conn, keys)

    def publish() -> object:
        (title, text), now = ("A van with its lights off", "It went round the block twice."), clock.now()
        new = NewPost(PostId(ids.new_id()), "video", "crime", title, text, now, now, city.a_block, 30_000)
        with record.write(by=AIRLOCK) as tx:
            head = feed_log.lock(tx)
            post_changes.add(tx, new, generation=1, order_key=head.seq + 1)
            feed_log.append(tx, feed_log.Kind.PUBLISHED, new.id, city.divisions["Central"], new.category)
            tx.audit("post.publish", new.id)
        return new.id

    def entomb() -> object:
        post_id = publish()
        with record.write(by=AIRLOCK) as tx:
            feed_log.lock(tx)
            tx.audit("post.withdraw", str(post_id))
            return post_changes.entomb(tx, PostId(str(post_id)), PostState.WITHDRAWN)

    return {
        "chores: posts whose time is over": past,
        "chores: whose are 200 media keys": kept,
        "write: publish": publish,
        "write: publish and withdraw": entomb,
    }
