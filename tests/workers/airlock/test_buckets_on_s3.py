"""The airlock over S3 servers that go away when it needs them: nothing lost, nothing half published."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from storage.buckets import s3_client
from storage.buckets.s3 import S3
from storage.identity.clips import originals, sealed_parts
from storage.identity.clips.clips import ClipState
from storage.kit.clock import DAY, HOUR
from storage.kit.errors import NotThere, Unavailable
from storage.objects import Bucket
from storage.posts import segments
from storage.posts.posts import PostState
from tests.servers.proxy import Proxy
from tests.servers.s3 import S3Server
from tests.storage.identity.making import airlock as writing
from tests.workers.airlock.conftest import NewClip
from tests.workers.airlock.looking import (
    assert_published_once,
    assert_withdrawn_for_good,
    clip_of,
    is_shredded,
    keys,
    media,
    mend,
    post_of,
    post_state,
    take_through,
    time_passes,
    withdraw,
)
from workers.airlock import reconcile as reconciling
from workers.airlock.admit import Airlock, admit
from workers.airlock.reconcile import reconcile
from workers.airlock.shred import shred
from workers.queue import Doorbell

AWAY_SECONDS = 3

pytestmark = [pytest.mark.engines("sqlite"), pytest.mark.usefixtures("quick")]


class Shop:
    """One S3 server with one bucket, over a line that can be broken."""

    def __init__(self, folder: Path, name: str) -> None:
        self.server, self.name = S3Server(folder).start(), name
        self.line = Proxy(f"127.0.0.1:{self.server.port}")
        self.server.make(name)
        self.bucket = S3(self.server.url(name, port=self.line.port))

    def close(self) -> None:
        """Ends it."""
        self.line.stop()
        self.server.kill()


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Shop]]:
    """Media and originals, each on a server of its own: a key pair of one opens nothing of the other."""
    with pytest.MonkeyPatch.context() as impatient:
        impatient.setattr(s3_client, "READ_SECONDS", 1)
        both = tuple(Shop(tmp_path_factory.mktemp(name), name) for name in ("media", "originals"))
    yield both[0], both[1]
    for shop in both:
        shop.close()


@pytest.fixture
def airlock(airlock: Airlock, shops: tuple[Shop, Shop]) -> Airlock:
    """The airlock, its buckets empty and on those servers."""
    media, originals = (empty(shop.bucket) for shop in shops)
    return replace(airlock, stores=replace(airlock.stores, media=media, originals=originals))


def empty(bucket: S3) -> Bucket:
    """What an earlier test left is nobody's."""
    for key in bucket.keys(older_than=2**60):
        bucket.delete(key)
    return bucket


def come_back(shop: Shop) -> threading.Timer:
    """In a few seconds."""

    def back() -> None:
        shop.line.cut()
        shop.line.mend()

    timer = threading.Timer(AWAY_SECONDS, back)
    timer.start()
    return timer


def test_a_clip_comes_through_over_s3(airlock: Airlock, accepted: NewClip, shops: tuple[Shop, Shop]) -> None:
    """As over folders; the servers hold the post's media, and nothing of the original."""
    clip_id = accepted()

    take_through(airlock, clip_id)

    assert_published_once(airlock, clip_id)
    with airlock.stores.record.read() as conn:
        pieces = segments.of(conn, post_of(airlock, clip_id).id)
    for piece in pieces["480p.mp4"]:
        assert airlock.stores.media.size(piece.key) == piece.bytes
    for rendition in post_of(airlock, clip_id).renditions:
        assert not rendition.key or airlock.stores.media.size(rendition.key) == rendition.bytes
    for shop in shops:
        assert shop.bucket.client.list_multipart_uploads(Bucket=shop.name).get("Uploads", []) == []


def test_no_key_pair_opens_the_other_bucket(shops: tuple[Shop, Shop]) -> None:
    """Whoever holds the media's cannot read originals."""
    media, originals = shops
    crossed = originals.server.url("originals").replace(originals.server.key, media.server.key)

    with pytest.raises(Unavailable):
        list(S3(crossed).keys(older_than=2**60))


@pytest.mark.parametrize("which", [0, 1], ids=["media", "originals"])
@pytest.mark.parametrize("fault", ["refuse", "freeze"])
def test_a_bucket_that_goes_away_loses_nothing(
    airlock: Airlock, accepted: NewClip, doorbell: Doorbell, shops: tuple[Shop, Shop], which: int, fault: str
) -> None:
    """Away for seconds as an attempt needs it: that attempt fails or waits, and in the end it is published once."""
    clip_id, shop = accepted(), shops[which]
    getattr(shop.line, fault)()
    back = come_back(shop)

    admit(airlock, clip_id)
    halfway = post_state(airlock, clip_id)
    back.join()
    mend(airlock, doorbell, clip_id)

    assert halfway in (None, PostState.LIVE)
    assert_published_once(airlock, clip_id)


