"""Attacks 26 and 27: whether anything that is told depends on who it is of."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Hashable
from typing import Any

from tests.attacks.dependence import UNLIKELY, by_chance
from tests.attacks.table import Tried
from tests.attacks.world import World

A_FILE = re.compile(r"GET /v1/media/(\w+)/([\w.-]+)")
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
FOR_RESIDENTS = ("resident", "airlock", "chores")


def flat(told: Any, name: str = "") -> dict[str, Hashable]:
    """Each field of an answer by its path."""
    if isinstance(told, dict):
        return {path: value for key, inner in told.items() for path, value in flat(inner, f"{name}.{key}").items()}
    if isinstance(told, list):
        return {path: value for n, inner in enumerate(told) for path, value in flat(inner, f"{name}.{n}").items()}
    return {name: told}


def test_a26_no_field_of_a_post_tells_more_of_its_author_than_block_and_day(world: World, tried: Tried) -> None:
    """Mutual information of every field, each letter of the id, sizes and headers of media, place in the list."""
    of, seen = world.by_post(), {told.asked: told.body for told in world.before.of("analyst") if told.status == 200}
    order = [event["post"]["id"] for event in world.ears["analyst"].events() if event["kind"] == "post.published"]
    posts = [json.loads(seen[f"GET /v1/posts/{post_id}"]) for post_id in order]
    media = _media(world)
    rows = [flat(post) | media[post["id"]] for post in posts]
    authors = [of[post_id].author for post_id in order]
    groups = [(post["block"]["id"], post["published_at"][:10]) for post in posts]
    # What is new with each post says nothing as a whole: parts of it are asked together whether they do.
    whole: dict[str, list[list[Hashable]]] = {
        name: [[row.get(name) for row in rows]] for name in sorted({name for row in rows for name in row})
    }
    whole["parts of the id"] = [[LETTERS.index(post_id[at]) // 8 for post_id in order] for at in range(26)]
    whole["the place in the list"] = [[place // 4 for place in range(len(order))]]
    tried(len(whole))

    said = {name: by_chance(authors, groups, *columns) for name, columns in whole.items()}

    assert {name: chance for name, chance in said.items() if chance < UNLIKELY} == {}
    assert by_chance(authors, groups, authors) < UNLIKELY, "what did tell would be seen"


def test_a27_one_picture_is_the_same_bytes_whoever_sent_it(world: World, tried: Tried) -> None:
    """All clips here show one picture, all photos another, under marks and wishes of their own: each file is equal."""
    of, bodies = world.by_post(), defaultdict(set)
    counted = 0
    for told in world.before.of("analyst", "neighbour"):
        found = A_FILE.fullmatch(told.asked)
        if found and told.status == 200:
            counted += 1
            bodies[found[2], of[found[1]].photo, of[found[1]].sound].add(told.body)
    tried(counted)

    assert {name: len(kinds) for name, kinds in bodies.items()} == dict.fromkeys(bodies, 1)
    assert len(bodies) >= 5


def _media(world: World) -> dict[str, dict[str, Hashable]]:
    """Size and headers of each file of each post's media, as the analyst was told."""
    found: dict[str, dict[str, Hashable]] = defaultdict(dict)
    for told in world.before.of("analyst"):
        if asked := A_FILE.fullmatch(told.asked):
            found[asked[1]] |= {f"size of {asked[2]}, {told.status}": len(told.body)}
            found[asked[1]] |= {f"headers of {asked[2]}, {told.status}": told.lasting[1]}
    return found


def test_the_reading_of_answers_finds_every_field() -> None:
    """By its path, in lists too."""
    assert flat(json.loads('{"a": {"b": 1}, "c": [2, {"d": null}]}')) == {".a.b": 1, ".c.0": 2, ".c.1.d": None}
