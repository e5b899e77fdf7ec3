"""Opens buckets: bytes under random keys, in a folder or on an S3 server."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from storage.buckets.bucket import CHUNK_BYTES, Bucket, Draft
from storage.buckets.folder import Folder
from storage.kit.settings import MisconfiguredError

__all__ = ["CHUNK_BYTES", "Bucket", "Draft", "Folder", "demand_apart", "open_bucket", "prepare"]


def open_bucket(url: str) -> Bucket:
    """The bucket that `url` names: a folder's path, or an S3 server's (storage/buckets/s3_client.py says how).

    Raises MisconfiguredError for one that anybody can read.
    """
    return cast(Bucket, _of_s3("storage.buckets.s3:open_s3")(url)) if "://" in url else Folder(Path(url))


def prepare(url: str, expire_days: int | None = None) -> list[str]:
    """Makes the bucket and its rules, once, by the operator; answers lines that say which its server does not know."""
    if "://" in url:
        return cast(list[str], _of_s3("storage.buckets.s3_rules:prepare")(url, expire_days))
    Folder(Path(url))
    return []


def demand_apart(media: str, originals: str) -> None:
    """Raises MisconfiguredError where two buckets are one, or one key pair opens both: no wall stands between them."""
    one, other = urlsplit(media), urlsplit(originals)
    if (one.hostname, one.port, one.path) == (other.hostname, other.port, other.path):
        raise MisconfiguredError("Media and originals lie in one place: name a bucket for each.")
    if one.username and one.username == other.username:
        raise MisconfiguredError("One key pair opens media and originals: make one for each, good for its bucket only.")


def _of_s3(name: str) -> Callable[..., object]:
    # By name, as SQLAlchemy finds its drivers: imported above, boto3 would cost each program of an embedded city a
    # second of its start and 20 MB, for nothing.
    return cast(Callable[..., object], pkgutil.resolve_name(name))