def test_a_line_that_breaks_while_the_original_is_read(
    airlock: Airlock, accepted: NewClip, shops: tuple[Shop, Shop], clip_bytes: bytes
) -> None:
    """The same attempt goes on where it broke."""
    clip_id, line = accepted(), shops[1].line
    line.cut_after(len(clip_bytes) // 2)

    take_through(airlock, clip_id)

    assert_published_once(airlock, clip_id)
    assert clip_of(airlock, clip_id).attempts == 2  # one in each lane


def test_a_withdrawal_while_the_buckets_are_away_is_finished_later(
    airlock: Airlock, accepted: NewClip, doorbell: Doorbell, shops: tuple[Shop, Shop]
) -> None:
    """Off every screen at once and unreadable at once; the bytes go when the servers are back."""
    clip_id = accepted()
    admit(airlock, clip_id)
    assert media(airlock) != set()
    for shop in shops:
        shop.line.refuse()

    with pytest.raises(Unavailable):
        withdraw(airlock, clip_id)
    reconcile(airlock, doorbell)

    assert post_state(airlock, clip_id) is PostState.WITHDRAWN
    assert clip_of(airlock, clip_id).state is ClipState.WITHDRAWING
    with airlock.stores.vault.read() as conn, pytest.raises(NotThere):
        originals.key_of(conn, airlock.stores.vault, clip_of(airlock, clip_id).upload_id)
    for shop in shops:
        shop.line.mend()
    assert media(airlock) != set()
    reconcile(airlock, doorbell)
    assert_withdrawn_for_good(airlock, clip_id)


def test_what_is_shredded_while_the_bucket_is_away_is_noise_at_once(
    airlock: Airlock, accepted: NewClip, doorbell: Doorbell, shops: tuple[Shop, Shop], clip_bytes: bytes
) -> None:
    """The key goes first; the bytes lie there for nobody until the server is back, and go in the next round."""
    clip_id, stores = accepted(), airlock.stores
    upload_id = clip_of(airlock, clip_id).upload_id
    with writing(stores.vault) as tx:
        key = originals.key_of(tx.connection, stores.vault, upload_id)
    shops[1].line.refuse()

    with pytest.raises(Unavailable):
        shred(stores, upload_id)
    reconcile(airlock, doorbell)

    with stores.vault.read() as conn:
        assert originals.half_shredded(conn) == [upload_id]
    shops[1].line.mend()
    (left,) = keys(airlock, stores.originals)
    stored = list(stores.originals.chunks(left))
    assert clip_bytes[:64] not in b"".join(stored)
    assert b"".join(sealed_parts.unseal(key, stored)) == clip_bytes
    reconcile(airlock, doorbell)
    assert is_shredded(airlock, clip_id)


def test_parts_that_nobody_confirmed_are_swept_up(
    airlock: Airlock, accepted: NewClip, doorbell: Doorbell, shops: tuple[Shop, Shop], tmp_path: Path
) -> None:
    """After a day, by the server's own dates; what a clip still needs stays, and so does what is younger."""
    clip_id, bucket = accepted(), airlock.stores.originals
    (kept,) = keys(airlock, bucket)
    (tmp_path / "part").write_bytes(b"sealed")
    bucket.put("stray" * 5, tmp_path / "part")
    shops[1].server.age("originals", by=DAY + HOUR)
    bucket.put("young" * 5, tmp_path / "part")

    reconcile(airlock, doorbell)

    assert keys(airlock, bucket) == {kept, "young" * 5}
    bucket.delete("young" * 5)
    mend(airlock, doorbell, clip_id)
    assert_published_once(airlock, clip_id)


def test_a_bucket_away_holds_up_no_round(
    airlock: Airlock, accepted: NewClip, doorbell: Doorbell, shops: tuple[Shop, Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many that wait for it one is tried: the next would wait as long for the same."""
    tried: list[str] = []

    def away(_stores: object, upload_id: str) -> None:
        tried.append(upload_id)
        raise s3_client.away()

    monkeypatch.setattr(reconciling, "shred", away)
    uploads = [clip_of(airlock, accepted()).upload_id for _ in range(3)]
    for upload_id in uploads:
        with writing(airlock.stores.vault) as tx:
            originals.forget_key(tx, upload_id)
    time_passes(airlock)

    reconcile(airlock, doorbell)

    assert len(tried) == 1
