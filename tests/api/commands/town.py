"""A city's stores to back up, lose and restore by command."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.cli import main
from feed import correcting, editing, posting
from feed.bell import Bell
from storage.db import AIRLOCK, OPERATOR, RESIDENT, Database
from storage.identity.clips import clips, leases
from storage.identity.clips.clips import Clip
from storage.identity.vault import Receipt, ResidentId, Vault
from storage.objects import Bucket, Folder
from storage.posts import posts
from storage.posts.posts import PostState, Rendition, Verb
from tests import builders
from tests.conftest import NewDatabase
from tests.storage.identity.making import KEY, a_resident, an_accepted_clip, claimed, the_clip
from workers import chores
from workers.airlock.both_sides import BothSides
from workers.airlock.shred import shred
from workers.airlock.withdraw import take_back


@dataclass
class Town:
    """A city's stores, and where its commands look for them."""

    stores: BothSides
    data: Path
    patch: pytest.MonkeyPatch
    new_record: NewDatabase
    new_identity: NewDatabase

    def run(self, *arguments: str) -> int:
        """One command of the operator's."""
        return main([*arguments, "--data", str(self.data)])

    def lose(self, *, record: bool = True, identity: bool = True, media: bool = False) -> None:
        """New and empty databases, and an empty bucket, in the place of those that were lost."""
        self.close()
        for lost, side, make in ((record, "RECORD", self.new_record), (identity, "IDENTITY", self.new_identity)):
            if lost:
                place = self.data / f"new {side}"
                place.mkdir()
                self.patch.setenv(f"PORCHLIGHT_{side}_DATABASE", make(place))
        if media:
            self.patch.setenv("PORCHLIGHT_MEDIA", str(self.data / "new media"))
        self.stores = _opened(self.data, self.stores.bell)

    def close(self) -> None:
        """Lets go of both databases."""
        self.stores.vault.engine.dispose()
        self.stores.record.engine.dispose()

    def clip(self, ada: ResidentId) -> tuple[Clip, Receipt]:
        """One that is accepted."""
        clip_id, receipt = an_accepted_clip(self.stores.vault, ada, bucket=self.stores.originals)
        return the_clip(self.stores.vault, clip_id), receipt

    def publish(self, clip: Clip, *, last: bool = True) -> str:
        """Takes a clip through, without the encoder; answers where its media are."""
        clip, file = claimed(self.stores.vault, clip.id), builders.a_rendition()
        draft = self.data / "draft"
        draft.write_bytes(b"v" * 1000)
        self.stores.media.put(file.key, draft)
        files = [Rendition(file.file, file.key, file.width, file.height, 1000)]
        with self.stores.record.write(by=AIRLOCK) as tx:
            new = builders.a_new_post(id=clip.post_id)
            posting.publish(tx, self.stores.bell, new, files, generation=clip.attempts, last=last)
        with self.stores.vault.write(by=AIRLOCK) as tx:
            leases.publish(tx, clip)
            if last:
                leases.end(tx, the_clip(self.stores.vault, clip.id))
        if last:
            shred(self.stores, clip.upload_id)
        return file.key

    def finish(self, clip: Clip) -> None:
        """What was still to come of a clip is there."""
        with self.stores.record.write(by=AIRLOCK) as tx:
            posting.add_media(tx, self.stores.bell, clip.post_id, [], generation=1, last=True)
        with self.stores.vault.write(by=AIRLOCK) as tx:
            leases.end(tx, self.now(clip))
        shred(self.stores, clip.upload_id)

    def withdraw(self, clip: Clip) -> None:
        """Its author takes it back."""
        with self.stores.vault.write(by=RESIDENT) as tx:
            clips.withdraw(tx, clip.id)
        take_back(self.stores, clip.id)

    def hide(self, clip: Clip) -> None:
        """A moderator hides it."""
        with self.stores.record.write(by=OPERATOR) as tx:
            posting.decide(tx, self.stores.bell, clip.post_id, Verb.HIDE, reason="privacy")

    def cut(self, clip: Clip, words: str) -> None:
        """A moderator takes words out of it."""
        with self.stores.record.write(by=OPERATOR) as tx:
            editing.cut_out(tx, self.stores.bell, correcting.correctable(tx, clip.post_id), [words], reason="privacy")

    def state(self, clip: Clip) -> PostState | None:
        """What the record says."""
        with self.stores.record.read() as conn:
            return posts.state_of(conn, clip.post_id)

    def now(self, clip: Clip) -> Clip:
        """What the identity side says."""
        return the_clip(self.stores.vault, clip.id)


@pytest.fixture
def town(
    new_record: NewDatabase,
    new_identity: NewDatabase,
    bell: Bell,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Town]:
    """A city with its blocks, empty of clips."""
    for side, make in (("RECORD", new_record), ("IDENTITY", new_identity)):
        (tmp_path / side).mkdir()
        monkeypatch.setenv(f"PORCHLIGHT_{side}_DATABASE", make(tmp_path / side))
    monkeypatch.setenv("PORCHLIGHT_MEDIA", str(tmp_path / "media"))
    (tmp_path / "identity/keys").mkdir(parents=True)
    (tmp_path / "identity/keys/vault.key").write_bytes(KEY)
    town = Town(_opened(tmp_path, bell), tmp_path, monkeypatch, new_record, new_identity)
    with town.stores.record.write(by=OPERATOR) as tx:
        builders.load_city(tx)
    chores.note_takedowns(town.stores.record, town.stores.media, bell)
    yield town
    town.close()


@pytest.fixture
def ada(town: Town) -> ResidentId:
    """A resident."""
    return a_resident(town.stores.vault)


def _opened(data: Path, bell: Bell) -> BothSides:
    record = Database(os.environ["PORCHLIGHT_RECORD_DATABASE"])
    vault = Vault(os.environ["PORCHLIGHT_IDENTITY_DATABASE"], KEY)
    media: Bucket = Folder(Path(os.environ["PORCHLIGHT_MEDIA"]))
    return BothSides(vault, Folder(data / "originals"), record, media, bell)
