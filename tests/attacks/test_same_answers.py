"""Attacks 15 to 19: "not yours" and "not there" are one answer, in its bytes and in its time."""

from __future__ import annotations

import random
import time
from statistics import median

import httpx
import pytest

from storage.kit.ids import new_id
from tests.attacks.attackers import Attacker
from tests.attacks.ledger import Told
from tests.attacks.table import Tried
from tests.attacks.world import World

ASKED = 120  # questions of each kind, in turns
UNLIKELY, NOTICED = 0.001, 0.15  # a difference that chance does not make, and that is a share of the whole
ROUNDS = 2000
STAFF = [
    ("GET", "/v1/posts/{}"),
    ("GET", "/v1/media/{}/poster.jpg"),
    ("HEAD", "/v1/media/{}/480p.mp4"),
    ("GET", "/v1/media/{}/clip.m3u8"),
    ("POST", "/v1/posts/{}/flags"),
    ("POST", "/v1/posts/{}/decisions"),
    ("GET", "/v1/posts/{}/decisions"),
    ("DELETE", "/v1/unread/{}"),
    ("GET", "/v1/posts?division={}"),
    ("GET", "/v1/posts?cursor={}"),
]
RESIDENT = [
    ("GET", "/v1/posts/mine/{}"),
    ("DELETE", "/v1/posts/mine/{}"),
    ("GET", "/v1/receipts/{}"),
    ("DELETE", "/v1/receipts/{}"),
    ("GET", "/v1/uploads/{}"),
    ("POST", "/v1/uploads/{}/finish"),
    ("GET", "/v1/posts/{}"),
    ("GET", "/v1/posts/{}/as-police-see-it"),
    ("GET", "/v1/posts/{}/comments"),
    ("POST", "/v1/posts/{}/comments"),
    ("POST", "/v1/posts/{}/flags"),
    ("GET", "/v1/media/{}/480p-1.m4s"),
    ("GET", "/v1/media/{}/photo.jpg"),
    ("PATCH", "/v1/cameras/{}"),
    ("DELETE", "/v1/cameras/{}"),
    ("POST", "/v1/cameras/{}/confirm"),
    ("POST", "/v1/cameras/{}/bring-back"),
    ("PUT", "/v1/cameras/{}/listing"),
    ("DELETE", "/v1/cameras/{}/listing"),
]
BODIES = {
    "flags": {"reason": "privacy"},
    "decisions": {"verb": "hide", "reason": "privacy"},
    "comments": {"text": "x"},
    "listing": {"address": "12 Orchard Way", "contact": "Mara"},
    "PATCH": {"indoor": True},
}


def ask(attacker: Attacker, method: str, path: str, named: str) -> Told:
    """The question about `named`."""
    body = BODIES.get(path.rpartition("/")[2]) or BODIES.get(method)
    return attacker.ask(method, path.format(named), **({"json": body} if body else {}))


@pytest.mark.parametrize(("method", "path"), STAFF)
def test_a15_a_post_of_elsewhere_is_no_post_to_staff(world: World, tried: Tried, method: str, path: str) -> None:
    """For an analyst of another division a live post, one taken back and one that never was are the same answer."""
    outsider, posts = world.attackers["outsider"], [world.live[0], world.withdrawn[0]]
    never = ask(outsider, method, path, new_id()).lasting
    answers = [ask(outsider, method, path, sent.post_id).lasting for sent in posts]
    tried(len(answers))

    assert answers == [never] * len(posts)
    assert never[0] in (403, 404, 422)


@pytest.mark.parametrize(("method", "path"), RESIDENT)
def test_a16_what_is_somebody_elses_is_nothing_to_a_neighbour(
    world: World, tried: Tried, method: str, path: str
) -> None:
    """Ids of others' clips, uploads, lists, withdrawn posts, even digests of receipts: all as if they never were."""
    neighbour, secrets = world.attackers["neighbour"], world.secrets.of
    theirs = [sorted(secrets[kind])[0].decode() for kind in ("authorship.handle", "upload", "clips.id", "cameras.id")]
    theirs += [sorted(secrets["clips.receipt_digest"])[0].decode(), world.withdrawn[0].post_id]
    never = ask(neighbour, method, path, new_id()).lasting
    answers = [ask(neighbour, method, path, named).lasting for named in theirs]
    tried(len(answers))

    assert answers == [never] * len(theirs)
    assert never[0] == 404


