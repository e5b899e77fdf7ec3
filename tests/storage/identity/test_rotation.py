"""Under a new vault key everything opens that should, and nothing under the old one."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import column, func, select, table

from storage.db import RESIDENT
from storage.identity import rotation
from storage.identity.alerts import alerted, alerts, push_devices
from storage.identity.alerts.alerts import Reach, Wanted
from storage.identity.cameras import cameras, listings, mail as camera_mail
from storage.identity.cameras.listings import Listing
from storage.identity.clips import authorship, clips, originals
from storage.identity.residents import logins, residents
from storage.identity.rotation import Resealed
from storage.identity.vault import ResidentId, SealBrokenError, Vault, is_under, new_key
from storage.kit.ids import DivisionId, PostId
from tests.builders import block
from tests.servers.push_stand_in import Browser
from tests.storage.identity.making import MAIL, a_camera, a_resident, a_token, an_accepted_clip


@pytest.fixture
def renewed(vault: Vault) -> Iterator[Vault]:
    """The same database under another key."""
    opened = Vault(vault.engine.url.render_as_string(hide_password=False), new_key())
    yield opened
    opened.engine.dispose()


def test_who_and_what_open_under_the_new_key(vault: Vault, renewed: Vault, ada: ResidentId) -> None:
    """Mail addresses, whose log-in finds them, keys of originals and words; log-ins and receipts go on."""
    clip_id, receipt = an_accepted_clip(vault, ada, title="A blue van")
    token = a_token(vault, ada)

    done = rotation.reseal(vault, renewed)

    assert done == Resealed(residents=1, originals=1)
    with renewed.read() as conn:
        found = residents.one(conn, renewed, ada)
        clip = clips.by_receipt(conn, receipt)
        assert found is not None
        assert (found.mail, residents.find(conn, renewed, MAIL)) == (MAIL, ada)
        assert clips.words(conn, renewed, clip) == ("A blue van", "It went round twice.")
        assert (clip.id, logins.who(conn, token)) == (clip_id, ada)


def test_mail_to_owners_goes_where_it_went(vault: Vault, renewed: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its addresses are sealed apart from those that residents log in with."""
    monkeypatch.setattr(camera_mail, "LEAST", 1)
    with vault.write(by=RESIDENT) as tx:
        camera_mail.put(tx, vault, residents.find_or_make(tx, vault, MAIL), {DivisionId("central")})

    rotation.reseal(vault, renewed)

    with renewed.read() as conn:
        assert camera_mail.addresses(conn, renewed, DivisionId("central")) == [MAIL]
        with pytest.raises(SealBrokenError):
            camera_mail.addresses(conn, vault, DivisionId("central"))


def test_cameras_open_under_the_new_key(vault: Vault, renewed: Vault, ada: ResidentId) -> None:
    """Their names and what is said of them openly; nothing of it under the old one."""
    camera_id = a_camera(vault, ada, name="Back yard")
    with vault.write(by=RESIDENT) as tx:
        listings.give(tx, vault, ada, camera_id, Listing("12 Orchard Way", "Mara"))

    assert rotation.reseal(vault, renewed) == Resealed(residents=1, originals=0, cameras=1)

    with renewed.read() as conn:
        assert [one.facts.name for one in cameras.of_resident(conn, renewed, ada)] == ["Back yard"]
        assert listings.of_cameras(conn, renewed, [camera_id]) == {camera_id: Listing("12 Orchard Way", "Mara")}
        with pytest.raises(SealBrokenError):
            cameras.of_resident(conn, vault, ada)
        with pytest.raises(SealBrokenError):
            listings.of_cameras(conn, vault, [camera_id])


def test_nothing_opens_under_the_old_key(vault: Vault, renewed: Vault, ada: ResidentId) -> None:
    """Who stole it can read no copy made from here on."""
    clip_id, _ = an_accepted_clip(vault, ada)
    rotation.reseal(vault, renewed)

    with vault.read() as conn:
        clip = clips.one(conn, clip_id)
        assert clip is not None
        assert residents.find(conn, vault, MAIL) is None
        with pytest.raises(SealBrokenError):
            residents.one(conn, vault, ada)
        with pytest.raises(SealBrokenError):
            originals.key_of(conn, vault, clip.upload_id)
    assert (is_under(vault), is_under(renewed)) == (False, True)


