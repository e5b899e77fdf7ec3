"""Setting up a bucket on an S3 server: made, private, tidied by the server where it can."""

# ruff: noqa: F811 - fixtures are imported, and named where they are used
from __future__ import annotations

import re
from pathlib import Path

import pytest

from storage.buckets import s3_rules
from storage.buckets.bucket import is_key
from storage.buckets.s3 import S3
from storage.kit.errors import Unavailable
from storage.kit.ids import new_id
from storage.kit.settings import MisconfiguredError
from storage.objects import open_bucket
from tests.servers.far_side import Asked, FarSide, Said
from tests.servers.s3 import S3Server, s3_server  # noqa: F401 - fixtures

REFUSED = Said(403, b"<Error><Code>AccessDenied</Code></Error>")
VERSIONED = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"


def url(server: FarSide) -> str:
    """A bucket there."""
    return f"s3+http://key:secret@127.0.0.1:{server.port}/media"


def private(asked: Asked) -> Said:
    """A server that knows everything and lets nobody in without a key."""
    return Said() if "authorization" in asked.headers else REFUSED


def test_a_bucket_is_made_once(s3_server: S3Server) -> None:
    """Again is harmless; what the server does not know is said in a line each; no probe is left."""
    place = s3_server.url(f"test-{new_id()}")

    told = [s3_rules.prepare(place, expire_days=12) for _ in range(2)]

    assert told[0] == told[1]
    assert [re.findall("takes no (.*) from", line) for line in told[0]] == [
        ["public access blocks"],
        ["lifecycle rules"],
    ]
    found = S3(place).client.list_objects_v2(Bucket=S3(place).address.bucket)
    assert found["KeyCount"] == 0


def test_the_rules_are_those_of_the_bucket() -> None:
    """Unfinished uploads die in a day, and originals as a belt; media have no end of their own."""
    with FarSide(private) as server:
        assert s3_rules.prepare(url(server), expire_days=12) == []
        assert s3_rules.prepare(url(server)) == []

    originals, media = (asked.body.decode() for asked in server.asked if "lifecycle" in asked.path)
    for rules in (originals, media):
        assert "<DaysAfterInitiation>1</DaysAfterInitiation>" in rules
    assert "<Days>12</Days>" in originals
    assert "<Days>" not in media
    closed = next(asked.body for asked in server.asked if "publicAccessBlock" in asked.path)
    assert closed.count(b">true<") == 4


@pytest.mark.parametrize("what", ["object", "listing"])
def test_a_bucket_that_strangers_can_read_is_refused(what: str) -> None:
    """One object or its listing is enough; nothing starts, and the probe is taken away."""

    def open_to_all(asked: Asked) -> Said:
        is_listing = "list-type" in asked.path
        return Said() if is_listing == (what == "listing") else private(asked)

    with FarSide(open_to_all) as server, pytest.raises(MisconfiguredError, match="Anybody can read"):
        open_bucket(url(server))

    assert [asked.method for asked in server.asked].count("DELETE") == 1


def test_a_bucket_that_keeps_what_is_deleted_is_refused() -> None:
    """A withdrawn clip would stay as an old version."""

    def versioned(asked: Asked) -> Said:
        return Said(body=VERSIONED) if "versioning" in asked.path else private(asked)

    with FarSide(versioned) as server, pytest.raises(MisconfiguredError, match="keeps what is deleted"):
        open_bucket(url(server))


def test_nothing_is_put_before_the_bucket_was_seen_private(tmp_path: Path) -> None:
    """A program may start while S3 is away; then it is looked at before its first byte, and once."""
    away, opened = [True], [False]
    (tmp_path / "file").write_bytes(b"a clip")

    def script(asked: Asked) -> Said:
        if away[0]:
            return Said(503)
        return Said() if opened[0] else private(asked)

    with FarSide(script) as server:
        bucket = open_bucket(url(server))
        with pytest.raises(Unavailable):
            bucket.put(new_id(), tmp_path / "file")
        away[0], opened[0] = False, True
        with pytest.raises(MisconfiguredError):
            bucket.put(new_id(), tmp_path / "file")
        with pytest.raises(MisconfiguredError), bucket.draft(new_id()) as draft:
            draft.keep()
        opened[0] = False
        for _ in range(2):
            bucket.put(new_id(), tmp_path / "file")

    bodies = [asked.body for asked in server.asked if asked.method == "PUT" and "/probe-" not in asked.path]
    assert bodies == [b"a clip"] * 2


def test_no_key_looks_like_a_probe() -> None:
    """So a probe that a crash left is never taken for a clip."""
    assert not is_key(s3_rules.PROBE + new_id())
