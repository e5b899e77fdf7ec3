"""A bucket on an S3 server that is slow, refuses, breaks off, dies or freezes: whole bytes, or an error."""

# ruff: noqa: F811 - fixtures are imported, and named where they are used
from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.buckets import s3, s3_client
from storage.buckets.s3 import BREAKS, S3
from storage.kit.clock import DAY, now
from storage.kit.errors import NotThere, Unavailable
from storage.kit.ids import new_id
from storage.objects import CHUNK_BYTES
from tests.servers.far_side import Asked, FarSide, Said
from tests.servers.proxy import Proxy
from tests.servers.s3 import S3Server, an_empty_bucket, mortal_s3, s3_by_line, s3_line, s3_server  # noqa: F401 - fixtures

CONTENT = os.urandom(CHUNK_BYTES * 6 + 77)
SLOW_DOWN = Said(503, b"<Error><Code>SlowDown</Code></Error>")


@pytest.fixture
def bucket(s3_server: S3Server) -> S3:
    """An empty bucket on a server that stays well."""
    return an_empty_bucket(s3_server)


def put(bucket: S3, tmp_path: Path, content: bytes = CONTENT) -> str:
    """Puts a file; its key."""
    file, key = tmp_path / "finished", new_id()
    file.write_bytes(content)
    bucket.put(key, file)
    return key


def keys(bucket: S3) -> list[str]:
    """All keys there are."""
    return list(bucket.keys(older_than=now() + DAY))


def at(port: int) -> S3:
    """A bucket on a scripted server, of which it is taken for granted that it is private."""
    bucket = S3(f"s3+http://key:secret@127.0.0.1:{port}/media")
    bucket._private = True
    return bucket


def test_a_wrong_key_opens_nothing(s3_server: S3Server, bucket: S3, tmp_path: Path) -> None:
    """The server checks signatures; what is said names neither server nor bucket nor key."""
    key = put(bucket, tmp_path)
    good = s3_server.url(bucket.address.bucket)
    wrong = S3(good.replace(s3_server.key, "somebody"))
    uses: list[Callable[[], object]] = [
        lambda: next(wrong.chunks(key)),
        lambda: wrong.size(key),
        lambda: put(wrong, tmp_path),
        lambda: keys(wrong),
        lambda: wrong.delete(key),
    ]

    for use in uses:
        with pytest.raises(Unavailable) as refused:
            use()
        assert refused.value.__cause__ is None
        for secret in ("127.0.0.1", str(s3_server.port), bucket.address.bucket, "somebody", bucket.address.secret):
            assert secret not in str(refused.value)

    assert bucket.size(key) == len(CONTENT)


@pytest.mark.parametrize("after", [1000, CHUNK_BYTES, CHUNK_BYTES * 3 + 5, len(CONTENT)])
def test_a_stream_that_breaks_goes_on_where_it_broke(
    s3_by_line: S3, s3_line: Proxy, tmp_path: Path, after: int
) -> None:
    """Every byte comes once."""
    key = put(s3_by_line, tmp_path)

    s3_line.cut_after(after)
    read = b"".join(s3_by_line.chunks(key, 3, len(CONTENT) - 3))

    assert read == CONTENT[3:-3]


def test_a_stream_that_stalls_goes_on_where_it_stalled(s3_by_line: S3, s3_line: Proxy, tmp_path: Path) -> None:
    """After a while without a byte the line is given up and another taken."""
    key = put(s3_by_line, tmp_path, CONTENT * 8)
    pieces = s3_by_line.chunks(key)
    first = next(pieces)
    s3_line.freeze()
    mending = threading.Timer(1.5, s3_line.mend)
    mending.start()

    rest = b"".join(pieces)

    mending.join()
    assert first + rest == CONTENT * 8


def test_a_slow_stream_is_no_broken_one(s3_by_line: S3, s3_line: Proxy, tmp_path: Path) -> None:
    """What takes longer than anybody waits for a piece comes all the same, piece by piece, over one line."""
    key = put(s3_by_line, tmp_path)
    s3_line.slow(len(CONTENT) / 2)
    began = time.monotonic()

    read = b"".join(s3_by_line.chunks(key))

    assert read == CONTENT
    assert time.monotonic() - began > s3_client.READ_SECONDS
    assert s3_line.open_lines == 1


def test_a_server_that_dies_for_good_ends_the_stream(mortal_s3: S3Server, tmp_path: Path) -> None:
    """With an error, never with the end of the bytes."""
    bucket = S3(mortal_s3.make("media"))
    key = put(bucket, tmp_path, CONTENT * 8)
    pieces = bucket.chunks(key)
    first = next(pieces)

    mortal_s3.kill()

    with pytest.raises(Unavailable):
        b"".join(pieces)
    assert first == CONTENT[:CHUNK_BYTES]


def test_an_object_deleted_in_the_middle_ends_the_stream(s3_by_line: S3, s3_line: Proxy, tmp_path: Path) -> None:
    """Once the line breaks, what is gone is gone."""
    key = put(s3_by_line, tmp_path, CONTENT * 8)
    pieces = s3_by_line.chunks(key)
    next(pieces)
    s3_by_line.delete(key)
    s3_line.cut()

    with pytest.raises(NotThere):
        list(pieces)


