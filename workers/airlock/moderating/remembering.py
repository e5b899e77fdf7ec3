"""What clips and photos looked like that moderators removed: looked at at once, forgotten when back or in time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from storage.db import AIRLOCK, only_one
from storage.kit import log
from storage.kit.errors import NotThere
from storage.kit.ids import PostId
from storage.moderation import removed_views
from storage.posts import posts, segments
from workers.airlock.agree import FIRST
from workers.airlock.both_sides import Airlock
from workers.media.keyframes import photo_of, views_of
from workers.media.photo import SIZES
from workers.media.refusals import RefusedClip
from workers.redact.photo_looks import look
from workers.redact.returning import can_return
from workers.redact.views import to_bytes

AT_ONCE = 20  # posts a round
REMEMBERING = 0x72656D76  # the advisory lock's number
NICE = 15
PHOTO = SIZES[0][0]  # the largest: what is compared with it is too


def look_at_removed(airlock: Airlock) -> int:
    """One round; answers how many removed posts were looked at. Twice is once."""
    record = airlock.stores.record
    with record.write(by=AIRLOCK) as tx:
        removed_views.forget(tx)
    with record.read() as conn:
        missing = removed_views.missing(conn, limit=AT_ONCE)
    with only_one(record, REMEMBERING) as first:
        if not first:
            return 0
        for post_id, kind in missing:
            try:
                seen = _look_at_photo(airlock, post_id) if kind == "photo" else _look_at_clip(airlock, post_id)
            except (RefusedClip, NotThere, OSError) as why:  # one that cannot be looked at cannot be known again
                log.fault("removed_clip_not_seen", why)
                seen = b""
            with record.write(by=AIRLOCK) as tx:
                removed_views.remember(tx, post_id, seen)
    return len(missing)


def _look_at_clip(airlock: Airlock, post_id: PostId) -> bytes:
    with airlock.stores.record.read() as conn:
        keys = [piece.key for piece in segments.of_file(conn, post_id, FIRST)]
    with _fetched(airlock, keys) as clip:
        seen = views_of(airlock.tools, clip, nice=NICE)
    return to_bytes(seen) if can_return(seen) else b""


def _look_at_photo(airlock: Airlock, post_id: PostId) -> bytes:
    with airlock.stores.record.read() as conn:
        key = posts.key_of(conn, post_id, PHOTO)
    with _fetched(airlock, [key] if key else []) as photo:
        return look(photo_of(airlock.tools, photo, nice=NICE))


@contextmanager
def _fetched(airlock: Airlock, keys: Sequence[str]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=airlock.work.parent) as folder:
        media = Path(folder) / "media"
        with media.open("wb") as file:
            for key in keys:
                for chunk in airlock.stores.media.chunks(key):
                    file.write(chunk)
        yield media
