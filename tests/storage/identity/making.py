"""Residents, uploads and clips to test with, whole from the start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from storage.db import AIRLOCK, RESIDENT, Tx
from storage.identity import limits
from storage.identity.alerts import alerted, alerts, push_devices, tellings
from storage.identity.alerts.alerts import Reach, Wanted
from storage.identity.alerts.push_devices import Subscription
from storage.identity.cameras import cameras, inbox, inbox_answers, inbox_flags, listings, mail as camera_mail
from storage.identity.cameras.cameras import Ask, Facing, Facts
from storage.identity.cameras.listings import Listing
from storage.identity.clips import accepting, authorship, clips, leases, originals, sealed_parts
from storage.identity.clips.accepting import Accepted
from storage.identity.clips.clips import Clip
from storage.identity.limits import Limit
from storage.identity.residents import listening, logins, passkeys, residents, suspended
from storage.identity.vault import CameraId, ClipId, Receipt, ResidentId, Vault
from storage.kit.clock import DAY, HOUR, now
from storage.kit.ids import BlockId, CaseId, PostId, RequestId, new_id
from storage.objects import Bucket
from tests import builders

KEY = bytes(range(32, 64))
MAIL = "ada.lovelace@example.org"


def a_resident(vault: Vault, mail: str = MAIL) -> ResidentId:
    """A resident who logged in once."""
    with vault.write(by=RESIDENT) as tx:
        return residents.find_or_make(tx, vault, mail)


def a_token(vault: Vault, resident_id: ResidentId) -> str:
    """A log-in of theirs."""
    with vault.write(by=RESIDENT) as tx:
        return logins.start(tx, resident_id)


def an_upload(vault: Vault, resident_id: ResidentId, content: bytes = b"clip", bucket: Bucket | None = None) -> str:
    """A complete upload; with a `bucket`, its sealed bytes are there."""
    with vault.write(by=RESIDENT) as tx:
        upload = originals.one(tx.connection, originals.begin(tx, vault, resident_id, len(content)))
        writers = {number: originals.start_part(tx, upload, number) for number in upload.parts}
        key = originals.key_of(tx.connection, vault, upload.id)
        for number, writer in writers.items():
            if bucket is not None:
                _put_sealed(
                    bucket, writer, key, content[(number - 1) * originals.PART_BYTES :][: upload.size_of(number)]
                )
            originals.confirm_part(tx, upload.id, number, writer)
        originals.finish(tx, originals.one(tx.connection, upload.id))
    return upload.id


def said(upload_id: str, **other: object) -> Accepted:
    """What a resident says about a clip."""
    words = {"category": "suspicious", "title": "A van with its lights off", "text": "It went round twice."}
    facts = {"block": builders.block(), "happened_at": builders.NOON - HOUR, "sound": False, "blur": ()}
    return Accepted(**{"upload_id": upload_id, **words, **facts, **other})  # type: ignore[arg-type]


def an_accepted_clip(
    vault: Vault,
    resident_id: ResidentId,
    content: bytes = b"clip",
    bucket: Bucket | None = None,
    *,
    key: str = "",
    request: str = "{}",
    **other: object,
) -> tuple[ClipId, Receipt]:
    """A clip from its acceptance on, and its receipt."""
    upload_id, key = an_upload(vault, resident_id, content, bucket), key or new_id()
    salt = new_id()
    receipt = authorship.receipt_for(vault, resident_id, key, salt)
    with vault.write(by=RESIDENT) as tx:
        originals.set_posted(tx, upload_id, resident_id)
        clip_id = accepting.accept(tx, vault, said(upload_id, **other), receipt)
        authorship.record(tx, resident_id, clip_id, key=key, request=request, salt=salt)
    return clip_id, receipt


def facts(**other: object) -> Facts:
    """What a resident says of a camera."""
    said = {"block": builders.block(), "facing": Facing.NE, "indoor": False, "retention_days": 14, "ask": Ask.INBOX}
    return Facts(**{**said, "name": "Front door", **other})  # type: ignore[arg-type]


def a_camera(vault: Vault, resident_id: ResidentId, *, key: str = "", **other: object) -> CameraId:
    """A registered camera."""
    with vault.write(by=RESIDENT) as tx:
        return cameras.register(tx, vault, resident_id, facts(**other), key=key or new_id())


def the_clip(vault: Vault, clip_id: ClipId) -> Clip:
    """The clip as it stands."""
    with vault.read() as conn:
        found = clips.one(conn, clip_id)
    assert found is not None
    return found


def claimed(vault: Vault, clip_id: ClipId) -> Clip:
    """The clip in a new attempt's hand."""
    with vault.write(by=AIRLOCK) as tx:
        clip = leases.claim(tx, clip_id)
    assert clip is not None
    return clip


