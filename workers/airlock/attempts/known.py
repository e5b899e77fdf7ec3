"""Compares what is about to be shown with what is known: lists of the operator's, and what was removed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from storage.db import Database
from storage.kit.ids import PostId
from storage.moderation import known_bad, removed_views
from storage.moderation.held import KNOWN_BAD, RETURNED, Held
from storage.moderation.known_bad import Listed
from workers.redact.photo_looks import is_again, seen
from workers.redact.returning import returns
from workers.redact.views import NOTHING, Views, from_bytes, is_any_near

SHA256 = 32  # bytes
# Which guideline a removed clip broke is not said: it would tell which one it is.
ANY = "other"


@dataclass
class Known:
    """What is known when an attempt begins; false where that is nothing, and nothing need be looked at."""

    lists: list[Listed]
    removed: list[Views]
    photos: list[bytes] = field(default_factory=list)  # that were removed
    seen: Views = field(default_factory=lambda: NOTHING)

    @classmethod
    def of(cls, record: Database, post_id: PostId) -> Known:
        """As the record has it now, without what is known of this post itself."""
        with record.read() as conn:
            clips, photos = (removed_views.all_of(conn, kind, besides=post_id) for kind in ("video", "photo"))
            return cls(known_bad.lists(conn), [from_bytes(one) for one in clips], photos)

    def __bool__(self) -> bool:
        return bool(self.removed) or any(one.views for one in self.lists)

    def of_file(self, sha256: bytes) -> list[Held]:
        """Why a file is held, by its digest."""
        return [Held(one.reason, f"{KNOWN_BAD} {one.name}") for one in self.lists if _has(one.files, sha256)]

    def of_pictures(self, further: Views) -> list[Held]:
        """Why a clip, or photo, is held by what its pictures up to here look like, these further ones among them."""
        self.seen = np.concatenate([self.seen, further])
        listed = [(one, views) for one, views in self._listed if is_any_near(further, views)]
        found = [Held(one.reason, f"{KNOWN_BAD} {one.name}") for one, _ in listed]
        return [*found, *([Held(ANY, RETURNED)] if any(returns(one, self.seen) for one in self.removed) else [])]

    def of_photo(self, grey: bytes) -> list[Held]:
        """Why a photo is held by what it looks like as a whole."""
        photo = seen(grey)
        return [Held(ANY, RETURNED)] if any(is_again(one, photo) for one in self.photos) else []

    @cached_property
    def _listed(self) -> list[tuple[Listed, Views]]:
        return [(one, from_bytes(one.views)) for one in self.lists]


def _has(packed: bytes, sha256: bytes) -> bool:
    at = packed.find(sha256)
    while at >= 0 and at % SHA256:  # it may stand across two others
        at = packed.find(sha256, at + 1)
    return at >= 0
