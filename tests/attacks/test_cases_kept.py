"""Attacks 82 to 84: suggestions as a detector of authors, a post that is kept to a case, and the package for court."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from feed import posting
from feed.bell import Bell
from storage.db import AIRLOCK
from storage.feed_log import Line
from storage.kit import clock
from storage.kit.ids import BlockId, CaseId, PostId, new_id
from storage.posts.posts import NewPost, Verb
from tests.attacks.attackers import Attacker
from tests.attacks.dependence import UNLIKELY, by_chance
from tests.attacks.desks import DETECTIVE
from tests.attacks.table import Tried
from tests.attacks.world import World

MADE_WITHIN = 300.0  # seconds: the chores look every few, on a machine that is busy
OUTSIDE = ("analyst", "idler", "outsider", "judge", "staff of elsewhere", "admin", "neighbour", "nobody at staff")
AT_STAFF: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("GET", "/v1/cases/{case}/posts/{post}", None),
    ("GET", "/v1/cases/{case}/posts/{post}/media/480p.mp4", None),
    ("GET", "/v1/posts/{post}", None),
    ("GET", "/v1/media/{post}/480p.mp4", None),
    ("GET", "/v1/media/{post}/poster.jpg", None),
    ("DELETE", "/v1/unread/{post}", None),
    ("POST", "/v1/posts/{post}/flags", {"reason": "privacy"}),
    ("POST", "/v1/posts/{post}/decisions", {"verb": "hide", "reason": "privacy"}),
    ("DELETE", "/v1/posts/{post}/decisions/last", None),
    ("GET", "/v1/posts/{post}/decisions", None),
    ("PUT", "/v1/posts/{post}/claim", None),
    ("POST", "/v1/posts/{post}/edits", {"cut": ["van"], "reason": "privacy"}),
    ("GET", "/v1/posts/{post}/comments", None),
    ("POST", "/v1/posts/{post}/comments", {"text": "x"}),
    ("PUT", "/v1/posts/{post}/nods/thanks", None),
    ("GET", "/v1/posts/{post}/as-police-see-it", None),
)


class _Silent(Bell):
    """The programs that run have their own; a kept post rings none."""

    def __init__(self) -> None:
        pass

    def ring(self, epoch: str, line: Line, event: bytes) -> None:
        raise AssertionError("a kept post was told to listeners")


def test_a82_suggestions_do_not_say_whose_a_post_is(world: World, tried: Tried) -> None:
    """Each live post linked alone: what is shown beside it, and why, depends on no author within block and day."""
    detective, of = world.attackers[DETECTIVE], world.by_post()
    path = f"/v1/cases/{world.case_id}"
    with _unlinked(detective, path):
        told: list[tuple[str, bool, str]] = []
        posts = sorted(world.live, key=lambda sent: sent.post_id)
        for number, anchor in enumerate(posts):
            shown = _beside(detective, path, anchor.post_id)
            # Each pair once: both ways round it would count double.
            for other in (
                one for one in posts[number + 1 :] if _block(world, one.post_id) == _block(world, anchor.post_id)
            ):
                same = of[other.post_id].author == anchor.author
                told.append((anchor.post_id, same, shown.get(other.post_id, "")))
    tried(len(told))

    groups, same, why = zip(*told, strict=True)
    assert len(told) > len(posts)
    assert len(set(why)) > 1, "some are shown"
    assert by_chance(same, groups, why) > UNLIKELY
    assert by_chance(same, groups, [bool(one) for one in why]) > UNLIKELY


def test_a83_a_post_kept_to_a_case_is_nowhere_else(world: World, tried: Tried) -> None:
    """To everybody outside the case each address answers as for one that never was; no listener is told of it."""
    count, ears = 0, {name: len(ear.events()) for name, ear in world.ears.items()}
    with _kept(world) as post_id:
        assert world.attackers[DETECTIVE].get(f"/v1/cases/{world.case_id}/posts/{post_id}").status == 200
        for name in OUTSIDE:
            attacker = world.attackers[name]
            for method, path, body in AT_STAFF:
                named = ({"post": one, "case": world.case_id} for one in (post_id, new_id()))
                rest: dict[str, Any] = {"json": body} if body else {}
                answers = [attacker.ask(method, path.format(**holes), **rest) for holes in named]
                count += 1
                assert answers[0].lasting == answers[1].lasting, (name, method, path)
                assert answers[0].status >= 400, (name, method, path)
            listed = attacker.get("/v1/posts").body + attacker.get("/v1/moderation/posts").body
            assert post_id.encode() not in listed + attacker.get("/v1/moderation/queue").body
    tried(count)

    for name, ear in world.ears.items():
        assert post_id not in repr(ear.events()[ears[name] :])


def test_a84_a_package_for_court_holds_no_secret(world: World, tried: Tried) -> None:
    """Every file of it, as stored and as it is, is looked through; and nothing of what was taken back is in it."""
    detective, path = world.attackers[DETECTIVE], f"/v1/cases/{world.case_id}/exports"
    assert detective.ask("POST", path, json={}).status == 201
    deadline = time.monotonic() + MADE_WITHIN
    while (newest := detective.json(path)["items"][0])["state"] == "waiting":
        assert time.monotonic() < deadline, newest
        time.sleep(0.5)
    package = detective.get(f"{path}/{newest['id']}/file").body
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        files = [(f"package, {name}", opened.read(name)) for name in opened.namelist()]
    tried(len(files))

    assert newest["state"] == "ready"
    assert [where for where, _ in files if "/clip.mp4" in where or "/photo.jpg" in where]
    places = [("package", package), *files]
    assert [str(hit) for hit in world.oracle.hits_in(places)] == []
    assert [str(hit) for hit in world.words_oracle.hits_in(places)] == []
    assert [where for where, data in files for sent in world.withdrawn if sent.post_id.encode() in data] == []


def _beside(detective: Attacker, path: str, post_id: str) -> dict[str, str]:
    """What is suggested when this post is all that is linked: why, by post."""
    why = {"reason": "other", "confidence": "possible"}
    made = detective.ask("POST", f"{path}/links", json={"post_id": post_id, **why})
    link = next(one["id"] for one in made.answer["links"] if one["post"] and one["post"]["id"] == post_id)
    items = detective.json(f"{path}/suggestions")["items"]
    assert detective.ask("DELETE", f"{path}/links/{link}").status == 200
    return {one["post"]["id"]: repr([reason["why"] for reason in one["reasons"]]) for one in items if one["post"]}


@contextmanager
def _unlinked(detective: Attacker, path: str) -> Iterator[None]:
    """The case without what is linked that can be seen; afterwards it is linked again."""
    links = [one for one in detective.json(path)["links"] if one["post"]]
    for one in links:
        detective.ask("DELETE", f"{path}/links/{one['id']}")
    yield
    for one in links:
        again = {"post_id": one["post"]["id"], "reason": one["reason"], "confidence": one["confidence"]}
        assert detective.ask("POST", f"{path}/links", json=again).status == 201


@contextmanager
def _kept(world: World) -> Iterator[str]:
    """A post that is there for the detective's case alone; afterwards it is taken back."""
    at = clock.rounded(clock.now())
    block = BlockId(world.people[0].block)
    new = NewPost(PostId(new_id()), "photo", "crime", "A van", "A grey van", at, at, block, 0)
    with world.stores.record() as record:
        with record.write(by=AIRLOCK) as tx:
            posting.publish(tx, _Silent(), replace(new, kept_for=CaseId(world.case_id)), (), generation=1, last=True)
        yield new.id
        with record.write(by=AIRLOCK) as tx:
            posting.end(tx, _Silent(), new.id, Verb.WITHDRAW)


def _block(world: World, post_id: str) -> str:
    return world.author(world.by_post()[post_id]).block
