"""The drill: a city is lost after a backup, and comes back without what was shredded, withdrawn or hidden since."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.cli import main
from feed import posting
from feed.actions import Send
from feed.bell import Bell
from feed.listener import Listener
from feed.memory import Memory
from feed.tickets import Grant
from storage import audit, backup, feed_log, posts
from storage.db import AIRLOCK, OPERATOR, RESIDENT, Database
from storage.identity import clip_lists, clips, leases, originals
from storage.identity.clips import Clip, ClipState
from storage.identity.vault import ClipId, Receipt, ResidentId, Vault
from storage.kit import migrate
from storage.kit.errors import NotThere
from storage.objects import Bucket, Folder
from storage.posts import PostState, Rendition, Verb
from tests import builders
from tests.conftest import LINEAGES, NewDatabase
from tests.servers.postgres import PostgresServer
from tests.storage.identity.making import KEY, a_resident, an_accepted_clip, claimed, the_clip
from workers import chores
from workers.airlock.admit import Airlock
from workers.airlock.agree import agree
from workers.airlock.both_sides import BothSides
from workers.airlock.reconcile import _resend
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


def test_the_drill(town: Town, ada: ResidentId, capsys: pytest.CaptureFixture[str]) -> None:
    """Backed up, lived on, lost, restored: shredded stays unreadable, withdrawn withdrawn, hidden hidden, no limbo."""
    sent = {name: town.clip(ada) for name in ("stands", "withdrawn", "hidden", "half", "waiting", "leaving")}
    clip = {name: one for name, (one, _) in sent.items()}
    keys = {name: town.publish(clip[name]) for name in ("stands", "withdrawn", "hidden")}
    town.publish(clip["half"], last=False)
    cursor = _cursor(town.stores.record)
    out = town.data / "backup"
    assert town.run("backup", "--out", str(out), "--side", "both", "--media") == 0
    town.withdraw(clip["withdrawn"])
    town.withdraw(clip["leaving"])
    town.hide(clip["hidden"])
    later, _ = town.clip(ada)
    town.publish(later)
    chores.note_takedowns(town.stores.record, town.stores.media, town.stores.bell)

    town.lose()
    assert town.run("restore", str(out)) == 0, capsys.readouterr().err

    assert {name: town.state(one) for name, one in clip.items()} == {
        "stands": PostState.LIVE,
        "withdrawn": PostState.WITHDRAWN,
        "hidden": PostState.HIDDEN,
        "half": PostState.LIVE,
        "waiting": None,
        "leaving": PostState.WITHDRAWN,
    }
    assert town.state(later) is None
    _bring_to_their_ends(town)
    assert {name: town.now(one).state for name, one in clip.items()} == {
        "stands": ClipState.PUBLISHED,
        "withdrawn": ClipState.WITHDRAWN,
        "hidden": ClipState.PUBLISHED,
        "half": ClipState.PUBLISHED,
        "waiting": ClipState.REJECTED,
        "leaving": ClipState.WITHDRAWN,
    }
    assert town.now(clip["waiting"]).reason == "lost_in_restore"
    assert all(town.now(one).ended_at is not None for one in clip.values())
    with town.stores.vault.read() as conn:
        for one in clip.values():
            with pytest.raises(NotThere):
                originals.key_of(conn, town.stores.vault, one.upload_id)
        assert clips.by_receipt(conn, sent["stands"][1]).id == clip["stands"].id
    assert town.stores.media.size(keys["stands"]) == 1000
    with pytest.raises(NotThere):
        town.stores.media.size(keys["withdrawn"])
    assert _told_to_a_listener(town.stores.record, cursor)["reset"] is True
    with town.stores.record.read() as conn:
        count, broken = audit.verify(conn)
        done = [entry.action for entry in audit.page(conn, before=None, limit=50)]
    assert (count >= 8, broken) == (True, None)
    assert "record.restore" in done
    assert town.run("verify-audit") == 0


def test_a_clip_that_ended_between_the_two_copies_comes_to_its_end(town: Town, ada: ResidentId) -> None:
    """Its post was arriving in the record's copy, its clip had ended in identity's: it does not arrive for ever."""
    clip, _ = town.clip(ada)
    town.publish(clip, last=False)
    record, identity = str(town.data / "what"), str(town.data / "who")
    town.run("backup", "--out", record)
    town.finish(clip)
    town.run("backup", "--out", identity, "--side", "identity")
    town.lose()

    assert [town.run("restore", folder) for folder in (record, identity)] == [0, 0]
    _resend(Airlock(town.stores, None, town.data, town.data), None)  # type: ignore[arg-type]

    with town.stores.record.read() as conn:
        assert backup.standing_of(conn, [clip.post_id]) == {clip.post_id: backup.Standing(PostState.LIVE)}
    assert town.now(clip).ended_at is not None


def test_a_lost_bucket_comes_back_from_the_copy(
    town: Town, ada: ResidentId, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the notes of what was taken back lost as well, that has to be said aloud; media come from the backup."""
    clip, _ = town.clip(ada)
    key, out = town.publish(clip), str(town.data / "backup")
    town.run("backup", "--out", out, "--side", "both", "--media")
    town.lose(media=True)

    refused = town.run("restore", out)
    told = capsys.readouterr().err
    before = town.state(clip)
    restored = town.run("restore", out, "--without-takedowns")

    assert (refused, before, restored) == (1, None, 0)
    assert "--without-takedowns" in told
    assert town.stores.media.size(key) == 1000
    assert town.state(clip) is PostState.LIVE


