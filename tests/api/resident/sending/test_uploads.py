"""Uploads: a signed address takes one part from whoever holds it, and nothing else from anybody."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from api.resident.desk import Desk
from api.resident.sending import parts, senders
from storage.identity.clips import originals, sealed_parts
from storage.identity.clips.originals import PART_BYTES
from storage.identity.limits import Limit
from storage.identity.schema import upload_parts
from storage.kit import clock
from tests.api.conftest import NewClient
from tests.api.resident.conftest import NewNeighbour
from tests.api.resident.neighbour import Neighbour, checksum
from tests.storage.identity.making import bytes_below

CLIP = b"a clip that somebody sends"


def put(ada: Neighbour, url: str, content: bytes = CLIP, **headers: str) -> httpx.Response:
    """Sends a part."""
    return ada.ask("PUT", url, content=content, headers={**checksum(content), **headers})


def stored(desk: Desk) -> int:
    """How many objects the originals' bucket holds."""
    return len(list(desk.stores.originals.keys(older_than=clock.now() + clock.HOUR)))


def test_a_clip_in_parts_arrives_as_it_was_sent(ada: Neighbour, desk: Desk) -> None:
    """In any order; what is on the disk is sealed."""
    content = CLIP * (PART_BYTES // len(CLIP) + 1)
    begun = ada.begin(len(content))
    assert [part["number"] for part in begun["parts"]] == [1, 2]
    for part in reversed(begun["parts"]):
        piece = content[(part["number"] - 1) * PART_BYTES :][:PART_BYTES]
        assert put(ada, part["url"], piece).json() == {"number": part["number"]}

    finished = ada.ask("POST", f"/v1/uploads/{begun['upload_id']}/finish")

    assert finished.json() == {"state": "complete"}
    with desk.stores.vault.read() as conn:
        key = originals.key_of(conn, desk.stores.vault, begun["upload_id"])
        names = originals.object_keys(conn, begun["upload_id"])
    sealed = [b"".join(desk.stores.originals.chunks(name)) for name in names]
    assert b"".join(b"".join(sealed_parts.unseal(key, [one])) for one in sealed) == content
    assert CLIP not in b"".join(sealed)
    assert CLIP not in bytes_below(desk.identity.folder.parent)


def test_no_log_in_is_needed_where_the_address_is_signed(ada: Neighbour, client: NewClient, app: FastAPI) -> None:
    """As with S3: whoever holds it may send this one part."""
    begun = ada.begin(len(CLIP))
    stranger = Neighbour(client(app), ada.block)

    assert put(stranger, begun["parts"][0]["url"]).status_code == 200
    assert ada.get(f"/v1/uploads/{begun['upload_id']}")["parts"][0]["received"] is True


@pytest.mark.parametrize("change", ["upload", "number", "expires", "signature", "ä", "short", "expired"])
def test_an_address_cannot_be_made_up(ada: Neighbour, desk: Desk, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    """A changed address is one that is not there, byte for byte; nothing is stored."""
    if change == "expired":
        monkeypatch.setattr(parts, "ADDRESS_LIFE", -1)
    begun, other = ada.begin(PART_BYTES + 1), ada.begin(len(CLIP))
    url = begun["parts"][0]["url"]
    changed = {
        "upload": url.replace(begun["upload_id"], other["upload_id"]),
        "number": url.replace("/parts/1", "/parts/2"),
        "expires": re.sub(r"expires=\d", "expires=9", url),
        "signature": url[:-1] + ("0" if url[-1] != "0" else "1"),
        "ä": url[:-1] + "ä",
        "short": url[:-2],
        "expired": url,
    }[change]

    answer = put(ada, changed)

    assert answer.status_code == 404
    assert answer.json() == ada.ask("GET", "/v1/nothing").json()
    assert stored(desk) == 0


@pytest.mark.parametrize(
    ("content", "sent"),
    [(CLIP, CLIP[:-1] + b"X"), (CLIP, CLIP[:-1]), (CLIP, CLIP + b"X"), (CLIP, b""), (CLIP, CLIP * 9)],
    ids=["changed", "short", "long", "empty", "much longer"],
)
def test_a_part_that_is_not_what_it_was_said_to_be_is_thrown_away(
    ada: Neighbour, desk: Desk, content: bytes, sent: bytes
) -> None:
    """Its checksum, or its length: it is as if it had never come, and can be sent again."""
    begun = ada.begin(len(content))
    url = begun["parts"][0]["url"]

    answer = put(ada, url, sent, **checksum(content))
    own = put(ada, url, sent) if len(sent) != len(content) else answer

    for one in (answer, own):
        assert (one.status_code, one.json()["error"]["code"]) == (422, "checksum")
    assert ada.get(f"/v1/uploads/{begun['upload_id']}")["parts"][0]["received"] is False
    assert stored(desk) == 0
    assert put(ada, url, content).status_code == 200


@pytest.mark.parametrize("header", ["", "not base64!", "ü", "AAAA", "A" * 90])
def test_a_checksum_that_is_none_is_refused(ada: Neighbour, header: str) -> None:
    """Whatever it is instead."""
    begun = ada.begin(len(CLIP))

    answer = ada.ask(
        "PUT", begun["parts"][0]["url"], content=CLIP, headers={b"x-amz-checksum-sha256": header.encode("latin-1")}
    )

    assert answer.status_code == 422
    assert ada.ask("PUT", begun["parts"][0]["url"], content=CLIP).status_code == 422


def test_a_sender_that_broke_off_leaves_nothing(ada: Neighbour, app: FastAPI, desk: Desk) -> None:
    """Neither a part nor bytes in the bucket."""
    begun = ada.begin(len(CLIP))
    path, _, query = begun["parts"][0]["url"].partition("?")
    headers = [(name.encode(), value.encode()) for name, value in checksum(CLIP).items()]
    scope = {"type": "http", "method": "PUT", "path": path, "query_string": query.encode(), "headers": headers}
    heard: list[dict[str, object]] = [
        {"type": "http.request", "body": CLIP[:5], "more_body": True},
        {"type": "http.disconnect"},
    ]
    answered: list[object] = []

    async def receive() -> dict[str, object]:
        return heard.pop(0)

    async def send(message: object) -> None:
        answered.append(message)

    asyncio.run(app(scope, receive, send))

    assert answered == []
    assert ada.get(f"/v1/uploads/{begun['upload_id']}")["parts"][0]["received"] is False
    assert stored(desk) == 0


def test_a_silent_sender_is_let_go(ada: Neighbour, monkeypatch: pytest.MonkeyPatch) -> None:
    """A phone that lost its line does not hold a connection for ever."""
    monkeypatch.setattr(senders, "SILENCE_SECONDS", 0.05)
    begun = ada.begin(len(CLIP))

    async def falls_silent() -> AsyncIterator[bytes]:
        yield CLIP[:5]
        await asyncio.sleep(5)

    answer = ada.ask("PUT", begun["parts"][0]["url"], content=falls_silent(), headers=checksum(CLIP))

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "silent")


def test_the_newest_sender_of_a_part_wins(ada: Neighbour, neighbour: NewNeighbour, desk: Desk) -> None:
    """One whose line hung is told to stop when it wakes, and its bytes are nobody's."""
    begun, late = ada.begin(len(CLIP)), neighbour("ada")
    url, is_in = begun["parts"][0]["url"], threading.Event()
    slow: list[httpx.Response] = []

    async def hangs() -> AsyncIterator[bytes]:
        yield CLIP[:5]
        deadline = time.monotonic() + 20
        while not is_in.is_set() and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        yield CLIP[5:]

    hung = threading.Thread(target=lambda: slow.append(ada.ask("PUT", url, content=hangs(), headers=checksum(CLIP))))
    hung.start()
    _wait_for_writers(desk, 1)
    quick = put(late, url)
    is_in.set()
    hung.join(30)

    assert quick.status_code == 200
    assert (slow[0].status_code, slow[0].json()["error"]["code"]) == (409, "evicted")
    assert stored(desk) == 1


def test_the_same_part_twice_is_harmless(ada: Neighbour, desk: Desk) -> None:
    """Only the later bytes are kept."""
    begun = ada.begin(len(CLIP))
    for _ in range(2):
        assert put(ada, begun["parts"][0]["url"]).status_code == 200

    assert stored(desk) == 1
    assert ada.ask("POST", f"/v1/uploads/{begun['upload_id']}/finish").status_code == 200
    late = put(ada, begun["parts"][0]["url"])
    assert (late.status_code, late.json()["error"]["code"]) == (409, "upload_finished")


def test_finishing_names_what_is_missing(ada: Neighbour) -> None:
    """So that it can be sent; finishing twice is finishing once."""
    begun = ada.begin(2 * PART_BYTES + 1)
    put(ada, begun["parts"][2]["url"], b"x")

    answer = ada.ask("POST", f"/v1/uploads/{begun['upload_id']}/finish")

    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "parts_missing"
    assert answer.json()["error"]["fields"] == {"parts": "1,2"}
    done = ada.upload()
    assert ada.ask("POST", f"/v1/uploads/{done}/finish").json() == {"state": "complete"}


def test_another_s_upload_is_not_there(ada: Neighbour, neighbour: NewNeighbour) -> None:
    """Byte for byte as one that never was: to look at, to finish and to post."""
    eve, upload_id = neighbour("eve"), ada.upload()
    for method, path in (("GET", "/v1/uploads/{}"), ("POST", "/v1/uploads/{}/finish")):
        answers = [eve.ask(method, path.format(one)) for one in (upload_id, "a" * 26)]
        assert answers[0].status_code == 404
        assert answers[0].content == answers[1].content

    posts = [eve.post(upload_id=one) for one in (upload_id, "a" * 26)]

    assert posts[0].status_code == 404
    assert posts[0].content == posts[1].content


def test_what_is_too_large_or_no_video_or_photo_is_refused_before_it_is_sent(ada: Neighbour) -> None:
    """With the reason the page shows."""
    large = ada.ask("POST", "/v1/uploads", {"bytes": 500_000_001, "type": "video/mp4"})
    page = ada.ask("POST", "/v1/uploads", {"bytes": 5, "type": "text/html"})
    photo = ada.ask("POST", "/v1/uploads", {"bytes": 5, "type": "image/heic"})
    empty = ada.ask("POST", "/v1/uploads", {"bytes": 0, "type": "video/mp4"})

    assert (large.status_code, large.json()["error"]["code"]) == (413, "too_large")
    assert (page.status_code, page.json()["error"]["code"]) == (415, "not_a_video")
    assert photo.status_code == 201
    assert (empty.status_code, list(empty.json()["error"]["fields"])) == (422, ["bytes"])


def test_sixty_uploads_an_hour_are_enough(ada: Neighbour, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond that one waits."""
    monkeypatch.setattr("api.resident.sending.uploads.STARTED", Limit("uploads", 2, clock.HOUR))
    for _ in range(2):
        ada.begin(1)

    assert ada.ask("POST", "/v1/uploads", {"bytes": 1, "type": "video/mp4"}).status_code == 429


def _wait_for_writers(desk: Desk, count: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with desk.stores.vault.read() as conn:
            if len(conn.execute(upload_parts.select()).all()) == count:
                return
        time.sleep(0.01)
    raise AssertionError("nobody began")
