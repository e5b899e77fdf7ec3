"""Takes one clip through the airlock: the original comes in, an anonymous post goes out.

What this does not protect: what the picture itself shows (a porch, a face, a plate), a voice that was kept on request,
and how somebody writes. docs/wall.md says so to everyone.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from feed import posting
from feed.posting import Outcome
from storage.atlas import versions
from storage.db import AIRLOCK
from storage.identity import clips, leases, originals, sealed_parts
from storage.identity.clips import ATTEMPTS, Clip, Stage
from storage.identity.vault import ClipId
from storage.kit import clock, ids, log
from storage.posts import NewPost, Rendition
from workers.airlock.agree import agree, is_all_there, settle
from workers.airlock.attempt import Attempt, Stopped, scratch_for
from workers.airlock.both_sides import BothSides
from workers.airlock.shred import shred
from workers.airlock.withdraw import take_back
from workers.media import rework
from workers.media.encode import Rendition as Encoded
from workers.media.encode import Rung
from workers.media.poster import Poster
from workers.media.probe import Probed
from workers.media.programs import Programs
from workers.media.refusals import RefusedClip
from workers.redact.findings import NotClean
from workers.redact.text import scrub, scrub_title

FIRST_SHARE = (0.05, 0.9)  # where between 0 and 1 the first rendition's encode begins and ends
NOT_CLEAN, TOO_MANY_FAULTS, BLOCK_GONE = "not_clean", "too_many_faults", "block_gone"


class BlockGone(Exception):
    """The map was replaced after the clip was accepted, and its block is on no record any more."""


@dataclass(frozen=True)
class Airlock:
    """What an attempt needs, and what a round tidies."""

    stores: BothSides
    tools: Programs
    work: Path
    mail: Path


def admit(airlock: Airlock, clip_id: ClipId) -> None:
    """Claims the clip and works on it to its end, or as far as this attempt gets. Running it twice is harmless."""
    with airlock.stores.vault.write(by=AIRLOCK) as tx:
        clip = leases.claim(tx, clip_id)
    if clip is None:
        return
    log.event("clip_claimed", attempt=clip.attempts)
    try:
        agree(airlock.stores, clip)
        with scratch_for(airlock.work, clip) as scratch:
            attempt = Attempt(airlock.stores.vault, clip, scratch)
            if not is_all_there(airlock.stores, clip):
                _take_through(airlock, attempt)
            _finish(airlock.stores, attempt)
        log.event("clip_done", attempt=clip.attempts)
    except RefusedClip as refused:
        _refuse(airlock, clip, refused.reason)
    except BlockGone:
        _refuse(airlock, clip, BLOCK_GONE)
    except NotClean as findings:
        log.fault("clip_not_clean", findings, attempt=clip.attempts)
        agree(airlock.stores, clip)  # an attempt before this one may have published and never said so
        with airlock.stores.vault.write(by=AIRLOCK) as tx:
            clips.quarantine(tx, clip, NOT_CLEAN)
    except Stopped:
        log.event("clip_stopped", attempt=clip.attempts)
    except Exception as error:  # noqa: BLE001  whatever it was, another attempt may do better; the fifth is the last
        log.fault("clip_fault", error, attempt=clip.attempts)
        _give_back(airlock, clip)
    _let_go(airlock, clip)


def _take_through(airlock: Airlock, attempt: Attempt) -> None:
    clip, stores, out = attempt.clip, airlock.stores, attempt.scratch / "out"

    attempt.at(Stage.CHECKING, 0.01)
    _demand_block(stores, clip)
    source = _bring_in(stores, attempt)
    probed = rework.inspect(airlock.tools, source)
    first, *larger = rework.rungs(probed)

    attempt.at(Stage.ENCODING, FIRST_SHARE[0])

    def encoding(done: float) -> None:
        attempt.along(Stage.ENCODING, FIRST_SHARE[0] + done * (FIRST_SHARE[1] - FIRST_SHARE[0]))

    small = rework.make_rendition(airlock.tools, source, probed, first, out, sound=clip.sound, progress=encoding)
    attempt.at(Stage.PROVING, FIRST_SHARE[1])
    poster = rework.make_poster(airlock.tools, small, out)

    attempt.at(Stage.PUBLISHING, 0.95)
    _publish(stores, attempt, small, poster, last=not larger)

    for rung in larger:
        attempt.at(Stage.FINISHING, 1.0)
        _add(stores, attempt, _larger(airlock, attempt, source, probed, rung), last=rung is larger[-1])


def _demand_block(stores: BothSides, clip: Clip) -> None:
    with stores.record.read() as conn:
        if versions.block(conn, clip.block) is None:
            raise BlockGone


def _larger(airlock: Airlock, attempt: Attempt, source: Path, probed: Probed, rung: Rung) -> list[Encoded]:
    """The larger rendition, or none: what is on screen already is worth more than the clip's end in a refusal."""

    def finishing(_done: float) -> None:
        attempt.along(Stage.FINISHING, 1.0)

    out, sound = attempt.scratch / "out", attempt.clip.sound
    try:
        return [rework.make_rendition(airlock.tools, source, probed, rung, out, sound=sound, progress=finishing)]
    except (RefusedClip, NotClean) as why:
        log.fault("larger_rendition_left_out", why, attempt=attempt.clip.attempts)
        return []