def test_a_reader_does_not_try_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that breaks off before each first byte is given up after a few tries, and asked for the same object."""

    def breaks_off(asked: Asked) -> Said:
        start = 0 if "range" not in asked.headers else int(asked.headers["range"][6:].split("-")[0])
        told = {"content-length": str(10 - start), "content-range": f"bytes {start}-9/10", "etag": '"one"'}
        body = b"01" if start == 0 else b""
        return Said(206 if "range" in asked.headers else 200, body, {**told, "connection": "close"})

    monkeypatch.setattr(s3, "CHUNK_BYTES", 2)
    with FarSide(breaks_off) as server:
        pieces = at(server.port).chunks(new_id())
        read = [next(pieces)]
        with pytest.raises(Unavailable):
            read.extend(pieces)

    assert read == [b"01"]
    assert len(server.asked) == BREAKS
    assert [asked.headers.get("range") for asked in server.asked[1:]] == ["bytes=2-9"] * (BREAKS - 1)
    assert {asked.headers.get("if-match") for asked in server.asked[1:]} == {'"one"'}


def test_a_server_that_knows_no_ranges_is_not_believed() -> None:
    """The first bytes are not the ones asked for."""
    with FarSide(lambda _: Said(200, b"0123456789", {"etag": '"one"'})) as server, pytest.raises(Unavailable):
        list(at(server.port).chunks(new_id(), 5, 7))


def test_bytes_that_changed_in_the_store_are_found() -> None:
    """Where the server keeps the checksum we sent, reading all of them compares it."""
    sum_of_others = "LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564="  # of b"foo"
    told = {"etag": '"one"', "x-amz-checksum-sha256": sum_of_others}
    with FarSide(lambda _: Said(200, b"bar", told)) as server, pytest.raises(Unavailable):
        list(at(server.port).chunks(new_id()))


def test_a_busy_server_is_asked_again() -> None:
    """503 SlowDown once is nothing anybody hears of; for ever, it is said."""
    answers = [SLOW_DOWN, Said(headers={"etag": '"one"'})]
    with FarSide(lambda _: answers.pop(0) if answers else SLOW_DOWN) as server:
        bucket = at(server.port)
        with bucket.draft(new_id()) as draft:
            draft.write(b"x")
            draft.keep()
        asked_before = len(server.asked)

        with pytest.raises(Unavailable):
            bucket.size(new_id())

    assert asked_before == 2
    assert len(server.asked) - asked_before == s3_client.ATTEMPTS


def test_what_is_sent_is_named_by_its_checksum(tmp_path: Path) -> None:
    """The server can tell whether it got what we sent."""
    with FarSide(lambda _: Said(headers={"etag": '"one"'})) as server:
        put(at(server.port), tmp_path, b"foo")

    assert [asked.body for asked in server.asked] == [b"foo"]
    assert server.asked[0].headers["x-amz-checksum-sha256"] == "LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564="


def test_a_large_file_comes_back_whole(bucket: S3, tmp_path: Path) -> None:
    """It is sent in several parts, and is one object."""
    content = os.urandom(s3.MULTIPART_FROM + 5_000_001)

    key = put(bucket, tmp_path, content)

    assert bucket.size(key) == len(content)
    assert b"".join(bucket.chunks(key)) == content
    assert unfinished(bucket) == []


@pytest.mark.parametrize("size", [CHUNK_BYTES * 4, s3.MULTIPART_FROM + 1])
def test_a_put_that_breaks_leaves_nothing_half(mortal_s3: S3Server, tmp_path: Path, size: int) -> None:
    """Killed in the middle: not there; sent again it is there. What multipart left is aborted by the sweeper."""
    with Proxy(f"127.0.0.1:{mortal_s3.port}") as line:
        mortal_s3.make("media")
        bucket = S3(mortal_s3.url("media", port=line.port))
        put(bucket, tmp_path, b"seen to be private")
        before, content = keys(bucket), os.urandom(size)
        line.slow(size * 2)  # all of it, or each of its parts, takes longer than the server lives
        killer = threading.Timer(0.2, mortal_s3.kill)
        killer.start()
        with pytest.raises(Unavailable):
            put(bucket, tmp_path, content)
        killer.join()

        mortal_s3.start()
        line.mend()

        assert keys(bucket) == before
        assert unfinished(bucket) == []
        assert b"".join(bucket.chunks(put(bucket, tmp_path, content))) == content


def test_connections_are_not_shared_with_a_child(bucket: S3, tmp_path: Path) -> None:
    """RQ forks: parent and child read at the same time, and each reads its own bytes."""
    mine, theirs = put(bucket, tmp_path, CONTENT), put(bucket, tmp_path, CONTENT[::-1])
    pieces = bucket.chunks(mine)
    first = next(pieces)

    child = os.fork()
    if child == 0:
        right = all(b"".join(bucket.chunks(theirs)) == CONTENT[::-1] for _ in range(3))
        os._exit(0 if right else 1)
    rest = b"".join(pieces)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert first + rest == CONTENT
    assert b"".join(bucket.chunks(mine)) == CONTENT


def test_a_listing_has_more_than_a_page(s3_server: S3Server, bucket: S3) -> None:
    """All of 1,201 keys, and nothing that is no key."""
    folder = s3_server.folder / "data" / bucket.address.bucket
    there = {new_id() for _ in range(1200)} | {"z" * 26}
    for key in there:
        (folder / key).write_bytes(b"x")
    (folder / "probe-left-by-a-crash").write_bytes(b"x")

    assert set(keys(bucket)) == there


def unfinished(bucket: S3) -> list[str]:
    """Multipart uploads that nobody completed or aborted."""
    found = bucket.client.list_multipart_uploads(Bucket=bucket.address.bucket)
    return [left["Key"] for left in found.get("Uploads", [])]
