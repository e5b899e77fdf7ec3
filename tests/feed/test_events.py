"""Events are closed: what is not named here cannot reach a listener."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from feed import events
from feed.bell import Bell
from feed.events import Beat, PostAsSeen, Ready, TakenBack, Told, as_seen, build
from storage.db import Database
from storage.feed_log import Kind, Line
from storage.kit.ids import DivisionId, PostId
from storage.posts.posts import Post, PostState
from tests.builders import a_published_post, a_rendition

# Every field of everything a listener can be told. A new one is added here with open eyes, or not at all.
ALLOWED = {
    "Told": {"type", "seq", "kind", "post"},
    "TakenBack": {"type", "seq", "kind", "post_id"},
    "Ready": {"type", "cursor", "reset"},
    "Beat": {"type", "cursor"},
    "PostAsSeen": {
        *("id", "kind", "category", "title", "text", "happened_at", "published_at"),
        *("division", "block", "media", "state"),
    },
    "DivisionSeen": {"id", "name"},
    "BlockSeen": {"id", "label", "homes"},
    "MediaSeen": {"state", "poster", "renditions", "playlist", "seconds"},
    "RenditionSeen": {"file", "width", "height", "bytes"},
}
SENT = (Told, TakenBack, Ready, Beat)


@pytest.fixture
def post(record: Database, bell: Bell, city: object) -> Post:
    """A live post with a poster and two renditions."""
    files = [a_rendition("poster.jpg"), a_rendition(), a_rendition("full.mp4", width=1920, height=1080)]
    return a_published_post(record, bell, files=files)


def test_every_field_of_every_event_is_allowed() -> None:
    """Walking the types from what is sent meets exactly the fields listed here."""
    met = {model.__name__: set(model.model_fields) for model in _walk(SENT)}

    assert met == ALLOWED


def test_every_closed_type_of_the_module_is_walked() -> None:
    """No event type stands beside the list of what is sent."""
    found = {
        thing.__name__
        for thing in vars(events).values()
        if isinstance(thing, type) and issubclass(thing, BaseModel) and thing.__module__ == events.__name__
    }

    assert found - {"Closed"} == ALLOWED.keys()


@pytest.mark.parametrize("model", sorted(ALLOWED))
def test_every_type_forbids_more_and_stays_as_it_is(model: str) -> None:
    """Extra fields are an error, and nothing is changed once built."""
    config = getattr(events, model).model_config

    assert (config["extra"], config["frozen"]) == ("forbid", True)


def test_an_undeclared_field_is_an_error(post: Post) -> None:
    """A post with one more field than declared cannot be told."""
    with pytest.raises(ValidationError, match="Extra inputs"):
        PostAsSeen.model_validate({**as_seen(post).model_dump(), "author": "somebody"})


def test_a_post_is_told_as_the_protocol_says(post: Post) -> None:
    """Words, block and division with names, rounded times as text, files without their keys."""
    told = as_seen(post).model_dump(mode="json")

    assert told == {
        "id": post.id,
        "kind": "video",
        "category": "suspicious",
        "title": "A van with its lights off",
        "text": "It went round the block twice.",
        "happened_at": "2025-11-22T11:00:00Z",
        "published_at": "2025-11-22T12:00:00Z",
        "division": {"id": post.division, "name": "Central"},
        "block": {"id": post.block.id, "label": "Central, cell 0", "homes": 14},
        "media": {
            "state": "ready",
            "poster": "poster.jpg",
            "renditions": [
                {"file": "480p.mp4", "width": 854, "height": 480, "bytes": 1_000_000},
                {"file": "full.mp4", "width": 1920, "height": 1080, "bytes": 1_000_000},
            ],
            "playlist": None,
            "seconds": 29.97,
        },
        "state": "live",
    }


def test_a_photo_is_told_with_its_sizes_and_nothing_to_play(post: Post) -> None:
    """The small one as its poster; no playlist, no length."""
    files = tuple(replace(post.renditions[0], file=name) for name in ("poster.jpg", "photo.jpg"))

    seen = as_seen(replace(post, kind="photo", renditions=files, seconds=0))

    assert (seen.kind, seen.media and seen.media.model_dump()) == (
        "photo",
        {
            "state": "ready",
            "poster": "poster.jpg",
            "renditions": ({"file": "photo.jpg", "width": 854, "height": 480, "bytes": 1_000_000},),
            "playlist": None,
            "seconds": 0.0,
        },
    )


def test_where_the_bytes_lie_is_not_told(post: Post) -> None:
    """No storage key of any file is in what is seen."""
    told = as_seen(post).model_dump_json()

    assert not [file.key for file in post.renditions if file.key in told]


def test_a_post_without_a_poster_says_so(post: Post) -> None:
    """The poster is named only when there is one."""
    bare = replace(post, renditions=tuple(file for file in post.renditions if file.file != "poster.jpg"))

    media = as_seen(bare).media

    assert media is not None
    assert media.poster is None


@pytest.mark.parametrize("kind", [Kind.PUBLISHED, Kind.UPDATED])
def test_a_line_tells_the_post_as_it_is_now(post: Post, kind: Kind) -> None:
    """An old line about a live post carries its present words."""
    event = build(_line(post, kind), replace(post, title="Corrected"))

    assert isinstance(event, Told)
    assert (event.seq, event.kind, event.post.title) == (7, kind, "Corrected")


@pytest.mark.parametrize("kind", [Kind.PUBLISHED, Kind.UPDATED])
@pytest.mark.parametrize("state", [state for state in PostState if state is not PostState.LIVE])
def test_what_was_taken_back_is_not_told_again(post: Post, kind: Kind, state: PostState) -> None:
    """A line about a post that is not live now, or no longer there, stands for nothing."""
    assert build(_line(post, kind), replace(post, state=state)) is None
    assert build(_line(post, kind), None) is None


@pytest.mark.parametrize("kind", [Kind.HIDDEN, Kind.WITHDRAWN, Kind.REMOVED, Kind.EXPIRED])
def test_taking_back_is_told_by_id_alone(post: Post, kind: Kind) -> None:
    """Whatever the post is now, a retraction carries its id and not one word."""
    for now in (post, None):
        event = build(_line(post, kind), now)

        assert event is not None
        assert event.model_dump() == {"type": "event", "seq": 7, "kind": kind, "post_id": post.id}


def _line(post: Post, kind: Kind) -> Line:
    return Line(7, kind, PostId(post.id), DivisionId(post.division), post.category)


def _walk(models: tuple[type[BaseModel], ...]) -> set[type[BaseModel]]:
    found: set[type[BaseModel]] = set()
    waiting: list[Any] = list(models)
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in found:
            found.add(kind)
            waiting += [field.annotation for field in kind.model_fields.values()]
        waiting += get_args(kind)
    return found
