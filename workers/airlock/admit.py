"""Takes one clip, or photo, through the airlock: the original comes in, an anonymous post goes out.

What this does not protect: what the picture itself shows (a porch; a face or a plate that was not to be blurred, or was
not found), a voice that was kept on request, and how somebody writes. docs/wall.md says so to everyone.
"""

from __future__ import annotations

from storage.atlas import versions
from storage.db import AIRLOCK
from storage.identity.clips import leases
from storage.identity.clips.clips import Clip, Stage
from storage.identity.vault import ClipId
from workers.airlock.agree import is_all_there, is_whole
from workers.airlock.attempts.arriving import SHARE, Carrier
from workers.airlock.attempts.attempt import Attempt, Stopped
from workers.airlock.attempts.known import Known
from workers.airlock.attempts.looking import Looking
from workers.airlock.attempts.original import bring_in
from workers.airlock.attempts.photo import publish_photo
from workers.airlock.attempts.trying import BlockGone, try_once
from workers.airlock.both_sides import Airlock, BothSides
from workers.airlock.finish import end
from workers.media import rework, rungs

__all__ = ["Airlock", "admit"]


def admit(airlock: Airlock, clip_id: ClipId) -> None:
    """Claims the clip and puts it on screen, or goes as far as this attempt gets. Running it twice is harmless."""
    try_once(airlock, clip_id, _admit)


def _admit(airlock: Airlock, attempt: Attempt) -> None:
    stores, clip = airlock.stores, attempt.clip
    on_screen = is_whole(stores, clip)
    if is_all_there(stores, clip) if on_screen else _take_through(airlock, attempt):
        end(stores, attempt)
    else:
        _hand_on(airlock, attempt)


def _take_through(airlock: Airlock, attempt: Attempt) -> bool:
    """Whether that was all there is to do: a small clip has no larger renditions, and a photo comes whole."""
    clip, stores, tools = attempt.clip, airlock.stores, airlock.tools

    def look() -> bool:
        attempt.along(Stage.CHECKING, 0.03)  # it may take as long as a lease lasts
        return False

    attempt.at(Stage.CHECKING, 0.01)
    _demand_block(stores, clip)
    original, known = bring_in(stores, attempt, Stage.CHECKING, 0.02), Known.of(stores.record, clip.post_id)
    source, found = original.path, known.of_file(original.sha256)
    photo = rework.inspect_photo(tools, source, cancelled=look)
    if photo is not None:
        publish_photo(airlock, attempt, source, photo, Looking(airlock, attempt, known, found))
        return True
    probed = attempt.cut(rework.inspect(tools, source, cancelled=look))
    first, *larger = rungs.rungs(probed)

    def wait() -> bool:
        attempt.along(Stage.ENCODING, SHARE[0])
        return False

    attempt.at(Stage.ENCODING, SHARE[0])
    # What is found by comparing all of a clip's pictures is found before the first of them is made.
    blur = rework.survey(tools, source, probed, first, attempt.blur, attempt.scratch, cancelled=wait)
    looking, shape = Looking(airlock, attempt, known, found), rungs.size(probed, first)
    with Carrier(airlock, attempt, shape, probed.seconds, looking, last=not larger) as on:
        rework.first_rung(tools, source, probed, first, sound=clip.sound, arrived=on.take, cancelled=on.look, blur=blur)
        on.whole()
    return not larger


def _demand_block(stores: BothSides, clip: Clip) -> None:
    with stores.record.read() as conn:
        if versions.block(conn, clip.block) is None:
            raise BlockGone


def _hand_on(airlock: Airlock, attempt: Attempt) -> None:
    """The larger renditions are another job's, in a lane where they keep nobody off the screen."""
    attempt.leave()
    with airlock.stores.vault.write(by=AIRLOCK) as tx:
        if not leases.hand_on(tx, attempt.clip):
            raise Stopped
        tx.after_commit(airlock.doorbell.finish_clip, attempt.clip.id)