def test_what_was_made_under_the_old_key_is_dropped(vault: Vault, renewed: Vault, ada: ResidentId) -> None:
    """A code, and the memory of a request: repeated, it would be answered with a receipt that opens nothing."""
    an_accepted_clip(vault, ada, key="a request", request="{}")
    with vault.write(by=RESIDENT) as tx:
        code = logins.new_code(tx, vault, MAIL)

    rotation.reseal(vault, renewed)

    with renewed.write(by=RESIDENT) as tx:
        assert logins.redeem(tx, renewed, MAIL, code) is None
        assert authorship.accepted_before(tx.connection, ada, "a request", "{}") is None


def test_many_are_sealed_page_by_page(vault: Vault, renewed: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is skipped; shredded originals stay shredded."""
    monkeypatch.setattr(rotation, "AT_ONCE", 2)
    people = [a_resident(vault, f"{name}@example.org") for name in "abcde"]

    assert rotation.reseal(vault, renewed) == Resealed(residents=5, originals=0)
    with renewed.read() as conn:
        mails = {found.mail for one in people if (found := residents.one(conn, renewed, one))}
    assert mails == {f"{name}@example.org" for name in "abcde"}


@pytest.mark.engines("postgresql")
def test_what_is_written_meanwhile_is_sealed_anew_as_well(vault: Vault, renewed: Vault, ada: ResidentId) -> None:
    """A program that nobody stopped is waited for, and kept waiting: nothing stays under the old key."""
    done: list[Resealed] = []
    rotating = threading.Thread(target=lambda: done.append(rotation.reseal(vault, renewed)))

    with vault.write(by=RESIDENT) as tx:
        late = residents.find_or_make(tx, vault, "late@example.org")
        rotating.start()
        _wait_for_a_waiter(vault, rotating)
    rotating.join(30)

    assert done == [Resealed(residents=2, originals=0)]
    with renewed.read() as conn:
        found = residents.one(conn, renewed, late)
    assert found is not None
    assert found.mail == "late@example.org"


def _wait_for_a_waiter(vault: Vault, rotating: threading.Thread) -> None:
    """Until the other one waits for us, or is through."""
    locks, deadline = table("pg_locks", column("granted")), time.monotonic() + 30
    with vault.read() as conn:
        asked = select(func.count()).select_from(locks).where(column("granted").is_(False))
        while conn.execute(asked).scalar_one() == 0 and rotating.is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)


def test_an_empty_vault_is_under_any_key(vault: Vault, renewed: Vault) -> None:
    """There is nothing to open."""
    assert is_under(vault)
    assert is_under(renewed)


def test_the_canary_sings_for_the_new_key(vault: Vault, renewed: Vault) -> None:
    """Also where nobody is in the vault, and whether there was one before or not."""
    for _ in range(2):
        rotation.reseal(vault, renewed)

        assert (is_under(vault), is_under(renewed)) == (False, True)


def test_alerts_go_on_by_mail_and_devices_are_asked_anew(vault: Vault, renewed: Vault, ada: ResidentId) -> None:
    """An address for alerts opens under the new key; browsers know us by a key that was made of the old one."""
    subscription = Browser("https://push.example.net/1").subscription
    with vault.write(by=RESIDENT) as tx:
        wanted = Wanted({"crime": Reach.BLOCK}, mail=True)
        alert_id = alerts.ask(tx, vault, ada, wanted, home=block(), mail=MAIL, zone=ZoneInfo("UTC"))
        push_devices.add(tx, vault, alert_id, logins.start(tx, ada), subscription)
        alerted.note(tx, vault, PostId("p"), {alert_id: True}, version=1)

    rotation.reseal(vault, renewed)

    with renewed.read() as conn:
        (one,) = alerted.recipients(conn, [alert_id])
        assert one.mail_sealed is not None
        assert renewed.unseal(f"alerts:{alert_id}", one.mail_sealed).decode() == MAIL
        assert alerts.of(conn, ada) == wanted
        assert push_devices.ids_of(conn, alert_id) == []
        assert alerted.versions(conn, vault, PostId("p"), [alert_id]) == {}
