"""Streaming a file of a post's media."""

# ruff: noqa: F811 - fixtures are imported, and named where they are used
from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from fastapi import Depends, FastAPI, Request, Response
from starlette.types import Message

from api import media
from api.http import new_app
from api.media import Span, wanted
from api.who import anyone
from storage.kit.errors import PorchlightError
from storage.objects import CHUNK_BYTES, Bucket, Folder
from storage.posts import BlockSeen, MediaState, Post, PostState, Rendition
from storage.s3 import S3
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient
from tests.servers.proxy import Proxy
from tests.servers.s3 import an_empty_bucket, s3_by_line, s3_line, s3_server  # noqa: F401 - fixtures

CONTENT = os.urandom(CHUNK_BYTES * 2 + 77)
KEY = "k" * 26


@pytest.fixture(params=["folder", "s3"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Bucket:
    """The media bucket, on each engine, the clip in it."""
    if request.param == "folder":
        bucket: Bucket = Folder(tmp_path / "media")
    else:
        bucket = an_empty_bucket(request.getfixturevalue("s3_server"))
    return with_clip(bucket, tmp_path)


@pytest.fixture
def app(bucket: Bucket) -> FastAPI:
    """Serves a post's media: a clip, a file of a kind we do not serve, and one whose bytes are gone."""
    return app_over(bucket)


def with_clip(bucket: Bucket, tmp_path: Path) -> Bucket:
    """The bucket, the clip in it."""
    (tmp_path / "clip").write_bytes(CONTENT)
    bucket.put(KEY, tmp_path / "clip")
    return bucket


def app_over(bucket: Bucket) -> FastAPI:
    """The app over that bucket."""
    files = (
        Rendition("480p.mp4", KEY, 854, 480, len(CONTENT)),
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


def test_a_viewer_who_leaves_keeps_no_file_open(tmp_path: Path) -> None:
    """The file is closed there and then, without waiting for a garbage collection."""
    app = app_over(with_clip(Folder(tmp_path / "media"), tmp_path))
    gc.disable()
    try:
        asyncio.run(leaves_in_the_middle(app))
        held = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    finally:
        gc.enable()

    assert not any(KEY in str(file) for file in held)


def test_a_viewer_who_leaves_keeps_no_line_to_s3_open(s3_by_line: S3, s3_line: Proxy, tmp_path: Path) -> None:
    """What was not read yet is not fetched."""
    app = app_over(with_clip(s3_by_line, tmp_path))
    s3_line.cut()
    gc.disable()
    try:
        asyncio.run(leaves_in_the_middle(app))
        deadline = time.monotonic() + 5
        while s3_line.open_lines and time.monotonic() < deadline:
            time.sleep(0.01)
        left_open = s3_line.open_lines
    finally:
        gc.enable()

    assert left_open == 0


def test_no_more_is_read_than_is_taken(tmp_path: Path) -> None:
    """A viewer on a slow line holds a piece or two, not a clip."""
    app = app_over(with_clip(Folder(tmp_path / "media"), tmp_path))
    read_so_far: list[int] = []

    async def looks(message: Message) -> None:
        if message["type"] == "http.response.body" and message["body"]:
            for fd in Path("/proc/self/fd").iterdir():
                if KEY in str(fd.readlink() if fd.is_symlink() else ""):
                    told = Path("/proc/self/fdinfo", fd.name).read_text()
                    read_so_far.append(int(told.split()[1]))

    asyncio.run(asked(app, looks))

    assert read_so_far == [CHUNK_BYTES, CHUNK_BYTES * 2, len(CONTENT)]


def test_a_bucket_that_is_away_is_said_before_the_answer_begins(
    s3_by_line: S3, s3_line: Proxy, client: NewClient, tmp_path: Path
) -> None:
    """503 and when to come back, not half an answer; then the whole clip."""
    ask = client(app_over(with_clip(s3_by_line, tmp_path)))
    s3_line.refuse()

    away = [ask.get("/v1/media/480p.mp4"), ask.ask("HEAD", "/v1/media/480p.mp4")]

    for one in away:
        assert one.status_code == 503
        assert int(one.headers["retry-after"]) >= 1
    s3_line.mend()
    assert ask.get("/v1/media/480p.mp4").content == CONTENT


def test_what_breaks_in_the_middle_is_no_whole_answer(s3_by_line: S3, s3_line: Proxy, tmp_path: Path) -> None:
    """The bucket is gone for good: the answer never ends as a whole one would, and no byte of it is wrong."""
    app = app_over(with_clip(s3_by_line, tmp_path))
    heard: list[Message] = []

    async def breaks(message: Message) -> None:
        heard.append(message)
        if message["type"] == "http.response.body":
            s3_line.refuse()

    s3_line.slow(len(CONTENT) * 2)
    asyncio.run(asked(app, breaks))

    bodies = [message for message in heard if message["type"] == "http.response.body"]
    came = b"".join(message["body"] for message in bodies)
    assert heard[0]["status"] == 200
    assert CONTENT.startswith(came)
    assert len(came) < len(CONTENT)
    assert all(message["more_body"] for message in bodies)


def test_viewers_of_a_bucket_that_hangs_hold_up_nobody_else(
    s3_by_line: S3, s3_line: Proxy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They wait on threads of their own; ordinary endpoints have theirs."""
    app = app_over(with_clip(s3_by_line, tmp_path))
    s3_line.cut()
    s3_line.freeze()

    async def crowd() -> float:
        async def ignores(_: Message) -> None:
            pass

        viewers = [asyncio.create_task(asked(app, ignores)) for _ in range(60)]
        await asyncio.sleep(0.3)
        began = time.monotonic()
        await asked(app, ignores, "/v1/media/720p.mp4")  # looked up on an ordinary thread: there is none
        waited = time.monotonic() - began
        s3_line.cut()
        s3_line.mend()
        await asyncio.gather(*viewers)
        return waited

    assert asyncio.run(crowd()) < 1


async def asked(app: FastAPI, send: Callable[[Message], Awaitable[None]], path: str = "/v1/media/480p.mp4") -> None:
    """One request by somebody who stays, answered into `send`."""

    async def receive() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    await app({**scope, "asgi": {"version": "3.0", "spec_version": "2.4"}}, receive, send)


async def leaves_in_the_middle(app: FastAPI) -> None:
    """One request by somebody who leaves after the first piece."""
    gone = asyncio.Event()

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            gone.set()
            await asyncio.sleep(0)

    scope = {"type": "http", "method": "GET", "path": "/v1/media/480p.mp4", "headers": [], "query_string": b""}
    await app({**scope, "asgi": {"version": "3.0", "spec_version": "2.3"}}, receive, send)
