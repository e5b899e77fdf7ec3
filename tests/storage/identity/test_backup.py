"""The identity side goes out sealed, and comes back with every original shredded."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from storage.backups import dump
from storage.db import OPERATOR, RESIDENT
from storage.identity import backup
from storage.identity.alerts import alerts, push_devices
from storage.identity.alerts.alerts import Reach, Wanted
from storage.identity.cameras import cameras, listings
from storage.identity.cameras.cameras import CameraState
from storage.identity.cameras.listings import Listing
from storage.identity.clips import authorship, clips, originals
from storage.identity.clips.originals import UploadState
from storage.identity.residents import logins, residents
from storage.identity.vault import Receipt, ResidentId, SealBrokenError, Vault, new_key
from storage.kit.errors import NotThere
from tests.builders import block
from tests.conftest import NewDatabase
from tests.servers.push_stand_in import Browser
from tests.storage.identity.making import KEY, MAIL, a_camera, a_token, an_accepted_clip, bytes_below


@pytest.fixture
def receipt(vault: Vault, ada: ResidentId) -> Receipt:
    """Ada lives somewhere, is logged in, and sent a clip."""
    with vault.write(by=RESIDENT) as tx:
        residents.move(tx, ada, block())
    return an_accepted_clip(
        vault, ada, title="A blue van", blur=("plates",), boxes=((1, 2, 30, 40),), trim=(1500, 8000)
    )[1]


@pytest.fixture
def empty(new_identity: NewDatabase, tmp_path: Path) -> Iterator[Vault]:
    """Another vault under the same key, with nobody in it."""
    (tmp_path / "other").mkdir()
    opened = Vault(new_identity(tmp_path / "other"), KEY)
    yield opened
    opened.engine.dispose()


def test_the_copy_tells_nothing_without_the_key(
    vault: Vault, ada: ResidentId, receipt: Receipt, tmp_path: Path
) -> None:
    """No id, block, mail address or time of a row stands in it; only how many rows there are."""
    manifest = backup.back_up(vault, tmp_path / "copy")

    stored = bytes_below(tmp_path / "copy")
    with vault.read() as conn:
        clip = clips.by_receipt(conn, receipt)
    for told in (ada, block(), MAIL, receipt, clip.id, clip.post_id, str(clip.accepted_at)):
        assert told.encode() not in stored
    with pytest.raises(gzip.BadGzipFile), gzip.open(tmp_path / "copy/clips.jsonl.gz") as lines:
        lines.read()
    assert manifest.tables["residents"].rows == 1


def test_who_comes_back_and_originals_do_not(
    vault: Vault, empty: Vault, ada: ResidentId, receipt: Receipt, tmp_path: Path
) -> None:
    """Mail, home, authorship and receipts hold; the original's key, the words as typed and the log-in are gone."""
    token = a_token(vault, ada)
    manifest = backup.back_up(vault, tmp_path / "copy")

    with empty.write(by=OPERATOR) as tx:
        backup.restore(tx, empty, tmp_path / "copy", manifest)

    with empty.read() as conn:
        found = residents.one(conn, empty, ada)
        clip = clips.by_receipt(conn, receipt)
        assert found is not None
        assert (found.mail, found.home) == (MAIL, block())
        assert [mine.clip.id for mine in authorship.of_resident(conn, ada)] == [clip.id]
        assert (clip.blur, clip.boxes, clip.trim) == (("plates",), ((1, 2, 30, 40),), (1500, 8000))
        assert clips.words(conn, empty, clip) is None
        assert originals.one(conn, clip.upload_id).state is UploadState.SHREDDED
        with pytest.raises(NotThere):
            originals.key_of(conn, empty, clip.upload_id)
        assert logins.who(conn, token) is None


def test_cameras_come_back_asleep(vault: Vault, empty: Vault, ada: ResidentId, tmp_path: Path) -> None:
    """They may have been moved or retired since: nobody is asked about one until its owner confirms it."""
    names = ("Door", "Yard")
    door, yard = (a_camera(vault, ada, name=name) for name in names)
    with vault.write(by=RESIDENT) as tx:
        listings.give(tx, vault, ada, door, Listing("12 Orchard Way", "Mara"))
        cameras.change(tx, vault, ada, yard, {}, paused=True)
    manifest = backup.back_up(vault, tmp_path / "copy")

    with empty.write(by=OPERATOR) as tx:
        backup.restore(tx, empty, tmp_path / "copy", manifest)

    with vault.read() as before, empty.read() as conn:
        found = cameras.of_resident(conn, empty, ada)
        assert [one.facts for one in found] == [one.facts for one in cameras.of_resident(before, vault, ada)]
        assert [one.state for one in found] == [CameraState.ASLEEP, CameraState.PAUSED]
        assert listings.of_cameras(conn, empty, [door, yard]) == {door: Listing("12 Orchard Way", "Mara")}


@pytest.mark.usefixtures("receipt")
def test_another_vault_key_opens_nothing(vault: Vault, new_identity: NewDatabase, tmp_path: Path) -> None:
    """And leaves the database empty."""
    manifest = backup.back_up(vault, tmp_path / "copy")
    (tmp_path / "other").mkdir()
    other = Vault(new_identity(tmp_path / "other"), new_key())

    with pytest.raises(SealBrokenError), other.write(by=OPERATOR) as tx:
        backup.restore(tx, other, tmp_path / "copy", manifest)

    assert dump.check(backup.IDENTITY, tmp_path / "copy") == manifest
    with other.read() as conn:
        assert residents.find(conn, other, MAIL) is None
    other.engine.dispose()


def test_what_is_wished_for_comes_back_and_devices_do_not(
    vault: Vault, empty: Vault, ada: ResidentId, tmp_path: Path
) -> None:
    """Posts are numbered anew after it; a browser is added again by its next log-in."""
    with vault.write(by=RESIDENT) as tx:
        wanted = Wanted({"crime": Reach.BLOCK}, mail=True, digest=420)
        alert_id = alerts.ask(tx, vault, ada, wanted, home=block(), mail=MAIL, zone=ZoneInfo("UTC"))
        token = logins.start(tx, ada)
        push_devices.add(tx, vault, alert_id, token, Browser("https://push.example.net/1").subscription)
        tx.execute(update(alerts.alerts).values(since=17))
    manifest = backup.back_up(vault, tmp_path / "copy")

    with empty.write(by=OPERATOR) as tx:
        backup.restore(tx, empty, tmp_path / "copy", manifest)

    with empty.read() as conn:
        assert alerts.of(conn, ada) == wanted
        assert conn.execute(select(alerts.alerts.c.since)).scalar_one() == 0
        assert push_devices.ids_of(conn, alert_id) == []
