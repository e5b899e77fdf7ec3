"""Posts of my divisions."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from api.stores import Stores
from feed import posting, tickets
from feed.bell import Bell
from feed.events import as_seen
from storage import audit
from storage.audit import AuditEntry
from storage.db import AIRLOCK, OPERATOR, Database
from storage.kit.clock import DAY, HOUR, as_text
from storage.kit.ids import new_id
from storage.posts.posts import NewPost, Post, Verb
from storage.staff import staff
from storage.staff.staff import Role
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient

CONTENT = b"not really a clip, but bytes"


@pytest.fixture
def post(record: Database, bell: Bell, given: Stores, tmp_path: Path) -> Post:
    """A live post of Central whose media are in the bucket."""
    return a_playable_post(record, bell, given, tmp_path, "Central")


def a_playable_post(record: Database, bell: Bell, given: Stores, tmp_path: Path, division: str) -> Post:
    """A live post with bytes behind it."""
    made = builders.a_published_post(record, bell, division=division)
    (tmp_path / "file").write_bytes(CONTENT)
    for rendition in made.renditions:
        given.bucket.put(rendition.key, tmp_path / "file")
    return made


def decide(record: Database, bell: Bell, post: Post, verb: Verb) -> None:
    """A moderator's decision."""
    with record.write(by=OPERATOR) as tx:
        posting.decide(tx, bell, post.id, verb, reason="privacy")


def viewings(record: Database) -> list[AuditEntry]:
    """All viewings on the audit, newest first."""
    with record.read() as conn:
        return [entry for entry in audit.page(conn, before=None, limit=1000) if entry.action == "post.view"]


def titles(answer: Client, query: str = "") -> list[str]:
    """What a list shows."""
    return [item["title"] for item in answer.get(f"/v1/posts{query}").json()["items"]]


def test_a_list_shows_live_posts_of_my_divisions_newest_first(
    record: Database, bell: Bell, as_staff: NewClient
) -> None:
    """Each exactly as the feed tells it; those of other divisions and those taken off are not there."""
    builders.a_published_post(record, bell, title="first")
    builders.a_published_post(record, bell, title="elsewhere", division="East")
    hidden = builders.a_published_post(record, bell, title="hidden")
    last = builders.a_published_post(record, bell, title="last", division="North")
    decide(record, bell, hidden, Verb.HIDE)
    ask = as_staff(Role.ANALYST, "Central", "North")

    assert titles(ask) == ["last", "first"]
    assert ask.get("/v1/posts").json()["items"][0] == as_seen(last).model_dump(mode="json")


def test_a_list_is_narrowed_by_what_is_asked(record: Database, bell: Bell, as_staff: NewClient) -> None:
    """Division, category, time, words, kind and blocks, each repeated or together."""
    builders.a_published_post(record, bell, title="van", category="crime", block_number=1)
    builders.a_published_post(record, bell, title="dog", category="animal", text="A Brown dog")
    builders.a_published_post(record, bell, title="cat", category="animal", published_at=builders.NOON + DAY)
    builders.a_published_post(record, bell, title="east", division="East")
    ask = as_staff(Role.ANALYST, "Central", "East")
    later = as_text(builders.NOON + HOUR)

    assert titles(ask, f"?division={builders.division('East')}") == ["east"]
    assert len(titles(ask, f"?division={builders.division('East')}&division={builders.division()}")) == 4
    assert titles(ask, "?division=&category=") == titles(ask)
    assert titles(ask, "?category=&category=crime") == ["van"] == titles(ask, "?category=crime&division=&q=van")
    assert titles(ask, "?category=crime&category=animal") == ["cat", "dog", "van"]
    assert titles(ask, f"?since={later}") == ["cat"]
    assert titles(ask, "?q=brown+DOG") == ["dog"]
    assert titles(ask, "?q=brown+cat") == []
    assert titles(ask, "?kind=photo") == []
    assert titles(ask, "?kind=video&q=brown") == ["dog"]
    blocks = [f"block={builders.block(number=number)}" for number in (1, 2)]
    assert titles(ask, f"?{'&'.join(blocks)}") == ["van"] == titles(ask, f"?{blocks[0]}&category=crime&kind=video")
    assert titles(ask, f"?block={builders.block('North')}&block=nowhere") == []


