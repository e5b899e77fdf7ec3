"""The files of a post's media: plain ones, playlists and pieces."""

# ruff: noqa: F811 - fixtures are imported, and named where they are used
from __future__ import annotations

import asyncio
import gc
import itertools
import os
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from fastapi import Depends, FastAPI, Request, Response
from starlette.types import Message

from api.http import new_app
from api.media import MediaDoor, Span, wanted
from api.who import anyone
from feed import posting
from feed.bell import Bell
from storage.buckets.s3 import S3
from storage.buckets.s3_client import READ_SECONDS
from storage.db import AIRLOCK, OPERATOR, Database
from storage.kit.errors import PorchlightError
from storage.kit.ids import PostId, new_id
from storage.objects import CHUNK_BYTES, Bucket, Folder
from storage.posts.posts import MediaState, Post, Rendition, Verb
from storage.posts.segments import Piece
from tests import builders
from tests.api.asking import Client
from tests.api.conftest import NewClient
from tests.servers.proxy import Proxy
from tests.servers.s3 import an_empty_bucket, s3_by_line, s3_line, s3_server  # noqa: F401 - fixtures

CONTENT = os.urandom(CHUNK_BYTES * 2 + 77)
KEY = "k" * 26

pytestmark = [pytest.mark.engines("sqlite"), pytest.mark.usefixtures("city")]


