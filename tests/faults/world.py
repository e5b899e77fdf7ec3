"""The airlock and the resident program over one record and one vault, and what must be true of them in the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI
from sqlalchemy import select, update

from api.resident.desk import Desk
from storage import audit, feed_log
from storage.db import AIRLOCK, Database, database_now
from storage.feed_log import Kind
from storage.identity.clips import lists as clip_lists
from storage.identity.clips.clips import Clip, ClipState
from storage.identity.schema import clips as clip_rows
from storage.identity.vault import ClipId, ResidentId
from storage.kit.clock import DAY
from storage.kit.ids import new_id
from storage.moderation import takedowns
from storage.objects import Bucket
from storage.posts import posts
from storage.posts.posts import MediaState, PostState
from storage.schema import renditions, segments
from tests.api.asking import Client
from tests.api.resident.conftest import Town
from tests.api.resident.neighbour import Neighbour
from tests.storage.identity.making import a_resident, a_token, an_accepted_clip, the_clip
from workers.airlock.admit import Airlock, admit
from workers.airlock.finish import finish
from workers.airlock.reconcile import reconcile

FILES = ("480p.mp4", "720p.mp4", "poster.jpg")  # of the tall clip


@dataclass(frozen=True)
class Accepted:
    """A clip on the books, its receipt, and its author's token."""

    id: ClipId
    receipt: str
    token: str


@dataclass
class World:
    """Both programs that stand on both sides, and residents who come anew for each clip."""

    airlock: Airlock
    desk: Desk
    app: FastAPI
    town: Town
    content: bytes
    begun: list[ClipId] = field(default_factory=list)

    @property
    def databases(self) -> tuple[Database, ...]:
        """Both, for who forks."""
        return self.airlock.stores.record, self.airlock.stores.vault

    def somebody(self) -> tuple[ResidentId, str]:
        """A resident who was never here before, and their token."""
        who = a_resident(self.airlock.stores.vault, f"{new_id()}@example.org")
        return who, a_token(self.airlock.stores.vault, who)

    @contextmanager
    def asking(self, token: str) -> Iterator[Neighbour]:
        """A client of theirs with a loop of its own: neither processes nor threads can share one."""
        client = Client(self.app, token)
        try:
            yield Neighbour(client, self.town.blocks[0])
        finally:
            client.close()

    def accepted(self) -> Accepted:
        """A clip of somebody new."""
        (who, token), stores = self.somebody(), self.airlock.stores
        clip_id, receipt = an_accepted_clip(
            stores.vault, who, self.content, stores.originals, block=self.town.blocks[0]
        )
        return Accepted(clip_id, receipt, token)

    def published(self) -> Accepted:
        """A clip that went all its way."""
        accepted = self.accepted()
        self.take_through(accepted.id)
        return accepted

    def take_through(self, clip_id: ClipId) -> None:
        """As workers of both lanes would."""
        admit(self.airlock, clip_id)
        finish(self.airlock, clip_id)

    def clip(self, clip_id: ClipId) -> Clip:
        """The clip as it stands."""
        return the_clip(self.airlock.stores.vault, clip_id)

    def change(self, clip_id: ClipId, **values: object) -> None:
        """Puts a clip where a test wants it."""
        with self.airlock.stores.vault.write(by=AIRLOCK) as tx:
            tx.execute(update(clip_rows).where(clip_rows.c.id == clip_id).values(**values))

    def mend(self, *clip_ids: ClipId) -> None:
        """What happens by itself after a crash, once the leases of the dead are over, until nothing is left to do."""
        for _ in range(4):
            with self.airlock.stores.vault.write(by=AIRLOCK) as tx:
                mine = clip_rows.c.id.in_(clip_ids)
                tx.execute(update(clip_rows).where(mine).values(lease_ends_at=tx.now() - 1, retry_at=0))
            reconcile(self.airlock, self.desk.doorbell)
            for clip_id in clip_ids:
                self.take_through(clip_id)
            if all(self.clip(clip_id).ended_at is not None for clip_id in clip_ids):
                break
        reconcile(self.airlock, self.desk.doorbell)

    def told(self, clip_id: ClipId) -> list[Kind]:
        """What the feed log tells of the clip's post, oldest first."""
        post_id = self.clip(clip_id).post_id
        with self.airlock.stores.record.read() as conn:
            return [line.kind for line in feed_log.after(conn, 0, limit=100_000) if line.post_id == post_id]

    def assert_published_once(self, clip_id: ClipId) -> None:
        """Both sides say so, with all media, and it was told once."""
        clip = self.clip(clip_id)
        with self.airlock.stores.record.read() as conn:
            post = posts.one(conn, [self.town.central], clip.post_id)
        assert (clip.state, clip.ended_at is not None) == (ClipState.PUBLISHED, True)
        assert post is not None
        assert (post.state, post.media_state) == (PostState.LIVE, MediaState.READY)
        assert sorted(file.file for file in post.renditions) == sorted(FILES), post.renditions
        assert self.told(clip_id).count(Kind.PUBLISHED) == 1

    def assert_withdrawn_for_good(self, clip_id: ClipId) -> None:
        """A tombstone, told at most once, and after nothing else."""
        clip, told = self.clip(clip_id), self.told(clip_id)
        with self.airlock.stores.record.read() as conn:
            state = posts.state_of(conn, clip.post_id)
        assert (clip.state, clip.ended_at is not None) == (ClipState.WITHDRAWN, True)
        assert state is PostState.WITHDRAWN
        assert told.count(Kind.WITHDRAWN) == told.count(Kind.PUBLISHED) <= 1
        assert Kind.WITHDRAWN not in told[:-1]

    def assert_nothing_astray(self) -> None:
        """The media bucket holds what posts name, nothing of any original is left, and no attempt's folder."""
        stores = self.airlock.stores
        with stores.record.read() as conn:
            keys = select(renditions.c.key).where(renditions.c.key != "").union(select(segments.c.key))
            named = set(conn.execute(keys).scalars())
        with stores.vault.read() as conn:
            readable = [clip for clip in clip_lists.unshredded(conn) if clip.state is not ClipState.QUARANTINED]
        found = {key for key in _keys(stores.record, stores.media) if not takedowns.is_note(key)}
        assert found == named, f"{len(found - named)} files no post names, {len(named - found)} named and not there"
        assert readable == []
        assert _keys(stores.record, stores.originals) == set()
        assert list(self.airlock.work.iterdir()) == []

    def assert_the_audit_stands(self) -> None:
        """No crash broke its chain."""
        with self.airlock.stores.record.read() as conn:
            assert audit.verify(conn)[1] is None


def _keys(record: Database, bucket: Bucket) -> set[str]:
    with record.read() as conn:
        found = bucket.keys(older_than=database_now(conn) + DAY)
        return {key for key in found if not takedowns.is_note(key)}
