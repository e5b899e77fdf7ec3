"""Puts a photo on the record: all of it at once, so that there is nothing of it that could arrive later."""

from __future__ import annotations

from pathlib import Path

from feed import posting
from storage.db import AIRLOCK
from storage.identity.clips.clips import Stage
from storage.kit import ids
from storage.posts.posts import Rendition
from workers.airlock.attempts.arriving import SHARE
from workers.airlock.attempts.attempt import Attempt
from workers.airlock.attempts.looking import Looking
from workers.airlock.attempts.putting import demand_done, put_all
from workers.airlock.attempts.saying import new_post, say_published
from workers.airlock.both_sides import Airlock
from workers.media import rework
from workers.media.photo import Photo
from workers.media.refusals import Reason, RefusedClip


def publish_photo(airlock: Airlock, attempt: Attempt, source: Path, seen: Photo, looking: Looking) -> None:
    """Makes the photo anew and publishes it. Raises Stopped, RefusedClip, NotClean, OSError, Unavailable."""
    stores, clip = airlock.stores, attempt.clip
    if clip.trim:  # never left out unsaid; who asks is told before it is accepted, a version ago they were not
        raise RefusedClip(Reason.TRIM_OF_PHOTO)

    def look() -> bool:
        attempt.along(Stage.ENCODING, SHARE[0])
        return False

    attempt.at(Stage.ENCODING, SHARE[0])
    out = attempt.scratch / "out"
    made = rework.make_photo(airlock.tools, source, seen, out, blur=attempt.blur, cancelled=look)
    looking.at_photo(made[0].path)
    files = [Rendition(still.name, ids.new_id(), still.width, still.height, still.bytes) for still in made]
    put_all(stores, attempt, [(file.key, still.path) for file, still in zip(files, made, strict=True)])
    new = new_post(stores, clip, "photo", seconds=0, found=looking.found)
    with stores.record.write(by=AIRLOCK) as tx:
        outcome = posting.publish(tx, stores.bell, new, files, generation=clip.attempts, last=True)
    demand_done(stores, [file.key for file in files], outcome)
    say_published(stores, clip)
    attempt.at(Stage.PUBLISHING, SHARE[1])