def test_pages_follow_each_other_without_gap_or_double(record: Database, bell: Bell, analyst: Client) -> None:
    """Also while new posts arrive at the front."""
    for number in range(5):
        builders.a_published_post(record, bell, title=str(number))
    first = analyst.get("/v1/posts?limit=2").json()
    builders.a_published_post(record, bell, title="new")

    second = analyst.get(f"/v1/posts?limit=2&cursor={first['cursor']}").json()
    third = analyst.get(f"/v1/posts?limit=2&cursor={second['cursor']}").json()

    shown = [item["title"] for part in (first, second, third) for item in part["items"]]
    assert shown == ["4", "3", "2", "1", "0"]
    assert third["cursor"] is None


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "cursor=abc",
        "since=yesterday",
        "since=2026-01-01T00:00:00",
        "kind=film",
        "block=b&" * 201,
    ],
)
def test_a_question_that_makes_no_sense_is_refused(analyst: Client, query: str) -> None:
    """With the field's name."""
    answer = analyst.get(f"/v1/posts?{query}")

    assert answer.status_code == 422
    assert list(answer.json()["error"]["fields"]) == [query.split("=")[0]]


def test_a_division_that_is_not_mine_is_not_there(analyst: Client) -> None:
    """Byte for byte the answer for one that was never made: in a list and for the feed."""
    mine, yours, none = builders.division(), builders.division("East"), "nowhere"

    lists = [analyst.get(f"/v1/posts?division={mine}&division={one}") for one in (yours, none)]
    doors = [analyst.post("/v1/feed/tickets", {"divisions": [mine, one]}) for one in (yours, none)]

    for one in (lists, doors):
        assert one[0].status_code == 404
        assert one[0].content == one[1].content


def test_opening_a_post_is_a_viewing_each_time(record: Database, analyst: Client, post: Post) -> None:
    """The post as seen, and a line on the audit that says who looked at which."""
    answers = [analyst.get(f"/v1/posts/{post.id}") for _ in range(2)]

    assert answers[0].json() == as_seen(post).model_dump(mode="json")
    found = viewings(record)
    assert [entry.subject for entry in found] == [post.id, post.id]
    assert found[0].by.startswith("staff:")


def test_playing_an_opened_post_is_the_same_viewing(record: Database, analyst: Client, post: Post) -> None:
    """However many pieces the player fetches; the answer is the clip, by range."""
    analyst.get(f"/v1/posts/{post.id}")

    whole = analyst.get(f"/v1/media/{post.id}/480p.mp4")
    part = analyst.get(f"/v1/media/{post.id}/480p.mp4", headers={"range": "bytes=4-9"})

    assert (whole.status_code, whole.content) == (200, CONTENT)
    assert (part.status_code, part.content) == (206, CONTENT[4:10])
    assert len(viewings(record)) == 1


@pytest.mark.engines("sqlite")
def test_a_clip_that_arrives_is_one_viewing(record: Database, bell: Bell, given: Stores, analyst: Client) -> None:
    """Its playlists, again and again, and all of its pieces; taken off, every one of them is not there."""
    new, pieces = builders.a_new_post(), builders.some_pieces(0, 1, bytes=len(CONTENT))
    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, new, [], generation=1, first=builders.arriving(pieces))
    for piece in pieces:
        with given.bucket.draft(piece.key) as draft:
            draft.write(CONTENT)
            draft.keep()
    files = ("clip.m3u8", "480p.m3u8", "480p-0.mp4", "480p-1.m4s", "480p.m3u8")

    played = [analyst.get(f"/v1/media/{new.id}/{file}").status_code for file in files]
    decide(record, bell, builders.the_post(record, new.id), Verb.HIDE)
    hidden = [analyst.get(f"/v1/media/{new.id}/{file}") for file in files]

    assert played == [200] * 5
    assert len(viewings(record)) == 1
    assert {answer.status_code for answer in hidden} == {404}
    assert {answer.headers["cache-control"] for answer in hidden} == {"private, no-store"}


@pytest.mark.engines("sqlite")
def test_the_next_piece_can_be_waited_for(record: Database, bell: Bell, analyst: Client) -> None:
    """The answer is the playlist with it, as it then is; of what is not mine, or is hidden meanwhile, there is none."""
    mine, hidden, yours = builders.a_new_post(), builders.a_new_post(), builders.a_new_post(division="East")
    for new in (mine, hidden, yours):
        with record.write(by=AIRLOCK) as tx:
            first = builders.arriving(builders.some_pieces(0, 1))
            posting.publish(tx, bell, new, [], generation=1, first=first)

    def comes(new: NewPost) -> None:
        with record.write(by=AIRLOCK) as tx:
            posting.arrive(tx, bell, new.id, "480p.mp4", builders.some_pieces(2), generation=1, whole=False)

    def is_hidden() -> None:
        decide(record, bell, builders.the_post(record, hidden.id), Verb.HIDE)
        comes(hidden)

    later = [threading.Timer(0.3, is_hidden), threading.Timer(0.8, comes, (mine,))]
    for one in later:
        one.start()
    asked = [analyst.get(f"/v1/media/{new.id}/480p.m3u8?_HLS_msn=2") for new in (yours, hidden, mine)]
    for one in later:
        one.join()

    assert [answer.status_code for answer in asked] == [404, 404, 200]
    assert "480p-2.m4s" in asked[2].text
    assert asked[0].content == asked[1].content == analyst.get(f"/v1/media/{new_id()}/480p.m3u8").content