def _bring_in(stores: BothSides, attempt: Attempt) -> Path:
    """The original in plain, in the scratch folder, and its salted hash on the books."""
    source, salt = attempt.scratch / "source", secrets.token_bytes(32)
    told = hashlib.sha256(salt)
    with stores.vault.read() as conn:
        key = originals.key_of(conn, stores.vault, attempt.clip.upload_id)
        parts = originals.object_keys(conn, attempt.clip.upload_id)
    with source.open("wb") as file:
        for part in parts:
            for chunk in sealed_parts.unseal(key, stores.originals.chunks(part)):
                told.update(chunk)
                file.write(chunk)
            attempt.along(Stage.CHECKING, 0.02)
    with stores.vault.write(by=AIRLOCK) as tx:
        leases.set_original_hash(tx, attempt.clip, salt.hex(), told.hexdigest())
    return source


def _publish(stores: BothSides, attempt: Attempt, small: Encoded, poster: Poster, *, last: bool) -> None:
    clip = attempt.clip
    with stores.vault.read() as conn:
        typed = clips.words(conn, stores.vault, clip)
    if typed is None:
        raise Stopped
    new = NewPost(
        id=clip.post_id,
        kind="video",
        category=clip.category,
        title=scrub_title(typed[0]),
        text=scrub(typed[1]),
        happened_at=clock.rounded(clip.happened_at),
        published_at=clock.rounded(clock.now()),
        block=clip.block,
        seconds=round(small.seconds * 1000),
    )
    files = _put(stores, attempt, [small, poster])
    with stores.record.write(by=AIRLOCK) as tx:
        outcome = posting.publish(tx, stores.bell, new, files, generation=clip.attempts, last=last)
    _demand(stores, files, outcome)
    with stores.vault.write(by=AIRLOCK) as tx:
        published = leases.publish(tx, clip)
    if not published:  # the record has it all the same: what others decided while this attempt slept is looked at
        settle(stores, clip.id)
        raise Stopped
    log.event("clip_published", attempt=clip.attempts)


def _add(stores: BothSides, attempt: Attempt, made: Sequence[Encoded], *, last: bool) -> None:
    files, clip = _put(stores, attempt, made), attempt.clip
    with stores.record.write(by=AIRLOCK) as tx:
        outcome = posting.add_media(tx, stores.bell, clip.post_id, files, generation=clip.attempts, last=last)
    _demand(stores, files, outcome)


def _put(stores: BothSides, attempt: Attempt, made: Sequence[Encoded | Poster]) -> list[Rendition]:
    """Copies finished files into the media bucket under random keys, which are on the books before the bytes are."""
    files = [Rendition(one.name, ids.new_id(), one.width, one.height, one.bytes) for one in made]
    with stores.vault.write(by=AIRLOCK) as tx:
        if not leases.note_media(tx, attempt.clip, [file.key for file in files]):
            raise Stopped
    for one, file in zip(made, files, strict=True):
        stores.media.put(file.key, one.path)
    return files


def _demand(stores: BothSides, files: list[Rendition], outcome: Outcome) -> None:
    if outcome is not Outcome.DONE:
        for file in files:
            stores.media.delete(file.key)
        raise Stopped


def _finish(stores: BothSides, attempt: Attempt) -> None:
    attempt.leave()
    with stores.vault.write(by=AIRLOCK) as tx:
        if not leases.end(tx, attempt.clip):
            raise Stopped
    shred(stores, attempt.clip.upload_id)


def _refuse(airlock: Airlock, clip: Clip, reason: str) -> None:
    log.event("clip_refused", reason=reason)
    agree(airlock.stores, clip)  # what an attempt before this one published can be refused no more
    with airlock.stores.vault.write(by=AIRLOCK) as tx:
        said = leases.reject(tx, clip, reason)
    if said:
        shred(airlock.stores, clip.upload_id)


def _give_back(airlock: Airlock, clip: Clip) -> None:
    agree(airlock.stores, clip)
    with airlock.stores.vault.write(by=AIRLOCK) as tx:
        if clip.tries >= ATTEMPTS:
            clips.quarantine(tx, clip, TOO_MANY_FAULTS)
        leases.give_back(tx, clip)


def _let_go(airlock: Airlock, clip: Clip) -> None:
    """However it ended: nobody waits for this attempt's lease, and a withdrawal that waited for it comes to its end."""
    with airlock.stores.vault.write(by=AIRLOCK) as tx:
        leases.release(tx, clip)
    take_back(airlock.stores, clip.id)