def test_notes_kept_elsewhere_count(town: Town, ada: ResidentId) -> None:
    """A copy of the bucket's notes on another disk is named with --takedowns."""
    clip, _ = town.clip(ada)
    town.publish(clip)
    out = str(town.data / "backup")
    town.run("backup", "--out", out)
    town.withdraw(clip)
    town.lose(identity=False, media=True)

    assert town.run("restore", out, "--takedowns", str(town.data / "media")) == 0
    assert town.state(clip) is PostState.WITHDRAWN


def test_the_record_alone_is_settled_with_the_identity_side_that_lived_on(town: Town, ada: ResidentId) -> None:
    """What was published after the backup and is shredded by now is told as lost; what can still be read goes again."""
    stands, after, half = (town.clip(ada)[0] for _ in range(3))
    town.publish(stands)
    out = str(town.data / "backup")
    town.run("backup", "--out", out)
    town.publish(after)
    town.publish(half, last=False)
    town.lose(identity=False)

    assert town.run("restore", out) == 0
    assert town.run("restore", "--settle") == 0

    assert town.now(stands).state is ClipState.PUBLISHED
    assert (town.now(after).state, town.now(after).reason) == (ClipState.REJECTED, "lost_in_restore")
    assert town.now(half).state is ClipState.RECEIVED


def test_identity_comes_after_the_record(town: Town, ada: ResidentId, capsys: pytest.CaptureFixture[str]) -> None:
    """It is settled by what the record holds: into an empty one every post would look lost."""
    town.publish(town.clip(ada)[0])
    out = str(town.data / "backup")
    town.run("backup", "--out", out, "--side", "identity")
    town.lose()

    assert town.run("restore", out) == 1
    assert "record first" in capsys.readouterr().err


def test_without_the_vaults_key_nothing_is_opened(
    town: Town, ada: ResidentId, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing key is asked for, not drawn anew; another one is told to be another one."""
    town.publish(town.clip(ada)[0])
    out, key = str(town.data / "backup"), town.data / "identity/keys/vault.key"
    town.run("backup", "--out", out, "--side", "identity")
    town.lose(record=False)

    key.unlink()
    missing = town.run("restore", out), capsys.readouterr().err, key.exists()
    key.write_bytes(bytes(32))
    another = town.run("restore", out), capsys.readouterr().err

    assert (missing[0], missing[2], another[0]) == (1, False, 1)
    assert "Put the vault's key back first" in missing[1]
    assert "another vault key" in another[1]


def test_the_sides_are_kept_apart(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """One folder takes both only when both were asked for in one breath."""
    out = str(town.data / "backup")

    done = [town.run("backup", "--out", out, "--side", side) for side in ("record", "identity")]

    assert done == [0, 1]
    assert "apart" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["backup", "--side", "identity", "--media"], ["restore"]])
def test_what_makes_no_sense_is_refused(town: Town, arguments: list[str]) -> None:
    """Media without the record; a restore of nothing."""
    more = ["--out", str(town.data / "out")] if arguments[0] == "backup" else [str(town.data / "nowhere")]

    assert town.run(*arguments, *more) == 1


@pytest.mark.engines("sqlite")
def test_a_city_moves_to_another_engine(town: Town, ada: ResidentId, postgres: PostgresServer) -> None:
    """From SQLite to PostgreSQL, both sides."""
    clip, receipt = town.clip(ada)
    town.publish(clip)
    out = str(town.data / "backup")
    town.run("backup", "--out", out, "--side", "both")
    town.new_record, town.new_identity = (_maker(postgres, side) for side in ("record", "identity"))

    town.lose()

    assert town.stores.record.engine.dialect.name == "postgresql"
    assert town.run("restore", out) == 0
    assert town.state(clip) is PostState.LIVE
    with town.stores.vault.read() as conn:
        assert clips.by_receipt(conn, receipt).state is ClipState.PUBLISHED


def _maker(postgres: PostgresServer, side: str) -> NewDatabase:
    def make(_folder: Path) -> str:
        postgres.create(f"moved_{side}")
        database = Database(postgres.url(f"moved_{side}"))
        migrate.to_newest(database.engine, LINEAGES[side][0])
        database.engine.dispose()
        return postgres.url(f"moved_{side}")

    return make


def _opened(data: Path, bell: Bell) -> BothSides:
    record = Database(os.environ["PORCHLIGHT_RECORD_DATABASE"])
    vault = Vault(os.environ["PORCHLIGHT_IDENTITY_DATABASE"], KEY)
    media: Bucket = Folder(Path(os.environ["PORCHLIGHT_MEDIA"]))
    return BothSides(vault, Folder(data / "originals"), record, media, bell)


def _bring_to_their_ends(town: Town) -> None:
    """What reconcile does in its next rounds for clips that are leaving, or are all there will be."""
    with town.stores.vault.read() as conn:
        leaving, waiting = clip_lists.in_state(conn, ClipState.WITHDRAWING), clip_lists.unattended(conn, now=1 << 60)
    for clip in leaving:
        take_back(town.stores, clip.id)
    for clip in waiting:
        assert (clip.tries, agree(town.stores, clip)) == (clips.ATTEMPTS, True)
        with town.stores.vault.write(by=AIRLOCK) as tx:
            clips.end_unheld(tx, ClipId(clip.id))


def _cursor(record: Database) -> str:
    with record.read() as conn:
        head = feed_log.head(conn)
    return f"{head.epoch}:{head.seq}"


def _told_to_a_listener(record: Database, cursor: str) -> dict[str, object]:
    """What a listener is told first who comes back with this cursor."""
    with record.read() as conn:
        listener = Listener(Memory(feed_log.head(conn)))
    listener.said(json.dumps({"type": "hello", "ticket": "t", "cursor": cursor}))
    (first,) = listener.granted(Grant(audience="staff", divisions=("d",), handle="s"))
    assert isinstance(first, Send)
    told: dict[str, object] = json.loads(first.data[first.data.index(b"{") :])
    return told
