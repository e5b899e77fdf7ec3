"""How a bucket on an S3 server is named, and what is said when it cannot be had."""

from __future__ import annotations

import logging

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from storage.buckets.s3_client import Address, connect, parse, told
from storage.kit.errors import NotThere, Unavailable
from storage.kit.settings import MisconfiguredError

URL = "s3+https://AK:se%2Fcr%3Aet@s3.example.org:9000/media?region=eu-west-1"


def test_an_address_names_everything() -> None:
    """Server, bucket, region and key pair; what the secret has of special letters is escaped."""
    assert parse(URL) == Address("https://s3.example.org:9000", "media", "eu-west-1", "AK", "se/cr:et")
    assert parse("s3+http://AK:s@host/media").endpoint == "http://host"
    assert parse("s3+http://AK:s@host/media").region == "us-east-1"


@pytest.mark.parametrize(
    "wrong",
    [
        "s3://AK:s3cret@host/media",
        "s3+ftp://AK:s3cret@host/media",
        "s3+http://AK@host/media",
        "s3+http://:s3cret@host/media",
        "s3+http://AK:s3cret@host/",
        "s3+http://AK:s3cret@host/media/deeper",
        "s3+http://AK:s3cret@host:port/media",
        "s3+http://AK:s3cret@[host/media",
    ],
)
def test_an_address_that_cannot_be_used_is_refused(wrong: str) -> None:
    """Without repeating any of it."""
    with pytest.raises(MisconfiguredError) as refused:
        parse(wrong)

    assert "s3cret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_an_address_keeps_its_secret_when_it_is_printed() -> None:
    """A fault's traceback may print it."""
    assert "se/cr:et" not in repr(parse(URL))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("s3+https://a:b@s3.eu-west-1.amazonaws.com/media", "https://media.s3.eu-west-1.amazonaws.com/key"),
        ("s3+http://a:b@127.0.0.1:9000/media", "http://127.0.0.1:9000/media/key"),
    ],
)
def test_only_amazon_has_a_host_for_each_bucket(url: str, expected: str) -> None:
    """Everywhere else the bucket stands in the path."""
    client = connect(parse(url))

    assert client.generate_presigned_url("get_object", {"Bucket": "media", "Key": "key"}).split("?")[0] == expected


def test_what_is_not_there_is_told_from_what_cannot_be_had(caplog: pytest.LogCaptureFixture) -> None:
    """And neither says where it was looked for: not to who asked, not in the log."""
    address = "s3.example.org"
    missing = ClientError({"Error": {"Code": "NoSuchKey", "Message": address}}, "GetObject")
    refused = ClientError({"Error": {"Code": "Slow Down", "Message": address}}, address)
    gone = EndpointConnectionError(endpoint_url=address)

    with pytest.raises(NotThere), told():
        raise missing
    for fault in (refused, gone):
        with caplog.at_level(logging.INFO, "porchlight"), pytest.raises(Unavailable) as said, told():
            raise fault
        assert address not in str(said.value)
        assert said.value.__suppress_context__

    assert "bucket_fault" in caplog.text
    assert address not in caplog.text


def test_the_library_says_nothing_by_itself() -> None:
    """Its warnings name the server."""
    for name in ("botocore", "urllib3"):
        assert not logging.getLogger(name).propagate