@pytest.fixture(params=["folder", "s3"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Bucket:
    """The media bucket, on each engine, the clip in it."""
    if request.param == "folder":
        bucket: Bucket = Folder(tmp_path / "media")
    else:
        bucket = an_empty_bucket(request.getfixturevalue("s3_server"))
    return with_clip(bucket, tmp_path)


@pytest.fixture
def app(record: Database, bucket: Bucket) -> FastAPI:
    """Serves a post's media: a clip, a file of a kind we do not serve, and one whose bytes are gone."""
    return app_over(record, bucket)


def with_clip(bucket: Bucket, tmp_path: Path) -> Bucket:
    """The bucket, the clip in it."""
    (tmp_path / "clip").write_bytes(CONTENT)
    bucket.put(KEY, tmp_path / "clip")
    return bucket


def app_over(record: Database, bucket: Bucket) -> FastAPI:
    """The app over that bucket."""
    files = (
        Rendition("480p.mp4", KEY, 854, 480, len(CONTENT)),
        builders.a_rendition("page.html", key=KEY),
        builders.a_rendition("gone.mp4"),
    )
    post = builders.a_recorded_post(record, builders.a_new_post())
    return app_showing(MediaDoor(record, bucket), replace(post, media_state=MediaState.READY, renditions=files))


def app_showing(door: MediaDoor, post: Post) -> FastAPI:
    """An app that shows anybody this post."""
    app = new_app("staff")

    @app.api_route("/v1/media/{file}", methods=["GET", "HEAD"], dependencies=[Depends(anyone)])
    def play(file: str, request: Request) -> Response:
        return door.answer(request, post, file)

    return app


@pytest.fixture
def ask(app: FastAPI, client: NewClient) -> Client:
    """Somebody with a player."""
    return client(app)


def test_the_whole_file_is_streamed(ask: Client) -> None:
    """With its type and length, and that ranges are understood."""
    answer = ask.get("/v1/media/480p.mp4")

    assert (answer.status_code, answer.content == CONTENT) == (200, True)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["accept-ranges"] == "bytes"


def test_nothing_about_the_file_leaks(ask: Client) -> None:
    """No key, no date, no digest, in an answer or a refusal; no cache keeps it, and opened as a page it can nothing."""
    asked = [("GET", "480p.mp4", ""), ("GET", "480p.mp4", "bytes=7-9"), ("GET", "480p.mp4", f"bytes={10**9}-")]
    asked += [("HEAD", "480p.mp4", ""), ("GET", "gone.mp4", ""), ("GET", "nothing.jpg", ""), ("POST", "480p.mp4", "")]

    answers = [ask.ask(method, f"/v1/media/{file}", headers={"range": span}) for method, file, span in asked]

    assert [answer.status_code for answer in answers] == [200, 206, 416, 200, 404, 404, 405]
    for answer in answers:
        told = answer.headers
        assert not {"etag", "last-modified", "date", "server", "digest", "content-md5"} & set(told)
        assert KEY not in str(told)
        assert told["cache-control"] == "private, no-store"
        assert told["content-security-policy"] == "sandbox; default-src 'none'"
        assert told["x-content-type-options"] == "nosniff"
        assert told["content-disposition"].startswith('inline; filename="porchlight-clip')
        assert (told["cross-origin-resource-policy"], told["referrer-policy"]) == ("same-origin", "no-referrer")
    assert answers[0].headers["content-disposition"] == 'inline; filename="porchlight-clip.mp4"'


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


def test_a_viewer_who_leaves_keeps_no_file_open(record: Database, tmp_path: Path) -> None:
    """The file is closed there and then, without waiting for a garbage collection."""
    app = app_over(record, with_clip(Folder(tmp_path / "media"), tmp_path))
    gc.disable()
    try:
        asyncio.run(leaves_in_the_middle(app))
        held = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    finally:
        gc.enable()

    assert not any(KEY in str(file) for file in held)


def test_a_viewer_who_leaves_keeps_no_line_to_s3_open(
    record: Database, s3_by_line: S3, s3_line: Proxy, tmp_path: Path
) -> None:
    """What was not read yet is not fetched."""
    app = app_over(record, with_clip(s3_by_line, tmp_path))
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


def test_no_more_is_read_than_is_taken(record: Database, tmp_path: Path) -> None:
    """A viewer on a slow line holds a piece or two, not a clip."""
    app = app_over(record, with_clip(Folder(tmp_path / "media"), tmp_path))
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
    record: Database, s3_by_line: S3, s3_line: Proxy, client: NewClient, tmp_path: Path
) -> None:
    """503 and when to come back, not half an answer; then the whole clip."""
    ask = client(app_over(record, with_clip(s3_by_line, tmp_path)))
    s3_line.refuse()

    away = [ask.get("/v1/media/480p.mp4"), ask.ask("HEAD", "/v1/media/480p.mp4")]

    for one in away:
        assert one.status_code == 503
        assert int(one.headers["retry-after"]) >= 1
    s3_line.mend()
    assert ask.get("/v1/media/480p.mp4").content == CONTENT


def test_what_breaks_in_the_middle_is_no_whole_answer(
    record: Database, s3_by_line: S3, s3_line: Proxy, tmp_path: Path
) -> None:
    """The bucket is gone for good: the answer never ends as a whole one would, and no byte of it is wrong."""
    app = app_over(record, with_clip(s3_by_line, tmp_path))
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
    record: Database, s3_by_line: S3, s3_line: Proxy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They wait on threads of their own; ordinary endpoints have theirs."""
    app = app_over(record, with_clip(s3_by_line, tmp_path))
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

    # At once, on a machine that is not busy. Who waited for one of their threads would wait until a read is given up.
    assert asyncio.run(crowd()) < READ_SECONDS / 2


@dataclass(frozen=True)
class Arrived:
    """A clip on the record, and its bytes: the first rung in pieces, a larger one in one file."""

    record: Database
    bell: Bell
    bucket: Bucket
    post_id: PostId
    small: tuple[bytes, ...]
    large: bytes
    ask: Callable[[], Client]

    def get(self, file: str, span: str = "") -> httpx.Response:
        """Asked by somebody who comes now."""
        return self.ask().get(f"/v1/media/{file}", headers={"range": span} if span else {})

    def arrive(self, *, whole: bool) -> None:
        """The rest of the first rung comes, or all of the clip."""
        pieces = [put(self.bucket, number, self.small[number]) for number in (2, 3)]
        with self.record.write(by=AIRLOCK) as tx:
            posting.arrive(tx, self.bell, self.post_id, "480p.mp4", pieces, generation=1, whole=whole)

    def grow(self) -> None:
        """The larger rung comes, in pieces of 100, 300 and the rest."""
        key = put(self.bucket, 0, self.large).key
        ranges = [
            Piece(0, key, 0, 100, 0),
            Piece(1, key, 100, 300, 2000),
            Piece(2, key, 400, len(self.large) - 400, 2000),
        ]
        file = Rendition("720p.mp4", key, 1280, 720, len(self.large))
        with self.record.write(by=AIRLOCK) as tx:
            posting.add_media(tx, self.bell, self.post_id, [file], generation=1, last=True, pieces={"720p.mp4": ranges})


@pytest.fixture
def arrived(record: Database, bell: Bell, client: NewClient, bucket: Bucket) -> Arrived:
    """A post whose first piece has come."""
    small, new = tuple(os.urandom(size) for size in (700, CHUNK_BYTES + 5, 3_000, 1_000)), builders.a_new_post()
    pieces = [put(bucket, number, small[number]) for number in (0, 1)]
    with record.write(by=AIRLOCK) as tx:
        files = [builders.a_rendition("poster.jpg")]
        posting.publish(tx, bell, new, files, generation=1, first=builders.arriving(pieces))

    door = MediaDoor(record, bucket)

    def ask() -> Client:
        return client(app_showing(door, builders.the_post(record, new.id)))

    return Arrived(record, bell, bucket, new.id, small, os.urandom(5_000), ask)


def put(bucket: Bucket, number: int, content: bytes) -> Piece:
    """Bytes in the bucket, as a piece."""
    piece = Piece(number, new_id(), 0, len(content), 2000 if number else 0)
    with bucket.draft(piece.key) as draft:
        draft.write(content)
        draft.keep()
    return piece


def test_a_clip_plays_while_it_arrives(arrived: Arrived) -> None:
    """Playlists name what has come, and each piece is its bytes; the whole file is not there, nor what comes next."""
    master, playlist = arrived.get("clip.m3u8"), arrived.get("480p.m3u8")

    assert "480p.m3u8" in master.text.splitlines()
    assert playlist.text.splitlines()[-2:] == ["#EXTINF:2.000,", "480p-1.m4s"]
    assert {one.headers["content-type"] for one in (master, playlist)} == {"application/vnd.apple.mpegurl"}
    assert playlist.headers["content-disposition"] == 'inline; filename="porchlight-clip.m3u8"'
    init, piece = arrived.get("480p-0.mp4"), arrived.get("480p-1.m4s")
    assert (init.content, init.headers["content-type"]) == (arrived.small[0], "video/mp4")
    assert (piece.content, piece.headers["content-type"]) == (arrived.small[1], "video/iso.segment")
    assert arrived.get("480p-1.m4s", "bytes=5-8").content == arrived.small[1][5:9]
    assert arrived.get("480p.mp4").status_code == 404
    assert arrived.get("480p-2.m4s").status_code == 404

    arrived.arrive(whole=False)

    assert arrived.get("480p.m3u8").text.splitlines()[-1] == "480p-3.m4s"
    assert arrived.get("480p-2.m4s").content == arrived.small[2]
    assert arrived.get("480p.mp4").status_code == 404


def test_a_whole_rung_is_one_file_too(arrived: Arrived) -> None:
    """Its pieces one after the other, in any range, whatever borders it crosses."""
    arrived.arrive(whole=True)
    whole = b"".join(arrived.small)

    assert arrived.get("480p.m3u8").text.endswith("480p-3.m4s\n#EXT-X-ENDLIST\n")
    assert arrived.get("480p.mp4").content == whole
    borders = [0, 1, 699, 700, 701, 700 + CHUNK_BYTES + 5, len(whole) - 1_001, len(whole) - 1]
    for start, end in itertools.combinations(borders, 2):
        part = arrived.get("480p.mp4", f"bytes={start}-{end}")
        assert (part.status_code, part.content == whole[start : end + 1]) == (206, True)
        assert part.headers["content-range"] == f"bytes {start}-{end}/{len(whole)}"
    assert arrived.get("480p.mp4", f"bytes={len(whole)}-").status_code == 416
    head = arrived.ask().ask("HEAD", "/v1/media/480p.mp4")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(whole)))


@pytest.mark.parametrize("bucket", ["folder"], indirect=True)
def test_a_post_that_is_withdrawn_while_it_is_asked_for_is_not_there(arrived: Arrived) -> None:
    """Read when it stood: the file whose pieces the record has forgotten meanwhile is no empty one."""
    arrived.arrive(whole=True)
    ask = arrived.ask()
    with arrived.record.write(by=AIRLOCK) as tx:
        posting.end(tx, arrived.bell, arrived.post_id, Verb.WITHDRAW)

    asked = [("GET", ""), ("GET", "bytes=0-5"), ("HEAD", "")]
    answers = [ask.ask(method, "/v1/media/480p.mp4", headers={"range": span}) for method, span in asked]

    assert [one.status_code for one in answers] == [404, 404, 404]


@pytest.mark.parametrize("bucket", ["folder"], indirect=True)
@pytest.mark.parametrize("verb", [Verb.HIDE, Verb.WITHDRAW])
def test_a_post_taken_back_while_the_bucket_was_slow_is_not_shown(
    arrived: Arrived, monkeypatch: pytest.MonkeyPatch, verb: Verb
) -> None:
    """Between being let in and the first byte: not one goes out."""
    chunks = arrived.bucket.chunks

    def slowly(key: str, start: int, end: int) -> Iterator[bytes]:
        with arrived.record.write(by=OPERATOR) as tx:
            if verb is Verb.WITHDRAW:
                posting.end(tx, arrived.bell, arrived.post_id, verb)
            else:
                posting.decide(tx, arrived.bell, arrived.post_id, verb, reason="privacy")
        yield from chunks(key, start, end)

    monkeypatch.setattr(arrived.bucket, "chunks", slowly)

    assert arrived.get("480p-1.m4s").status_code == 404


def test_a_larger_rung_plays_in_ranges_of_its_file(arrived: Arrived) -> None:
    """Every range its playlist names is there, and together they are the file."""
    arrived.arrive(whole=True)
    arrived.grow()

    assert arrived.get("clip.m3u8").text.splitlines()[-1] == "720p.m3u8"
    told = arrived.get("720p.m3u8").text
    assert '#EXT-X-MAP:URI="720p.mp4",BYTERANGE="100@0"' in told
    spans = [(0, 100)] + [
        (int(start), int(size)) for size, start in re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)\n720p.mp4", told)
    ]
    parts = [arrived.get("720p.mp4", f"bytes={start}-{start + size - 1}").content for start, size in spans]
    assert b"".join(parts) == arrived.large == arrived.get("720p.mp4").content


@pytest.mark.parametrize("bucket", ["folder"], indirect=True)
@pytest.mark.parametrize(
    "file",
    [
        *("480p-01.m4s", "480p-1.mp4", "480p-0.m4s", "480p-9.m4s", "480p-1000000.m4s", "480p--1.m4s", "480p-.m4s"),
        *("720p-1.m4s", "720p.m3u8", "poster.m3u8", "poster-0.mp4", "480p.mp4.m3u8", "clip.mp4", "CLIP.m3u8", "clip"),
        *("480p-%D9%A1.m4s", "480p-1.m4s%00", "%2e%2e%2f480p-1.m4s", ".m3u8", "-1.m4s"),
    ],
)
def test_no_other_name_is_a_piece(arrived: Arrived, file: str) -> None:
    """One address for each, and no way around it."""
    assert arrived.get(file).status_code == 404


@pytest.mark.parametrize("bucket", ["folder"], indirect=True)
def test_a_head_asks_the_same_of_every_file(arrived: Arrived) -> None:
    """Type and length, and no bytes."""
    arrived.arrive(whole=True)
    for file in ("clip.m3u8", "480p.m3u8", "480p-0.mp4", "480p-1.m4s", "480p.mp4"):
        whole, head = arrived.get(file), arrived.ask().ask("HEAD", f"/v1/media/{file}")

        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-length", "content-type", "content-disposition", "cache-control"):
            assert head.headers[name] == whole.headers[name], (file, name)


@pytest.mark.parametrize("bucket", ["folder"], indirect=True)
def test_a_clip_of_old_has_no_playlist(ask: Client) -> None:
    """One file, without pieces: as it always was."""
    assert ask.get("/v1/media/clip.m3u8").status_code == 404
    assert ask.get("/v1/media/480p.m3u8").status_code == 404
    assert ask.get("/v1/media/480p.mp4").content == CONTENT


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
