"""A restore that is refused changed nothing; one that broke off, or of two copies apart in time, comes to its end."""

# ruff: noqa: F811 - fixtures are imported, and named where they are used
from __future__ import annotations

import os

import pytest
from sqlalchemy import make_url

from api.commands import restore
from storage.backups import backup
from storage.db import Database
from storage.identity import backup as identity_backup
from storage.identity.clips.clips import ClipState
from storage.identity.vault import ResidentId
from storage.kit.errors import Unavailable
from storage.moderation import takedowns
from storage.posts.posts import PostState
from tests.api.commands.town import Town, ada, town  # noqa: F401 - fixtures
from workers.airlock.admit import Airlock
from workers.airlock.reconcile import _resend


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
    _resend(Airlock(town.stores, None, town.data, town.data, None), None)  # type: ignore[arg-type]

    with town.stores.record.read() as conn:
        assert backup.standing_of(conn, [clip.post_id]) == {clip.post_id: backup.Standing(PostState.LIVE)}
    assert town.now(clip).ended_at is not None


def test_another_vault_key_is_found_before_the_record_is_filled(
    town: Town, ada: ResidentId, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both sides stay empty; with the right key the same command does both."""
    clip, _ = town.clip(ada)
    town.publish(clip)
    out, place = str(town.data / "backup"), town.data / "identity/keys/vault.key"
    town.run("backup", "--out", out, "--side", "both")
    town.lose()
    right = place.read_bytes()
    place.write_bytes(bytes(32))

    refused = town.run("restore", out), capsys.readouterr().err, town.state(clip)
    place.write_bytes(right)

    assert (refused[0], "another vault key" in refused[1], refused[2]) == (1, True, None)
    assert town.run("restore", out) == 0
    assert (town.state(clip), town.now(clip).state) == (PostState.LIVE, ClipState.PUBLISHED)


@pytest.mark.parametrize("step", ["identity", "settling"])
def test_a_restore_that_broke_off_is_said_again(
    town: Town, ada: ResidentId, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], step: str
) -> None:
    """A side that was filled by then is left as it is, and the rest is done."""
    clip, _ = town.clip(ada)
    town.publish(clip)
    waiting, _ = town.clip(ada)
    out = str(town.data / "backup")
    town.run("backup", "--out", out, "--side", "both")
    town.lose()

    def away(*_: object) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(*((identity_backup, "restore") if step == "identity" else (restore, "_settle")), away)
        broke_off = town.run("restore", out)
    capsys.readouterr()
    again = town.run("restore", out), capsys.readouterr().out

    assert (broke_off, again[0]) == (1, 0)
    assert "record: this backup is there already" in again[1]
    assert ("identity: this backup is there already" in again[1]) is (step == "settling")
    assert town.state(clip) is PostState.LIVE
    assert (town.now(clip).state, town.now(waiting).state) == (ClipState.PUBLISHED, ClipState.REJECTED)


def test_notes_older_than_the_backup_are_not_enough(
    town: Town, ada: ResidentId, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bucket put back from somewhere older lacks what was taken down since: the mark tells."""
    clip, _ = town.clip(ada)
    town.publish(clip)
    out = str(town.data / "backup")
    town.run("backup", "--out", out)
    ((epoch, mark),) = takedowns.noted(town.stores.media).marks.items()
    town.lose(identity=False)
    takedowns._put(town.stores.media, f"takedowns{epoch}", str(mark - 1))
    behind = town.run("restore", out), capsys.readouterr().err
    takedowns._put(town.stores.media, f"takedowns{epoch}", str(mark))

    assert behind[0] == 1
    assert "--without-takedowns" in behind[1]
    assert town.run("restore", out) == 0


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize(
    ("command", "side", "role"),
    [
        ("restore", "RECORD", "porchlight_feed"),
        ("restore", "IDENTITY", "porchlight_airlock"),
        ("rotate-vault-key", "IDENTITY", "porchlight_resident"),
    ],
)
def test_nothing_is_changed_whole_while_a_program_is_connected(
    town: Town, ada: ResidentId, capsys: pytest.CaptureFixture[str], command: str, side: str, role: str
) -> None:
    """From wherever it runs: the operator's own folder knows nothing of programs on other machines."""
    out = str(town.data / "backup")
    town.run("backup", "--out", out, "--side", "both")
    url = make_url(os.environ[f"PORCHLIGHT_{side}_DATABASE"]).set(username=role)
    program = Database(url.render_as_string(hide_password=False))
    with program.read() as conn:
        conn.exec_driver_sql("select 1")

    refused = town.run(command, *([out] if command == "restore" else ["--to", str(town.data / "new.key")]))

    program.engine.dispose()
    assert refused == 1
    assert role in capsys.readouterr().err


@pytest.mark.engines("sqlite")
def test_a_folder_that_cannot_be_written_is_told_in_one_line(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the system says of it."""
    (town.data / "a file").write_bytes(b"")

    assert town.run("backup", "--out", str(town.data / "a file/out")) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"porchlight: {town.data}/a file")
    assert len(told.splitlines()) == 1
