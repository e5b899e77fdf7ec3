"""What clips looked like that moderators removed: looked at once they are, forgotten when they come back or in time."""

from __future__ import annotations

import tempfile
from pathlib import Path

from storage.db import AIRLOCK, only_one
from storage.kit import log
from storage.kit.errors import NotThere
from storage.kit.ids import PostId
from storage.moderation import removed_views
from storage.posts import segments
from workers.airlock.agree import FIRST
from workers.airlock.both_sides import Airlock
from workers.media.keyframes import views_of
from workers.media.refusals import RefusedClip
from workers.redact.returning import can_return
from workers.redact.views import NOTHING, Views, to_bytes

AT_ONCE = 20  # clips a round
REMEMBERING = 0x72656D76  # the advisory lock's number
NICE = 15


def look_at_removed(airlock: Airlock) -> int:
    """One round; answers how many removed clips were looked at. Twice is once."""
    record = airlock.stores.record
    with record.write(by=AIRLOCK) as tx:
        removed_views.forget(tx)
    with record.read() as conn:
        missing = removed_views.missing(conn, limit=AT_ONCE)
    with only_one(record, REMEMBERING) as first:
        if not first:
            return 0
        for post_id in missing:
            try:
                seen = _look(airlock, post_id)
            except (RefusedClip, NotThere, OSError) as why:  # one that cannot be looked at cannot be known again
                log.fault("removed_clip_not_seen", why)
                seen = NOTHING
            with record.write(by=AIRLOCK) as tx:
                removed_views.remember(tx, post_id, to_bytes(seen) if can_return(seen) else b"")
    return len(missing)


def _look(airlock: Airlock, post_id: PostId) -> Views:
    with airlock.stores.record.read() as conn:
        pieces = segments.of_file(conn, post_id, FIRST)
    with tempfile.TemporaryDirectory(dir=airlock.work.parent) as folder:
        clip = Path(folder) / "clip.mp4"
        with clip.open("wb") as file:
            for piece in pieces:
                for chunk in airlock.stores.media.chunks(piece.key):
                    file.write(chunk)
        return views_of(airlock.tools, clip, nice=NICE)