@contextmanager
def airlock(vault: Vault) -> Iterator[Tx]:
    """A transaction of the airlock."""
    with vault.write(by=AIRLOCK) as tx:
        yield tx


def everything_of(vault: Vault, mail: str, *, block: BlockId | None = None) -> ResidentId:
    """A resident of whom every table of the identity side has a row, but for those that are nobody's."""
    who = a_resident(vault, mail)
    token = a_token(vault, who)
    with vault.write(by=RESIDENT) as tx:
        residents.move(tx, who, block or builders.block())
        listening.note(tx, token, new_id())
        logins.new_code(tx, vault, mail)
        passkeys.add(tx, vault, who, name="Phone", credential=new_id().encode(), public_key=b"public")
        originals.begin(tx, vault, who, 10)
    camera_id = a_camera(vault, who)
    with vault.write(by=RESIDENT) as tx:
        listings.give(tx, vault, who, camera_id, Listing("12 Orchard Way", "Mara"))
    clip_id, _ = an_accepted_clip(vault, who)
    for counted in (who, mail.lower()):
        limits.count(vault, Limit("something", 2, HOUR), counted)
    with vault.write(by=AIRLOCK) as tx:
        post_id = the_clip(vault, clip_id).post_id
        suspended.begin(tx, post_id, reason="privacy", guidelines=1, life=30 * DAY)
    _alerts_of(vault, who, token, mail, post_id)
    _asked(vault, who, block or builders.block())
    return who


def _asked(vault: Vault, who: ResidentId, block: BlockId) -> None:
    asked, at = RequestId(new_id()), now()
    with vault.write(by=AIRLOCK) as tx:
        case, here, text = CaseId(new_id()), builders.division(), "Did you see a van?"
        new = inbox.Request(asked, case, here, "burglary", text, (at - HOUR, at), at, at + DAY, bytes(32))
        inbox.arrive(tx, new, [block])
    with vault.write(by=RESIDENT) as tx:
        inbox_answers.say(tx, who, asked, inbox_answers.Kind.NOTHING, shown_at=at + DAY)
        inbox_flags.say(tx, who, asked, reason="pressure", text="It presses.", shown_at=at + DAY)
        camera_mail.put(tx, vault, who, [builders.division()])


def _alerts_of(vault: Vault, who: ResidentId, token: str, mail: str, post_id: PostId) -> None:
    wanted, browser = Wanted({"crime": Reach.AROUND}, mail=True), Subscription(f"https://push/{new_id()}", b"k", b"s")
    with vault.write(by=RESIDENT) as tx:
        mine = alerts.ask(tx, vault, who, wanted, home=builders.block(), mail=mail, zone=ZoneInfo("UTC"))
        device = push_devices.add(tx, vault, mine, token, browser)
        tellings.begin_test(tx, mine)
    with vault.write(by=AIRLOCK) as tx:
        alerted.note(tx, vault, post_id, {mine: True}, version=0)
        push_devices.retry_later(tx, device, post_id, "new", tries=1, at=0)


def bytes_below(folder: Path) -> bytes:
    """Every byte of every file under `folder`."""
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def _put_sealed(bucket: Bucket, name: str, key: bytes, content: bytes) -> None:
    draft = Path(f"/tmp/porchlight-test-{new_id()}")
    nonce, seal = sealed_parts.seal(key)
    draft.write_bytes(nonce + seal.update(content))
    bucket.put(name, draft)
    draft.unlink()
