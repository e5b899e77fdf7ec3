"""What must hold of a bucket on an S3 server: it is there, private, without old versions, and tidies up by itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from storage.buckets import s3_client
from storage.buckets.s3_client import Address, told
from storage.kit import ids
from storage.kit.errors import NotThere
from storage.kit.settings import MisconfiguredError

PROBE = "probe-"  # no key begins so: a probe that a crash left is nobody's clip
LEFT_UPLOADS_DAYS = 1  # a multipart upload takes minutes
CLOSED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


def prepare(url: str, expire_days: int | None = None) -> list[str]:
    """Makes the bucket if it is missing, and its rules; answers a line for each rule that its server does not know.

    `expire_days` after it was put, the server itself deletes an object. Raises MisconfiguredError, Unavailable.
    """
    address = s3_client.parse(url)
    client = s3_client.connect(address)
    _make(client, address)
    demand_private(client, address)
    rules: list[dict[str, Any]] = [
        _rule("left-uploads", AbortIncompleteMultipartUpload={"DaysAfterInitiation": LEFT_UPLOADS_DAYS})
    ]
    if expire_days is not None:
        rules.append(_rule("expire", Expiration={"Days": expire_days}))
    wanted: list[tuple[str, Callable[..., object], dict[str, Any]]] = [
        ("public access blocks", client.put_public_access_block, {"PublicAccessBlockConfiguration": CLOSED}),
        ("lifecycle rules", client.put_bucket_lifecycle_configuration, {"LifecycleConfiguration": {"Rules": rules}}),
    ]
    unknown = [what for what, ask, said in wanted if not _granted(ask, Bucket=address.bucket, **said)]
    return [f"bucket {address.bucket}: its server takes no {what} from us; we do without" for what in unknown]


def demand_private(client: Any, address: Address) -> None:
    """Raises MisconfiguredError where a stranger can read or list, or where what is deleted would stay.

    Seen by trying, as somebody without keys, on an object that was just put. Raises Unavailable where nobody answers.
    """
    here, probe = {"Bucket": address.bucket}, PROBE + ids.new_id()
    stranger = s3_client.connect(address, unsigned=True)
    with told():
        client.put_object(Key=probe, Body=b"Is this private?", **here)
    try:
        readable = _granted(stranger.get_object, Key=probe, **here) or _granted(stranger.list_objects_v2, **here)
    finally:
        with told():
            client.delete_object(Key=probe, **here)
        stranger.close()
    if readable:
        raise MisconfiguredError(f"Anybody can read bucket {address.bucket}. Make it private, and start again.")
    with told(), suppress(ClientError):  # a server that knows no versions keeps none
        if client.get_bucket_versioning(**here).get("Status") == "Enabled":
            raise MisconfiguredError(f"Bucket {address.bucket} keeps what is deleted. Turn off its versions.")


def _make(client: Any, address: Address) -> None:
    try:
        with told():
            client.head_bucket(Bucket=address.bucket)
    except NotThere:
        # us-east-1 is where buckets are made without saying so: naming it is an error there.
        where = {"CreateBucketConfiguration": {"LocationConstraint": address.region}}
        with told():
            client.create_bucket(Bucket=address.bucket, **({} if address.region == "us-east-1" else where))


def _rule(name: str, **does: dict[str, int]) -> dict[str, Any]:
    return {"ID": f"porchlight-{name}", "Status": "Enabled", "Filter": {"Prefix": ""}, **does}


def _granted(ask: Callable[..., object], **what: Any) -> bool:
    """Whether the server does it; False when it refuses or does not know it. Raises Unavailable."""
    with told():
        try:
            ask(**what)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status < 500 or status == 501:
                return False
            raise
    return True
