"""Opening buckets by what the settings name."""

# ruff: noqa: F811 - fixtures are imported, and named where they are used
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from storage.buckets.s3 import S3
from storage.kit.clock import DAY, now
from storage.kit.ids import new_id
from storage.kit.settings import MisconfiguredError
from storage.objects import Bucket, Folder, demand_apart, open_bucket, prepare
from tests.servers.s3 import S3Server, s3_server  # noqa: F401 - fixtures


def test_a_bucket_is_named_by_a_path_or_a_server(tmp_path: Path, s3_server: S3Server) -> None:
    """Both are made ready the same way, once or more often."""
    places = {Folder: str(tmp_path / "m"), S3: s3_server.url(f"test-{new_id()}")}

    for kind, place in places.items():
        for _ in range(2):
            prepare(place, expire_days=9)

        opened = open_bucket(place)

        assert isinstance(opened, kind)
        assert kept(opened) == []


@pytest.mark.parametrize(
    ("media", "originals", "why"),
    [
        ("/data/one", "/data/one", "one place"),
        ("s3+http://a:x@host:9000/one", "s3+http://b:y@host:9000/one?region=r", "one place"),
        ("s3+http://a:x@host/media", "s3+http://a:x@host/originals", "one key pair"),
        ("s3+http://a:x@host/media", "s3+http://a:x@other/originals", "one key pair"),
    ],
)
def test_media_and_originals_lie_apart(media: str, originals: str, why: str) -> None:
    """In two buckets, which no key pair opens both; what is said repeats no secret."""
    demand_apart("/data/media", "/data/originals")
    demand_apart("s3+http://a:x@host/media", "s3+http://b:x@host/originals")
    demand_apart("/data/media", "s3+http://b:x@host/originals")

    with pytest.raises(MisconfiguredError, match=f"(?i){why}") as refused:
        demand_apart(media, originals)

    assert "host" not in str(refused.value)


def test_a_program_of_an_embedded_city_does_not_pay_for_s3(tmp_path: Path) -> None:
    """Opening a folder imports nothing of it."""
    ask = f"from storage.objects import open_bucket; open_bucket({str(tmp_path)!r}); import sys; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split()

    assert "storage.objects" in loaded
    assert not {"boto3", "botocore"} & set(loaded)


def kept(bucket: Bucket) -> list[str]:
    """All keys there are."""
    return list(bucket.keys(older_than=now() + DAY))
