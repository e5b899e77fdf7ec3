"""What somebody shows outside: the words, the picture, the place that were allowed, and nothing that leads further."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from api.stores import Stores
from feed import posting
from feed.correcting import MARK, correct, correctable
from storage.db import OPERATOR, RESIDENT
from storage.posts.posts import Post, Verb
from storage.public import shared_links
from storage.public.shared_links import Shows, Where
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient

PIXELS, FILM = b"a poster's bytes", b"a clip's bytes"


@pytest.fixture
def post(given: Stores, city: builders.City, tmp_path: Path) -> Post:
    """A live post whose files are in the bucket."""
    files = builders.some_files()
    for file, content in zip(files, (PIXELS, FILM), strict=True):
        (tmp_path / "draft").write_bytes(content)
        given.bucket.put(file.key, tmp_path / "draft")
    return builders.a_published_post(given.record, given.bell, files=files)


@pytest.fixture
def anybody(public_app: FastAPI, client: NewClient) -> Client:
    """Whoever was sent a link."""
    return client(public_app)


def link_to(given: Stores, post: Post, shows: Shows, place: Where = Where.BLOCK) -> str:
    """A link."""
    with given.record.write(by=RESIDENT) as tx:
        return shared_links.make(tx, post.id, shows=shows, place=place)[0]


@pytest.mark.parametrize(
    ("shows", "poster", "film"), [(Shows.WORDS, 404, 404), (Shows.PICTURE, 200, 404), (Shows.ALL, 200, 200)]
)
def test_it_shows_as_much_as_was_allowed(
    given: Stores, anybody: Client, post: Post, shows: Shows, poster: int, film: int
) -> None:
    """In what is told and in what can be fetched: of words alone no file is there."""
    link = link_to(given, post, shows)

    told = anybody.get(f"/v1/shared/{link}").json()

    assert (told["title"], told["text"]) == (post.title, post.text)
    assert (told["media"] is None) == (shows is Shows.WORDS)
    if told["media"]:
        assert bool(told["media"]["renditions"]) == (shows is Shows.ALL)
    got = [anybody.get(f"/v1/media/{link}/{file}").status_code for file in ("poster.jpg", "480p.mp4", "clip.m3u8")]
    assert got == [poster, film, 404]
    if film == 200:
        assert anybody.get(f"/v1/media/{link}/480p.mp4").content == FILM


@pytest.mark.parametrize("place", Where)
def test_it_tells_the_block_only_where_that_was_allowed(
    given: Stores, anybody: Client, post: Post, place: Where
) -> None:
    """The division's name is told in any case; no id of anything, and no time of publication."""
    answer = anybody.get(f"/v1/shared/{link_to(given, post, Shows.ALL, place)}")

    told = answer.json()
    near = place is Where.BLOCK
    assert (told["division"], told["block"], told["homes"]) == (
        "Central",
        post.block.label if near else None,
        post.block.homes if near else None,
    )
    assert set(told) == {
        *("kind", "category", "title", "text", "happened_at", "division", "block", "homes", "media"),
    }
    assert [one for one in (post.id, post.block.id, post.division) if one in answer.text] == []


def test_it_is_in_no_index_and_no_cache(given: Stores, anybody: Client, post: Post) -> None:
    """Neither the answer nor the page, which names no referrer."""
    link = link_to(given, post, Shows.ALL)

    told, film = anybody.get(f"/v1/shared/{link}"), anybody.get(f"/v1/media/{link}/480p.mp4")

    assert "noindex" in told.headers["x-robots-tag"]
    assert told.headers["cache-control"] == "no-store"
    assert film.headers["cache-control"] == "private, no-store"
    assert {one.headers["referrer-policy"] for one in (told, film)} == {"no-referrer"}


def test_revoked_hidden_and_never_made_are_one_answer(given: Stores, anybody: Client, post: Post) -> None:
    """By the same bytes; files too."""
    link, hidden = link_to(given, post, Shows.ALL), link_to(given, post, Shows.ALL)
    with given.record.write(by=RESIDENT) as tx:
        listed = {one.id for one in shared_links.of_post(tx.connection, post.id)}
        shared_links.revoke(tx, post.id, shared_links.find(tx.connection, link).id)
    assert len(listed) == 2
    assert anybody.get(f"/v1/shared/{hidden}").status_code == 200
    with given.record.write(by=OPERATOR) as tx:
        posting.decide(tx, given.bell, post.id, Verb.HIDE, reason="privacy")

    answers = [anybody.get(f"/v1/shared/{one}") for one in (link, hidden, "b" * 52, "x")]
    files = [anybody.get(f"/v1/media/{one}/480p.mp4") for one in (link, hidden, "b" * 52)]

    assert {(one.status_code, one.content) for one in (*answers, *files)} == {(404, answers[0].content)}


def test_a_correction_shows(given: Stores, anybody: Client, post: Post) -> None:
    """The page shows the words as they are now, not as they were when the link was made."""
    link = link_to(given, post, Shows.WORDS)

    with given.record.write(by=RESIDENT) as tx:
        correct(tx, given.bell, correctable(tx, post.id), "It was a contractor.")

    assert f"{MARK} It was a contractor." in anybody.get(f"/v1/shared/{link}").json()["text"]
