"""The drill: a city is lost after a backup, and comes back without what was shredded, withdrawn or hidden since."""

# ruff: noqa: F811 - fixtures are imported, and named where they are used
from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.commands import restore
from feed.actions import Send
from feed.listener import Listener
from feed.memory import Memory
from feed.tickets import Grant
from storage import audit, feed_log
from storage.db import AIRLOCK, Database
from storage.identity.clips import clips, lists as clip_lists, originals
from storage.identity.clips.clips import ClipState
from storage.identity.vault import ResidentId
from storage.kit import migrate
from storage.kit.clock import HOUR
from storage.kit.errors import NotThere
from storage.posts.posts import PostState
from tests.api.commands.town import Town, ada, town  # noqa: F401 - fixtures
from tests.cases import an_open_case, link
from tests.conftest import LINEAGES, NewDatabase
from tests.servers.postgres import PostgresServer
from workers import chores
from workers.airlock.agree import agree
from workers.airlock.withdraw import take_back

WORD = "van"


def test_the_drill(town: Town, ada: ResidentId, capsys: pytest.CaptureFixture[str]) -> None:
    """Backed up, lived on, lost, restored: shredded stays unreadable, withdrawn withdrawn, hidden hidden, no limbo.

    A post from which words were taken out since is held, and one from which they were before is as it was.
    """
    sent = {name: town.clip(ada) for name in ("stands", "withdrawn", "hidden", "cut", "half", "waiting", "leaving")}
    clip = {name: one for name, (one, _) in sent.items()}
    keys = {name: town.publish(clip[name]) for name in ("stands", "withdrawn", "hidden", "cut")}
    town.publish(clip["half"], last=False)
    town.cut(clip["stands"], WORD)
    cursor = _cursor(town.stores.record)
    out = town.data / "backup"
    assert town.run("backup", "--out", str(out), "--side", "both", "--media") == 0
    town.cut(clip["cut"], WORD)
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
        "cut": PostState.HELD,
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
        "cut": ClipState.PUBLISHED,
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


@pytest.mark.parametrize(("older", "state"), [(False, PostState.KEPT), (True, PostState.EXPIRED)])
def test_a_backup_older_than_its_notes_brings_back_nothing_for_a_case(
    town: Town, ada: ResidentId, monkeypatch: pytest.MonkeyPatch, older: bool, state: PostState
) -> None:
    """Nobody knows any more what of it was taken back since; a younger one brings what a case holds back to it."""
    if older:
        monkeypatch.setattr(restore, "NOTES_LAST_MS", -HOUR)
    clip, _ = town.clip(ada)
    town.publish(clip)
    link(town.stores.record, an_open_case(town.stores.record), clip.post_id)
    out = str(town.data / "backup")
    town.run("backup", "--out", out)
    town.lose(identity=False)

    assert town.run("restore", out) == 0
    chores.expire_posts(town.stores.record, town.stores.media, town.stores.bell)

    assert town.state(clip) is state


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


def _bring_to_their_ends(town: Town) -> None:
    """What reconcile does in its next rounds for clips that are leaving, or are all there will be."""
    with town.stores.vault.read() as conn:
        leaving, waiting = clip_lists.in_state(conn, ClipState.WITHDRAWING), clip_lists.unattended(conn, now=1 << 60)
    for clip in leaving:
        take_back(town.stores, clip.id)
    for clip in waiting:
        assert (clip.tries, agree(town.stores, clip)) == (clips.ATTEMPTS, True)
        with town.stores.vault.write(by=AIRLOCK) as tx:
            clips.end_unheld(tx, clip)


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
