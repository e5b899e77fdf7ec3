"""Parts on their way to an S3 server that refuses, freezes, dies or answers late: sent again, and never half there."""

# ruff: noqa: F811 - fixtures are imported, and named where they are used
from __future__ import annotations

import threading
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from api.resident.desk import Desk
from api.resident.sending import parts
from storage.buckets import s3_client
from storage.buckets.s3 import S3
from storage.db import RESIDENT
from storage.identity.clips import originals, sealed_parts
from storage.identity.clips.originals import PART_BYTES
from storage.kit import clock
from storage.objects import Bucket
from tests.api.resident.conftest import NewNeighbour
from tests.api.resident.neighbour import Neighbour, checksum
from tests.servers.proxy import Proxy
from tests.servers.s3 import S3Server, mortal_s3, s3_by_line, s3_line, s3_server  # noqa: F401 - fixtures
from tests.storage.identity.making import bytes_below

CLIP = b"a clip that somebody sends" * 10_000

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def desk(desk: Desk, s3_by_line: S3) -> Desk:
    """The desk, its originals on an S3 server behind a line that can be broken."""
    return with_originals(desk, s3_by_line)


def with_originals(desk: Desk, bucket: Bucket) -> Desk:
    """The desk with another bucket."""
    return replace(desk, stores=replace(desk.stores, originals=bucket))


def put(ada: Neighbour, url: str, content: bytes = CLIP) -> httpx.Response:
    """Sends a part."""
    return ada.ask("PUT", url, content=content, headers=checksum(content))


def stored(desk: Desk) -> list[str]:
    """What the bucket holds."""
    return list(desk.stores.originals.keys(older_than=clock.now() + clock.HOUR))


def received(ada: Neighbour, upload_id: str) -> list[bool]:
    """Which parts have arrived."""
    return [part["received"] for part in ada.get(f"/v1/uploads/{upload_id}")["parts"]]


def plain(desk: Desk, upload_id: str) -> bytes:
    """What a worker would read of it."""
    with desk.stores.vault.read() as conn:
        key = originals.key_of(conn, desk.stores.vault, upload_id)
        names = originals.object_keys(conn, upload_id)
    streams = (sealed_parts.unseal(key, desk.stores.originals.chunks(name)) for name in names)
    return b"".join(piece for stream in streams for piece in stream)


def test_a_clip_in_parts_arrives_sealed(
    ada: Neighbour,
    desk: Desk,
    s3_server: S3Server,
    s3_line: Proxy,
) -> None:
    """The server's disk holds noise; read over a line that breaks, it is what was sent."""
    content = CLIP * (PART_BYTES // len(CLIP) + 1)

    upload_id = ada.upload(content)

    assert len(stored(desk)) == 2
    assert CLIP[:26] not in bytes_below(s3_server.folder)
    for after in (PART_BYTES // 3, PART_BYTES // 2, 100_000):
        s3_line.cut_after(after)
        assert plain(desk, upload_id) == content


@pytest.mark.parametrize("fault", ["refuse", "freeze"])
def test_a_part_is_sent_again_when_the_bucket_was_away(
    ada: Neighbour,
    desk: Desk,
    s3_line: Proxy,
    fault: str,
) -> None:
    """503, and when to come back; nothing of it is there meanwhile."""
    begun = ada.begin(len(CLIP))
    url = begun["parts"][0]["url"]
    getattr(s3_line, fault)()

    away = put(ada, url)

    assert (away.status_code, away.json()["error"]["code"]) == (503, "unavailable")
    assert 1 <= int(away.headers["retry-after"]) <= 10
    assert received(ada, begun["upload_id"]) == [False]
    s3_line.cut()
    s3_line.mend()
    assert put(ada, url).status_code == 200
    assert received(ada, begun["upload_id"]) == [True]
    assert plain(desk, begun["upload_id"]) == CLIP


def test_a_program_goes_on_answering_while_the_bucket_is_frozen(
    ada: Neighbour,
    neighbour: NewNeighbour,
    s3_line: Proxy,
) -> None:
    """Whoever asks for something else does not wait for it."""
    begun, bob = ada.begin(len(CLIP)), neighbour("bob")
    answers: list[httpx.Response] = []
    s3_line.freeze()
    sending = threading.Thread(target=lambda: answers.append(put(ada, begun["parts"][0]["url"])))
    sending.start()

    assert [bob.ask("GET", "/v1/posts/mine").status_code for _ in range(5)] == [200] * 5

    assert answers == []
    s3_line.cut()
    s3_line.mend()
    sending.join(30)
    assert answers[0].status_code in (200, 503)


def test_a_bucket_killed_in_the_middle_of_a_part(
    desk: Desk,
    app: FastAPI,
    ada: Neighbour,
    mortal_s3: S3Server,
) -> None:
    """Gone for a while: the part is not there, then it is sent again and whole."""
    mortal_s3.make("originals")
    content = CLIP * 16
    with Proxy(f"127.0.0.1:{mortal_s3.port}") as line:
        bucket = S3(mortal_s3.url("originals", port=line.port))
        bucket.demand_private()
        app.state.desk = mended = with_originals(desk, bucket)
        begun = ada.begin(len(content))
        line.slow(len(content) * 2)
        killer = threading.Timer(0.25, mortal_s3.kill)
        killer.start()

        broken = put(ada, begun["parts"][0]["url"], content)

        killer.join()
        assert broken.status_code == 503
        assert received(ada, begun["upload_id"]) == [False]
        mortal_s3.start()
        line.mend()
        assert stored(mended) == []
        assert put(ada, begun["parts"][0]["url"], content).status_code == 200
        assert plain(mended, begun["upload_id"]) == content


def test_a_lost_answer_is_no_lost_part(ada: Neighbour, desk: Desk, s3_line: Proxy) -> None:
    """The server kept it and its answer was lost: asked again, it is there once."""
    begun = ada.begin(len(CLIP))
    put(ada, begun["parts"][0]["url"])
    s3_line.cut_after(len(CLIP) + 500)

    again = put(ada, begun["parts"][0]["url"])

    assert again.status_code == 200
    assert len(stored(desk)) == 1
    assert plain(desk, begun["upload_id"]) == CLIP


def test_older_bytes_that_cannot_be_deleted_wait_for_the_sweeper(
    ada: Neighbour, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newer part stands; whoever sent it hears nothing of it."""
    begun = ada.begin(len(CLIP))
    put(ada, begun["parts"][0]["url"])

    def away(*_: object) -> None:
        raise s3_client.away()

    with monkeypatch.context() as broken:
        broken.setattr(S3, "delete", away)
        assert put(ada, begun["parts"][0]["url"]).status_code == 200

    assert len(stored(desk)) == 2
    with desk.stores.vault.read() as conn:
        assert len(originals.confirmed(conn, stored(desk))) == 1


def test_a_sender_evicted_by_another_process_stops(ada: Neighbour, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks the vault once a second; here, at each piece."""
    monkeypatch.setattr(parts, "ASK_EVERY_SECONDS", 0)
    begun = ada.begin(PART_BYTES)
    with desk.stores.vault.read() as conn:
        upload = originals.one(conn, begun["upload_id"])
    came: list[int] = []

    async def long() -> object:
        for number in range(8):
            came.append(number)
            if number == 2:
                with desk.stores.vault.write(by=RESIDENT) as tx:
                    originals.start_part(tx, upload, 1)
            yield bytes(PART_BYTES // 8)

    answer = ada.ask("PUT", begun["parts"][0]["url"], content=long(), headers=checksum(bytes(PART_BYTES)))

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "evicted")
    assert stored(desk) == []
