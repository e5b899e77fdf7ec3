"""A client of one S3 bucket: its address, how long it waits and tries, and its errors in our words."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from boto3.exceptions import Boto3Error
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from storage.kit import log
from storage.kit.errors import NotThere, Unavailable
from storage.kit.settings import MisconfiguredError

CONNECT_SECONDS = 2  # S3 stands in the same network: who does not answer by then is away
READ_SECONDS = 10  # between two pieces of an answer; a frozen server is given up before a viewer or a lease is
ATTEMPTS = 3  # of one call, with back-off; beyond that whoever asked knows better when to try again
CONNECTIONS = 64  # kept open: about as many as one program's threads can use at once
NOT_THERE = frozenset({"NoSuchKey", "404"})

# One for all clients: it keeps what it read of S3's description, most of the 0.2 s that a first client takes.
_MAKER, _MAKING = boto3.session.Session(), threading.Lock()

# Both name the server they talk to in their warnings.
for _library in ("botocore", "urllib3"):
    logging.getLogger(_library).addHandler(logging.NullHandler())
    logging.getLogger(_library).propagate = False


@dataclass(frozen=True)
class Address:
    """Where a bucket is, and the key pair that opens it."""

    endpoint: str
    bucket: str
    region: str
    key: str
    secret: str = field(repr=False)


def parse(url: str) -> Address:
    """What `s3+https://KEY:SECRET@host:port/bucket?region=...` says; raises MisconfiguredError, which repeats none."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.removeprefix("s3+"), parts.hostname, parts.port
    except ValueError:
        raise MisconfiguredError("The address of a bucket cannot be read.") from None
    bucket, key, secret = parts.path.strip("/"), unquote(parts.username or ""), unquote(parts.password or "")
    if scheme not in ("http", "https") or not (host and bucket and key and secret) or "/" in bucket:
        raise MisconfiguredError("A bucket is named by s3+https://KEY:SECRET@host:port/bucket?region=...")
    region = parse_qs(parts.query).get("region", ["us-east-1"])[0]
    return Address(f"{scheme}://{host}" + (f":{port}" if port else ""), bucket, region, key, secret)


def connect(address: Address, *, unsigned: bool = False) -> Any:
    """A client of that server, safe for threads and not for forks; with `unsigned`, as somebody without keys."""
    amazon = (urlsplit(address.endpoint).hostname or "").endswith(".amazonaws.com")
    config = Config(
        signature_version=UNSIGNED if unsigned else "s3v4",
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=CONNECTIONS,
        s3={"addressing_style": "virtual" if amazon else "path"},
        # Ours are SHA-256 and asked for by name; the default would send trailers that not every server understands.
        request_checksum_calculation="when_required",
        proxies={},  # a proxy from the environment would see what only this bucket may
        tcp_keepalive=True,
    )
    where = {"endpoint_url": address.endpoint, "region_name": address.region}
    keys = {"aws_access_key_id": address.key, "aws_secret_access_key": address.secret}
    with _MAKING:
        return _MAKER.client("s3", config=config, **where, **keys)


@contextmanager
def told() -> Iterator[None]:
    """Says what went wrong in our words: NotThere, or Unavailable without a word of where S3 is."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in NOT_THERE:
            raise NotThere from None
        log.fault("bucket_fault", error, code=code if code.isalnum() else "unknown")
        raise away() from None
    except (BotoCoreError, Boto3Error, HTTPError) as error:
        log.fault("bucket_fault", error)
        raise away() from None


def away() -> Unavailable:
    """What whoever needs the bucket is told while it cannot be had."""
    return Unavailable("The store of clips does not answer. Please try again.")
