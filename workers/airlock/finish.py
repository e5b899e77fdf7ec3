"""Makes the larger renditions of a clip that is on screen, and ends it; without them where they cannot be made."""

from __future__ import annotations

from feed import posting
from storage.db import AIRLOCK
from storage.identity.clips import leases
from storage.identity.clips.clips import Stage
from storage.identity.vault import ClipId
from storage.kit import ids, log
from storage.posts.posts import Rendition
from storage.posts.segments import Piece
from workers.airlock.agree import is_all_there, is_whole
from workers.airlock.attempts.attempt import Attempt, Stopped
from workers.airlock.attempts.found import tell
from workers.airlock.attempts.original import bring_in
from workers.airlock.attempts.putting import demand_done, put_all
from workers.airlock.attempts.trying import try_once
from workers.airlock.both_sides import Airlock, BothSides
from workers.airlock.shred import shred
from workers.media import rework, rungs
from workers.media.ladder import Laddered
from workers.media.refusals import RefusedClip
from workers.redact.findings import NotClean

SHARE = (0.9, 1.0)  # where between 0 and 1 of the whole way this part lies
NICE = 15  # first rungs go before, by a factor of nine, and no ladder starves


def finish(airlock: Airlock, clip_id: ClipId) -> None:
    """Claims the clip and finishes it, or goes as far as this attempt gets. Running it twice is harmless."""
    try_once(airlock, clip_id, _finish)


def end(stores: BothSides, attempt: Attempt) -> None:
    """Nothing is left to do: the clip is at its end and its original shredded. Raises Stopped."""
    attempt.leave()
    with stores.vault.write(by=AIRLOCK) as tx:
        if not leases.end(tx, attempt.clip):
            raise Stopped
    shred(stores, attempt.clip.upload_id)


def _finish(airlock: Airlock, attempt: Attempt) -> None:
    stores, clip = airlock.stores, attempt.clip
    if is_all_there(stores, clip):
        end(stores, attempt)
    elif is_whole(stores, clip):
        attempt.at(Stage.FINISHING, SHARE[0])
        _add(stores, attempt, _larger(airlock, attempt))
        end(stores, attempt)
    else:  # somebody rang at the wrong door; whoever reconciles rings at the right one
        with stores.vault.write(by=AIRLOCK) as tx:
            leases.give_back_uncounted(tx, clip)


def _larger(airlock: Airlock, attempt: Attempt) -> list[Laddered]:
    """The larger renditions, or none: what is on screen already is worth more than the clip's end in a refusal."""
    tools, out, done = airlock.tools, attempt.scratch / "out", 0.0

    def told(so_far: float) -> None:
        nonlocal done
        done = so_far

    def look() -> bool:
        attempt.along(Stage.FINISHING, SHARE[0] + done * (SHARE[1] - SHARE[0]))
        return False

    source = bring_in(airlock.stores, attempt, Stage.FINISHING, SHARE[0]).path
    try:
        probed = attempt.cut(rework.inspect(tools, source, cancelled=look))
        larger, sound = rungs.rungs(probed)[1:], attempt.clip.sound
        if not larger:
            return []
        largest = max(larger, key=lambda rung: rung.short_side)
        blur = rework.survey(tools, source, probed, largest, attempt.blur, attempt.scratch, cancelled=look, nice=NICE)
        return rework.make_ladder(
            tools, source, probed, larger, out, sound=sound, progress=told, cancelled=look, nice=NICE, blur=blur
        )
    except (RefusedClip, NotClean) as why:
        log.fault("larger_renditions_left_out", why, attempt=attempt.clip.attempts)
        if isinstance(why, NotClean):
            tell(airlock.stores, attempt.clip, why)
        return []


def _add(stores: BothSides, attempt: Attempt, made: list[Laddered]) -> None:
    clip, files = attempt.clip, [listed(one) for one in made]
    put_all(stores, attempt, [(file.key, one.rendition.path) for file, one in zip(files, made, strict=True)])
    pieces = {file.file: pieces_of(file.key, one) for file, one in zip(files, made, strict=True)}
    with stores.record.write(by=AIRLOCK) as tx:
        outcome = posting.add_media(
            tx, stores.bell, clip.post_id, files, generation=clip.attempts, last=True, pieces=pieces
        )
    demand_done(stores, [file.key for file in files], outcome)


def listed(one: Laddered) -> Rendition:
    """As the record lists it, under a key drawn for it."""
    made = one.rendition
    return Rendition(made.name, ids.new_id(), made.width, made.height, made.bytes, len(one.pieces) - 1)


def pieces_of(key: str, one: Laddered) -> list[Piece]:
    """As the record holds them: all in one object, their times rounded so that they add up."""
    found, played = [], 0.0
    for number, piece in enumerate(one.pieces):
        before, played = played, played + piece.seconds
        found.append(Piece(number, key, piece.start, piece.bytes, round(played * 1000) - round(before * 1000)))
    return found
