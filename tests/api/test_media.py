"""Streaming a file of a post's media."""

from __future__ import annotations

import asyncio
import gc
import os
from pathlib import Path

import pytest
from fastapi import Depends, FastAPI, Request, Response
from starlette.types import Message

from api import media
from api.http import new_app
from api.media import Span, wanted
from api.who import anyone
from storage.kit.errors import PorchlightError
from storage.objects import CHUNK_BYTES, Folder
from storage.posts import BlockSeen, MediaState, Post, PostState, Rendition
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient

CONTENT = os.urandom(CHUNK_BYTES * 2 + 77)
KEY = "k" * 26


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    """Serves a post's media: a clip, a file of a kind we do not serve, and one whose bytes are gone."""
    bucket = Folder(tmp_path / "media")
    (tmp_path / "clip").write_bytes(CONTENT)
    bucket.put(KEY, tmp_path / "clip")
    files = (
        builders.a_rendition("480p.mp4", key=KEY),
        builders.a_rendition("page.html", key=KEY),
        builders.a_rendition("gone.mp4"),
    )
    app = new_app("staff")

    @app.api_route("/v1/media/{file}", methods=["GET", "HEAD"], dependencies=[Depends(anyone)])
    def play(file: str, request: Request) -> Response:
        return media.stream(request, bucket, a_post_with(files), file)

    return app


@pytest.fixture
def ask(app: FastAPI, client: NewClient) -> Client:
    """Somebody with a player."""
    return client(app)


def a_post_with(files: tuple[Rendition, ...]) -> Post:
    """A post that was read from the record."""
    new = builders.a_new_post()
    return Post(
        id=new.id,
        state=PostState.LIVE,
        kind=new.kind,
        category=new.category,
        title=new.title,
        text=new.text,
        happened_at=new.happened_at,
        published_at=new.published_at,
        block=BlockSeen(new.block, "Central, cell 0", 14),
        division=builders.division(),
        division_name="Central",
        media_state=MediaState.READY,
        media_generation=1,
        seconds=new.seconds,
        order_key=1,
        renditions=files,
    )


def test_the_whole_file_is_streamed(ask: Client) -> None:
    """With its type and length, and that ranges are understood."""
    answer = ask.get("/v1/media/480p.mp4")

    assert (answer.status_code, answer.content == CONTENT) == (200, True)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["accept-ranges"] == "bytes"


def test_nothing_about_the_file_leaks(ask: Client) -> None:
    """No key, no date, no digest; kept by the viewer's own browser, and not for long."""
    answer = ask.get("/v1/media/480p.mp4")

    assert not {"etag", "last-modified", "date", "server"} & set(answer.headers)
    assert KEY not in str(answer.headers)
    assert answer.headers["cache-control"] == f"private, max-age={media.KEPT_SECONDS}"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        (f"bytes={CHUNK_BYTES - 1}-{CHUNK_BYTES + 1}", CHUNK_BYTES - 1, CHUNK_BYTES + 2),
        ("bytes=500-", 500, len(CONTENT)),
        ("bytes=-77", len(CONTENT) - 77, len(CONTENT)),
        (f"bytes=5-{len(CONTENT) * 2}", 5, len(CONTENT)),
        (f"bytes=-{len(CONTENT) * 2}", 0, len(CONTENT)),
    ],
)
def test_a_range_is_streamed_alone(ask: Client, asked: str, start: int, end: int) -> None:
    """206, and which bytes they are."""
    answer = ask.get("/v1/media/480p.mp4", headers={"range": asked})

    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(CONTENT)}"
    assert answer.headers["content-length"] == str(end - start)
    assert answer.content == CONTENT[start:end]


@pytest.mark.parametrize("asked", [f"bytes={len(CONTENT)}-", f"bytes={len(CONTENT)}-{len(CONTENT) + 5}", "bytes=-0"])
def test_bytes_beyond_the_end_are_refused(ask: Client, asked: str) -> None:
    """416, with how many there are."""
    answer = ask.get("/v1/media/480p.mp4", headers={"range": asked})

    assert (answer.status_code, answer.json()["error"]["code"]) == (416, "no_such_range")
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


@pytest.mark.parametrize(
    "asked", ["bytes=9-5", "bytes=-", "bytes=0-1,5-6", "pages=1-2", "bytes=a-b", "bytes=" + "9" * 40]
)
def test_a_range_we_do_not_understand_is_the_whole(asked: str) -> None:
    """As if it had not been asked for."""
    assert wanted(asked, 10) is None
    assert wanted(None, 10) is None


def test_an_empty_file_has_no_ranges() -> None:
    """Not even its first byte."""
    with pytest.raises(PorchlightError):
        wanted("bytes=0-", 0)
    assert wanted("bytes=3-4", 5) == Span(3, 5)


def test_a_condition_we_gave_no_name_for_gets_the_whole(ask: Client) -> None:
    """`If-Range` can only speak of another file."""
    answer = ask.get("/v1/media/480p.mp4", headers={"range": "bytes=0-1", "if-range": '"x"'})

    assert (answer.status_code, len(answer.content)) == (200, len(CONTENT))


def test_a_player_may_ask_for_the_head_alone(ask: Client) -> None:
    """The same headers, and no bytes."""
    answer = ask.ask("HEAD", "/v1/media/480p.mp4", headers={"range": "bytes=0-99"})

    assert (answer.status_code, answer.content) == (206, b"")
    assert answer.headers["content-length"] == "100"
    assert answer.headers["content-type"] == "video/mp4"


@pytest.mark.parametrize("file", ["720p.mp4", "page.html", "gone.mp4", KEY, "480p.MP4"])
def test_what_the_post_does_not_have_is_not_there(ask: Client, file: str) -> None:
    """Unknown, of another kind, or taken away meanwhile: one answer."""
    assert ask.get(f"/v1/media/{file}").status_code == 404


def test_a_viewer_who_leaves_keeps_no_file_open(app: FastAPI) -> None:
    """The file is closed there and then, without waiting for a garbage collection."""
    gone = asyncio.Event()

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            gone.set()
            await asyncio.sleep(0)

    scope = {"type": "http", "method": "GET", "path": "/v1/media/480p.mp4", "headers": [], "query_string": b""}
    gc.disable()
    try:
        asyncio.run(app({**scope, "asgi": {"version": "3.0", "spec_version": "2.3"}}, receive, send))
        held = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    finally:
        gc.enable()

    assert not any(KEY in str(file) for file in held)
