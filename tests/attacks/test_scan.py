"""Attacks 01 to 07: whoever may ask asks for everything, and looks for any secret in what comes back."""

from __future__ import annotations

import pytest

from tests.attacks.oracle import Hit
from tests.attacks.table import Tried
from tests.attacks.world import IDLE, World

STAFF = ("outsider", "moderator", "admin", IDLE)
NOBODY = ("nobody", "nobody at staff", "nobody in public")
OF_ANSWERS = {
    *(b"date", b"server", b"content-type", b"content-length", b"content-encoding", b"content-disposition"),
    *(b"content-range", b"accept-ranges", b"vary", b"location", b"cache-control", b"allow", b"retry-after"),
    *(b"content-security-policy", b"x-content-type-options", b"referrer-policy", b"cross-origin-resource-policy"),
    *(b"x-request-id", b"www-authenticate", b"transfer-encoding", b"connection"),
}
OF_FILES = {b"last-modified", b"etag"}  # of the pages' own files, the same for everybody


def scanned(world: World, tried: Tried, *who: str) -> list[Hit]:
    """What of any secret these were told over HTTP, before the withdrawals and since."""
    places = [*world.before.places(*who), *world.after.places(*who)]
    tried(len(world.before.of(*who)) + len(world.after.of(*who)))
    return world.oracle.hits_in(places)


def test_a01_nothing_an_analyst_can_ask_for_holds_a_secret(world: World, tried: Tried) -> None:
    """Every address of the staff program, each list to its end, each file of each clip, for an analyst."""
    assert [str(hit) for hit in scanned(world, tried, "analyst")] == []
    assert sum(told.status == 200 for told in world.before.of("analyst")) > 10 * len(world.sent)


def test_a02_nothing_other_staff_can_ask_for_holds_a_secret(world: World, tried: Tried) -> None:
    """The same for an analyst of elsewhere, a moderator with the queue of flags, an admin with the audit."""
    assert [str(hit) for hit in scanned(world, tried, *STAFF)] == []
    given = {told.asked.partition("?")[0] for told in world.before.of(*STAFF) if told.status == 200}
    assert {"GET /v1/audit", "GET /v1/flags", "GET /v1/moderation/posts"} <= given


def test_a03_nothing_a_neighbour_can_ask_for_holds_a_secret(world: World, tried: Tried) -> None:
    """Every address of the resident program, with comments, media and the map, for somebody of the same division."""
    assert [str(hit) for hit in scanned(world, tried, "neighbour")] == []
    assert sum(told.status == 200 for told in world.before.of("neighbour")) > 10 * len(world.sent)


def test_a04_nothing_holds_a_secret_for_who_has_no_log_in(world: World, tried: Tried) -> None:
    """Every address of all three programs without a token: a page, a count, or no."""
    assert [str(hit) for hit in scanned(world, tried, *NOBODY)] == []
    posts = [told for told in world.before.of(*NOBODY) if "/v1/posts" in told.asked or "/v1/media" in told.asked]
    assert posts
    assert {told.status for told in posts} <= {401, 404}


def test_a05_no_frame_of_the_feed_holds_a_secret(world: World, tried: Tried) -> None:
    """Each message to an analyst, one of elsewhere and a neighbour, from before the first post to the withdrawals."""
    who = ("analyst", "outsider", "neighbour")
    frames = [*world.before.heard(*who), *world.after.heard(*who)]
    tried(len(frames))

    assert [str(hit) for hit in world.oracle.hits_in(frames)] == []
    told = {told["post"]["id"] for told in world.ears["analyst"].events() if "post" in told}
    assert told == {sent.post_id for sent in world.sent}
    assert world.ears["outsider"].events() == []


def test_a06_no_answer_has_a_header_of_its_own(world: World, tried: Tried) -> None:
    """Names of headers come from a list; none tells when or under which key a film was stored."""
    answers = [*world.before.answers, *world.after.answers]
    tried(len(answers))

    odd = [
        (told.asked, name)
        for told in answers
        for name, _ in told.headers
        if name not in OF_ANSWERS and not (name in OF_FILES and "/v1/" not in told.asked)
    ]
    assert odd == []


@pytest.mark.parametrize("ledger", ["before", "after"])
def test_a07_no_answer_tells_where_media_lie(world: World, tried: Tried, ledger: str) -> None:
    """No key of the bucket in any answer, header, playlist or frame."""
    told = world.before if ledger == "before" else world.after
    who = tuple(world.attackers)
    places = [*told.places(*who), *told.heard(*who)]
    tried(len(told.answers))

    assert len(world.bucket_oracle) > len(world.live)
    assert [str(hit) for hit in world.bucket_oracle.hits_in(places)] == []