def test_playing_without_opening_is_a_viewing(record: Database, as_staff: NewClient, post: Post) -> None:
    """One for each log-in, not one for each piece; posters, which lists show, are none."""
    first, second = as_staff(Role.ANALYST, "Central"), as_staff(Role.ANALYST, "Central")

    for asker in (first, second):
        asker.get(f"/v1/media/{post.id}/poster.jpg")
    assert viewings(record) == []

    for asker in (first, second, first, second):
        asker.get(f"/v1/media/{post.id}/480p.mp4")
    assert len({entry.by for entry in viewings(record)}) == len(viewings(record)) == 2


def test_what_is_not_mine_is_not_there(
    record: Database, bell: Bell, given: Stores, tmp_path: Path, analyst: Client
) -> None:
    """Another division's post, a hidden one, a withdrawn one and none at all: the same bytes, and no viewing."""
    yours = a_playable_post(record, bell, given, tmp_path, "East")
    hidden = a_playable_post(record, bell, given, tmp_path, "Central")
    withdrawn = a_playable_post(record, bell, given, tmp_path, "Central")
    decide(record, bell, hidden, Verb.HIDE)
    with record.write(by=OPERATOR) as tx:
        posting.end(tx, bell, withdrawn.id, Verb.WITHDRAW)

    for address in ("/v1/posts/{}", "/v1/media/{}/480p.mp4", "/v1/media/{}/poster.jpg"):
        answers = [analyst.get(address.format(one)) for one in (yours.id, hidden.id, withdrawn.id, new_id(), "x")]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert len({tuple(sorted(set(answer.headers))) for answer in answers}) == 1
    flagged = [analyst.post(f"/v1/posts/{one}/flags", {"reason": "privacy"}) for one in (yours.id, "x")]
    assert flagged[0].status_code == 404
    assert flagged[0].content == flagged[1].content
    assert viewings(record) == []


@pytest.mark.parametrize("verb", [Verb.HOLD, Verb.HIDE, Verb.REMOVE])
def test_a_moderator_still_sees_what_was_taken_off(
    record: Database, bell: Bell, as_staff: NewClient, post: Post, verb: Verb
) -> None:
    """In the divisions they moderate, and only there: being an analyst here and a moderator there is not enough."""
    decide(record, bell, post, verb)
    moderator, other = as_staff(Role.MODERATOR, "Central"), as_staff(Role.MODERATOR, "East")

    assert moderator.get(f"/v1/posts/{post.id}").json()["state"] in ("held", "hidden", "removed")
    assert moderator.get(f"/v1/media/{post.id}/480p.mp4").status_code == 200
    assert other.get(f"/v1/posts/{post.id}").status_code == 404


def test_media_end_with_the_permission_to_see_them(record: Database, bell: Bell, analyst: Client, post: Post) -> None:
    """Each request is authorised anew: an open player gets no further."""
    before = analyst.get(f"/v1/media/{post.id}/480p.mp4", headers={"range": "bytes=0-3"})
    decide(record, bell, post, Verb.HIDE)

    assert before.status_code == 206
    assert analyst.get(f"/v1/media/{post.id}/480p.mp4", headers={"range": "bytes=4-9"}).status_code == 404


def test_a_ticket_grants_what_the_record_says(record: Database, as_staff: NewClient) -> None:
    """All of mine, or what I asked of it, until my log-in ends; its address is the feed's."""
    ask = as_staff(Role.ANALYST, "Central", "East")

    everything = ask.ask("POST", "/v1/feed/tickets").json()
    some = ask.post("/v1/feed/tickets", {"divisions": [builders.division("East")], "categories": ["crime"]}).json()
    near = ask.post("/v1/feed/tickets", {"blocks": [builders.block(number=1), builders.block()]}).json()

    assert everything["url"] == "ws://127.0.0.1:8002/v1/feed"
    with record.write(by=OPERATOR) as tx:
        wide, narrow = tickets.redeem(tx, everything["ticket"]), tickets.redeem(tx, some["ticket"])
        nearby = tickets.redeem(tx, near["ticket"])
    assert nearby is not None and nearby.blocks == tuple(sorted([builders.block(), builders.block(number=1)]))
    assert wide is not None
    assert wide.log_in is not None
    with record.read() as conn:
        assert staff.still_in(conn, {wide.log_in}) == {wide.log_in}
    assert narrow is not None
    assert (wide.audience, set(wide.divisions)) == ("staff", {builders.division(), builders.division("East")})
    assert (wide.categories, wide.blocks) == (None, None)
    assert (narrow.divisions, narrow.categories) == ((builders.division("East"),), ("crime",))
    assert wide.ends_at is not None
    assert wide.handle == narrow.handle
