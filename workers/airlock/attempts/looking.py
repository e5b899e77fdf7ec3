"""Looks at what an attempt is about to show, before it is on the record: is it listed, or was it removed before?

The original's digest, and each keyframe of what was made. A clip begins to be shown while the rest of it arrives, so
what is found in a later piece takes it off the screens before that piece is added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from feed import holding
from storage.db import AIRLOCK
from storage.kit import clock, log
from storage.moderation.held import Held
from workers.airlock.attempts.attempt import Attempt
from workers.airlock.attempts.known import Known
from workers.airlock.attempts.saying import say_held
from workers.airlock.both_sides import Airlock
from workers.media.keyframes import photo_of, views_of


@dataclass
class Looking:
    """Of one attempt; `found` is all that was found up to here."""

    airlock: Airlock
    attempt: Attempt
    known: Known
    found: list[Held]

    def at_photo(self, photo: Path) -> None:
        """At the larger size of a photo. Raises OSError."""
        if self.known:
            self._keep(self.known.of_pictures(views_of(self.airlock.tools, photo, photo=True)))
        if self.known.photos:
            self._keep(self.known.of_photo(photo_of(self.airlock.tools, photo)))

    def at_pieces(self, init: bytes, segments: Sequence[bytes]) -> list[Held]:
        """At further pieces of a clip, in order; what is found in them and was not before. Raises OSError."""
        if not self.known or not segments:
            return []
        clip = self.attempt.scratch / "looked-at.mp4"
        clip.write_bytes(init + b"".join(segments))
        try:
            return self._keep(self.known.of_pictures(views_of(self.airlock.tools, clip)))
        finally:
            clip.unlink()

    def hold(self, further: Sequence[Held]) -> None:
        """Takes the post, which is on the record by now, off the screens for this."""
        if not further:
            return
        stores, clip = self.airlock.stores, self.attempt.clip
        log.event("clip_held", attempt=clip.attempts)
        say_held(stores, clip, further)
        with stores.record.write(by=AIRLOCK) as tx:
            holding.hold_for(tx, stores.bell, clip.post_id, further, at=clock.rounded(clock.now()))

    def _keep(self, why: Sequence[Held]) -> list[Held]:
        fresh = [one for one in why if one not in self.found]
        self.found += fresh
        return fresh
