"""A bucket on an S3 server. Only programs whose settings name one import this: boto3 takes a second and 20 MB."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import IO, Any

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError
from urllib3.exceptions import HTTPError

from storage.buckets import s3_client, s3_rules
from storage.buckets.bucket import CHUNK_BYTES, demand_key, is_key, room
from storage.buckets.s3_client import away, told
from storage.kit import log
from storage.kit.errors import Unavailable

MULTIPART_FROM = 16 * 1024 * 1024  # bytes; below, one request is faster than three
TRANSFER = TransferConfig(multipart_threshold=MULTIPART_FROM, multipart_chunksize=8 * 1024 * 1024, max_concurrency=4)
CHECKED = {"ChecksumAlgorithm": "SHA256"}  # S3 compares what it stored with what we sent
BREAKS = 4  # in a row without a byte in between: then the reader is told, and not before


@cache  # a program's readiness asks for the bucket that the program has open: one client, looked at once
def open_s3(url: str) -> S3:
    """The bucket, seen to be private, or MisconfiguredError; while its server is away, that waits for the first put."""
    bucket = S3(url)
    try:
        bucket.demand_private()
    except Unavailable:
        log.event("bucket_not_checked")
    return bucket


class S3:
    """See storage.buckets.bucket.Bucket."""

    def __init__(self, url: str) -> None:
        self.address = s3_client.parse(url)
        self._client, self._process = s3_client.connect(self.address), os.getpid()
        self._private = False

    @property
    def client(self) -> Any:
        """The client of this process. After a fork the connections are the parent's: the child closes its copies."""
        if self._process != os.getpid():
            self._client.close()
            self._process = os.getpid()
        return self._client

    def demand_private(self) -> None:
        """Raises MisconfiguredError where strangers can read; asked before this process puts its first byte."""
        if not self._private:
            s3_rules.demand_private(self.client, self.address)
            self._private = True

    def put(self, key: str, file: Path) -> None:
        """See Bucket."""
        demand_key(key)
        self.demand_private()
        with told():
            self.client.upload_file(str(file), self.address.bucket, key, ExtraArgs=CHECKED, Config=TRANSFER)

    @contextmanager
    def draft(self, key: str) -> Iterator[_Draft]:
        """See Bucket. A nameless file until it is kept: S3 wants length and checksum first, and a phone is slow."""
        demand_key(key)
        with room(), tempfile.TemporaryFile() as file:
            yield _Draft(self, key, file)

    def size(self, key: str) -> int:
        """See Bucket."""
        demand_key(key)
        with told():
            return int(self.client.head_object(Bucket=self.address.bucket, Key=key)["ContentLength"])

    def chunks(self, key: str, start: int = 0, end: int | None = None) -> Generator[bytes, None, None]:
        """See Bucket. A stream that breaks or stalls in the middle is taken up again where it broke."""
        demand_key(key)
        same: dict[str, str] = {}
        at, breaks = start, 0
        while end is None or at < end:
            with told():
                answer = self._open(key, at, end, same)
            same, end = {"IfMatch": answer["ETag"]}, at + int(answer["ContentLength"])
            before = at
            try:
                for piece in iter(partial(answer["Body"].read, CHUNK_BYTES), b""):
                    at += len(piece)
                    yield piece
            except (BotoCoreError, HTTPError) as error:
                log.fault("bucket_stream_broke", error, bytes=at - start)
                breaks = breaks + 1 if at == before else 1
                if at >= end or breaks >= BREAKS:  # all came and its checksum is wrong: it cannot be taken back
                    raise away() from None
            finally:
                answer["Body"].close()

    def delete(self, key: str) -> None:
        """See Bucket."""
        demand_key(key)
        with told():
            self.client.delete_object(Bucket=self.address.bucket, Key=key)

    def keys(self, *, older_than: int, beginning: str = "") -> Iterator[str]:
        """See Bucket. What a killed `put` left of a multipart upload is aborted in passing, when all are asked for."""
        if not beginning:
            self._abort_unfinished(older_than)
        where = {"Bucket": self.address.bucket, "Prefix": beginning}
        pages = self.client.get_paginator("list_objects_v2").paginate(**where)
        with told():
            for page in pages:
                for found in page.get("Contents", []):
                    if found["LastModified"].timestamp() * 1000 < older_than and is_key(found["Key"]):
                        yield found["Key"]

    def demand_there(self) -> None:
        """See Bucket."""
        with told():
            self.client.head_bucket(Bucket=self.address.bucket)

    def _open(self, key: str, at: int, end: int | None, same: dict[str, str]) -> Any:
        if at == 0 and end is None:
            return self.client.get_object(Bucket=self.address.bucket, Key=key)
        span = f"bytes={at}-{'' if end is None else end - 1}"
        answer = self.client.get_object(Bucket=self.address.bucket, Key=key, Range=span, **same)
        if not answer.get("ContentRange", "").startswith(f"bytes {at}-"):
            answer["Body"].close()
            raise away()  # a server that knows no ranges would give the first bytes for the ones asked for
        return answer

    def _abort_unfinished(self, older_than: int) -> None:
        where = {"Bucket": self.address.bucket}
        with told():
            for page in self.client.get_paginator("list_multipart_uploads").paginate(**where):
                for left in page.get("Uploads", []):
                    if left["Initiated"].timestamp() * 1000 < older_than:
                        self.client.abort_multipart_upload(Key=left["Key"], UploadId=left["UploadId"], **where)


@dataclass(frozen=True)
class _Draft:
    bucket: S3
    key: str
    file: IO[bytes]

    def write(self, piece: bytes) -> None:
        """See Draft."""
        self.file.write(piece)

    def keep(self) -> None:
        """See Draft."""
        self.bucket.demand_private()
        self.file.seek(0)
        where = {"Bucket": self.bucket.address.bucket, "Key": self.key}
        with told():
            self.bucket.client.put_object(Body=self.file, **where, **CHECKED)