@pytest.mark.parametrize(
    ("door", "path", "kind"),
    [
        ("outsider", "/v1/posts/{}", "post"),
        ("outsider", "/v1/media/{}/480p.mp4", "post"),
        ("neighbour", "/v1/posts/mine/{}", "authorship.handle"),
        ("neighbour", "/v1/uploads/{}", "upload"),
    ],
)
def test_a17_not_yours_takes_as_long_as_not_there(world: World, tried: Tried, door: str, path: str, kind: str) -> None:
    """For an analyst of elsewhere and a neighbour, in turns: no difference but by chance that anybody would notice."""
    address, token = world.attackers[door].address, world.attackers[door].token
    secrets = {"post": {sent.post_id.encode() for sent in world.live}, **world.secrets.of}
    theirs = sorted(secret.decode() for secret in secrets[kind])
    took: dict[bool, list[float]] = {True: [], False: []}
    with httpx.Client(
        base_url=address, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30
    ) as http:
        for number in range(2 * ASKED):
            is_theirs = number % 2 == 0
            named = theirs[number // 2 % len(theirs)] if is_theirs else new_id()
            began = time.perf_counter()
            assert http.get(path.format(named)).status_code == 404
            took[is_theirs].append(time.perf_counter() - began)
    tried(2 * ASKED)

    difference = abs(median(took[True]) - median(took[False])) / median(took[False])
    assert _by_chance(took[True], took[False]) > UNLIKELY or difference < NOTICED, f"{difference:.0%}"


@pytest.mark.parametrize(("door", "path"), [("nobody", "/v1/posts/{}"), ("nobody at staff", "/v1/media/{}/480p.mp4")])
def test_a18_who_has_no_log_in_is_told_nothing_of_what_there_is(
    world: World, tried: Tried, door: str, path: str
) -> None:
    """The same refusal for a live post, a withdrawn one and none, whatever token was made up."""
    attacker, named = world.attackers[door], [world.live[0].post_id, world.withdrawn[0].post_id, new_id()]
    for shown in ({}, {"Authorization": f"Bearer {new_id()}{new_id()}"}):
        answers = [attacker.get(path.format(one), headers=shown) for one in named]

        assert len({told.lasting for told in answers}) == 1
        assert answers[0].status == 401
    tried(2 * len(named))


def test_a19_whether_somebody_is_a_resident_cannot_be_asked(world: World, tried: Tried) -> None:
    """A code asked for, and a wrong one redeemed, answer alike for an address that is known and one that is not."""
    nobody = world.attackers["nobody"]
    mails = (world.people[0].mail, f"{new_id()[:10]}@{new_id()[:8]}.example")
    asked = [nobody.ask("POST", "/v1/log-ins", json={"email": mail}) for mail in mails]
    wrong = [nobody.ask("POST", "/v1/log-ins/code", json={"email": mail, "code": "not it"}) for mail in mails]
    tried(len(asked) + len(wrong))

    assert len({(told.lasting[:2], len(told.body)) for told in asked}) == 1  # demo data tell the code itself
    assert len({told.lasting for told in wrong}) == 1


def _by_chance(one: list[float], other: list[float]) -> float:
    """How often a shuffle of who was asked makes medians differ as much."""
    dice, together = random.Random(5), [*one, *other]
    seen, as_much = abs(median(one) - median(other)), 0
    for _ in range(ROUNDS):
        dice.shuffle(together)
        as_much += abs(median(together[: len(one)]) - median(together[len(one) :])) >= seen
    return (1 + as_much) / (1 + ROUNDS)
