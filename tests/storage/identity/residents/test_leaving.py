"""Who leaves leaves nothing behind: no row that is theirs in any table, and no byte of them in any file."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Table, select, update

from storage.db import AIRLOCK, RESIDENT
from storage.identity.cameras import cameras
from storage.identity.clips import authorship, clips, originals
from storage.identity.clips.clips import ClipState
from storage.identity.residents import leaving, logins, partings, passkeys, residents
from storage.identity.residents.leaving import GOES, STAYS, Wish
from storage.identity.residents.partings import SPREAD, What
from storage.identity.residents.residents import Resident
from storage.identity.schema import metadata, partings as parting_rows
from storage.identity.vault import ClipId, ResidentId, Vault
from storage.kit.errors import NotLoggedIn
from storage.kit.ids import new_id
from tests.storage.identity.making import (
    MAIL,
    a_camera,
    a_resident,
    a_token,
    an_accepted_clip,
    an_upload,
    bytes_below,
    everything_of,
    the_clip,
)

NOTHING = Wish(clips=(), comments=(), spread=False)
GONE = {name for names in GOES for name in names} - {"partings", "uploads"}  # uploads that were posted are cut instead


def leave(vault: Vault, who: ResidentId, wish: Wish = NOTHING) -> None:
    """They leave."""
    with vault.write(by=RESIDENT) as tx:
        leaving.leave(tx, vault, _resident(vault, who), wish)


def _resident(vault: Vault, who: ResidentId) -> Resident:
    with vault.read() as conn:
        found = residents.one(conn, vault, who)
    assert found is not None
    return found


def _rows(vault: Vault, table: Table) -> int:
    with vault.read() as conn:
        return len(conn.execute(select(table)).all())


def _said(vault: Vault) -> str:
    """Every value of every table."""
    with vault.read() as conn:
        return repr([list(map(tuple, conn.execute(select(table)))) for table in metadata.sorted_tables])


def test_every_table_is_thought_of() -> None:
    """It says how its rows go, or why they stay: a new table stands in neither list, and fails here."""
    named = [*STAYS, *(name for names in GOES for name in names)]

    assert sorted(named) == sorted(metadata.tables)


def test_nothing_of_who_leaves_is_left_in_any_table(vault: Vault) -> None:
    """Of somebody in every table there is no row afterwards; of another, who is in every one too, all of them."""
    eve = everything_of(vault, "eve@example.org")
    before = {name: _rows(vault, metadata.tables[name]) for name in GONE}
    ada = everything_of(vault, MAIL)
    with_both = {name: _rows(vault, metadata.tables[name]) for name in GONE}
    with vault.read() as conn:
        mine = authorship.of_resident(conn, ada)[0]
        lookup = residents.mail_lookup(vault, MAIL)
        theirs = [ada, lookup, mine.handle, cameras.all_of(conn, ada)[0], *originals_of(vault, ada)]
        theirs.append(passkeys.of_resident(conn, vault, ada)[0].id)
    assert all(with_both[name] > before[name] for name in GONE), "the test has nobody in one of the tables"
    said = _said(vault)
    assert all(one in said for one in theirs)

    leave(vault, ada)

    # Of listening the row waits, and of nobody, until the feed was told to hang up.
    assert {name: _rows(vault, metadata.tables[name]) for name in GONE - {"listening"}} == {
        name: count for name, count in before.items() if name != "listening"
    }
    said = _said(vault)
    assert [one for one in theirs[:4] if one in said] == []
    with vault.read() as conn:
        assert residents.find(conn, vault, MAIL) is None
        assert residents.one(conn, vault, eve) is not None
        assert passkeys.of_resident(conn, vault, eve) != []


def originals_of(vault: Vault, who: ResidentId) -> list[str]:
    """The ids of their uploads."""
    with vault.read() as conn:
        return [one.id for one in originals.of_resident(conn, who)]


@pytest.mark.engines("sqlite")
def test_no_byte_of_who_left_is_in_the_databases_files(vault: Vault, tmp_path: Path) -> None:
    """Neither in a page, nor in a free one, nor in the write-ahead log: id, handle, sealed address, digests."""
    everything_of(vault, "eve@example.org")
    ada = everything_of(vault, MAIL)
    with vault.read() as conn:
        held = next(column for column in conn.execute(select(metadata.tables["residents"])).all() if column.id == ada)
        handle = authorship.of_resident(conn, ada)[0].handle
    told = [MAIL.encode(), ada.encode(), held.mail_sealed, held.mail_lookup.encode(), handle.encode()]
    assert [one for one in told if one in bytes_below(tmp_path)] == told[1:]

    leave(vault, ada)
    vault.clear_log()

    stored = bytes_below(tmp_path)
    assert [one for one in told if one in stored] == []


def test_a_post_that_is_left_is_nobodys_and_opens_by_its_receipt(vault: Vault, ada: ResidentId) -> None:
    """It stands as it stood; whose it was, and of which upload, nothing says."""
    clip_id, receipt = an_accepted_clip(vault, ada)

    leave(vault, ada)

    with vault.read() as conn:
        clip = clips.by_receipt(conn, receipt)
        assert (clip.id, clip.state) == (clip_id, ClipState.RECEIVED)
        assert originals.one(conn, clip.upload_id).resident_id is None
        assert originals.key_of(conn, vault, clip.upload_id), "it is still on its way to the feed"


def test_an_upload_nobody_posted_is_shredded(vault: Vault, ada: ResidentId) -> None:
    """Its key goes with its owner; its bytes are then deleted by whoever reconciles."""
    upload_id = an_upload(vault, ada)

    leave(vault, ada)

    with vault.read() as conn:
        assert originals.half_shredded(conn) == [upload_id]
        assert originals.one(conn, upload_id).resident_id is None


def test_what_is_taken_back_waits_for_a_time_of_its_own(vault: Vault, ada: ResidentId) -> None:
    """Within two days, no two together; or all of it at once, where that was asked for."""
    mine = [an_accepted_clip(vault, ada)[0] for _ in range(4)]
    eve = a_resident(vault, "eve@example.org")
    theirs = an_accepted_clip(vault, eve)[0]

    leave(vault, ada, Wish(mine, ["c1", "c2"], spread=True))
    leave(vault, eve, Wish([theirs], ["c3"], spread=False))

    with vault.read() as conn:
        assert {(one.id, one.what) for one in partings.due(conn)} == {(theirs, What.CLIP), ("c3", What.COMMENT)}
        rows = conn.execute(select(parting_rows)).all()
    with vault.write(by=AIRLOCK) as tx:
        waits = [row.due_at - tx.now() for row in rows if row.id in (*mine, "c1", "c2")]
    assert len(set(waits)) == len(waits) == 6
    assert max(waits) <= SPREAD
    assert the_clip(vault, mine[0]).state is ClipState.RECEIVED


def test_who_is_cut_off_in_the_middle_has_not_left(vault: Vault, ada: ResidentId) -> None:
    """It is one transaction: an error at its very end leaves everything as it was."""
    token = a_token(vault, ada)
    a_camera(vault, ada)
    before = _said(vault)

    def fail() -> None:
        with vault.write(by=RESIDENT) as tx:
            leaving.leave(tx, vault, _resident(vault, ada), NOTHING)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()

    assert _said(vault) == before
    with vault.read() as conn:
        assert logins.who(conn, token) == ada


def test_who_left_a_moment_ago_can_do_nothing_more(vault: Vault, ada: ResidentId) -> None:
    """What was under way for them is refused as for who is not logged in, and leaves nothing."""
    upload_id = an_upload(vault, ada)
    who = _resident(vault, ada)
    leave(vault, ada)

    for late in (
        lambda tx: leaving.leave(tx, vault, who, NOTHING),
        lambda tx: residents.move(tx, ada, new_id()),
        lambda tx: authorship.wait_turn(tx, ada),
    ):
        with pytest.raises(NotLoggedIn), vault.write(by=RESIDENT) as tx:
            late(tx)
    with vault.read() as conn:
        assert originals.is_newest(conn, upload_id, 1, "writer") is False


def test_the_same_address_can_come_back_as_somebody_new(vault: Vault, ada: ResidentId) -> None:
    """Nothing joins the two, not even what was counted."""
    clip_id, _ = an_accepted_clip(vault, ada)
    leave(vault, ada, Wish([ClipId(clip_id)], (), spread=True))

    again = a_resident(vault)

    assert again != ada
    with vault.read() as conn:
        assert authorship.of_resident(conn, again) == []


def test_partings_are_done_once(vault: Vault) -> None:
    """What was taken back is not due again; more than a transaction takes come in turns."""
    with vault.write(by=RESIDENT) as tx:
        partings.add(tx, What.COMMENT, [new_id() for _ in range(partings.AT_ONCE + 1)], spread=False)
        partings.add(tx, What.COMMENT, [], spread=False)
    with vault.read() as conn:
        due = partings.due(conn)
    with vault.write(by=AIRLOCK) as tx:
        partings.forget(tx, due)
        tx.execute(update(parting_rows).values(due_at=tx.now() - 1))

    with vault.read() as conn:
        assert (len(due), len(partings.due(conn))) == (partings.AT_ONCE, 1)
