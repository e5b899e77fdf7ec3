"""Originals: parts in any order, the newest writer wins, and a forgotten key shreds everything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select, update

from storage.db import RESIDENT
from storage.identity.clips import clips, originals
from storage.identity.clips.originals import LARGEST, PART_BYTES, Upload, UploadState
from storage.identity.schema import upload_parts, uploads
from storage.identity.vault import ResidentId, Vault
from storage.kit.clock import HOUR, MINUTE
from storage.kit.errors import Conflict, NotThere, TooLarge
from tests.storage.identity.making import a_resident, an_accepted_clip, an_upload, bytes_below, the_clip


def begun(vault: Vault, who: ResidentId, size: int = 3) -> Upload:
    """An upload of which nothing has come."""
    with vault.write(by=RESIDENT) as tx:
        return originals.one(tx.connection, originals.begin(tx, vault, who, size))


def now(vault: Vault, upload: Upload) -> Upload:
    """The upload as it stands."""
    with vault.read() as conn:
        return originals.one(conn, upload.id)


def started(vault: Vault, upload: Upload, number: int = 1) -> str:
    """Somebody starts to send a part."""
    with vault.write(by=RESIDENT) as tx:
        return originals.start_part(tx, upload, number)


def confirmed(vault: Vault, upload: Upload, writer: str, number: int = 1) -> str | None:
    """Their bytes are whole; the key of older bytes."""
    with vault.write(by=RESIDENT) as tx:
        return originals.confirm_part(tx, upload.id, number, writer)


def sent(vault: Vault, upload: Upload, numbers: Sequence[int]) -> None:
    """These parts arrive."""
    for number in numbers:
        confirmed(vault, upload, started(vault, upload, number), number)


def finish(vault: Vault, upload: Upload) -> None:
    """Says that all were sent."""
    with vault.write(by=RESIDENT) as tx:
        originals.finish(tx, originals.one(tx.connection, upload.id))


@pytest.mark.parametrize(
    ("size", "parts"),
    [(1, [1]), (PART_BYTES, [PART_BYTES]), (PART_BYTES + 1, [PART_BYTES, 1]), (2 * PART_BYTES, [PART_BYTES] * 2)],
)
def test_parts_add_up_to_the_whole(vault: Vault, ada: ResidentId, size: int, parts: list[int]) -> None:
    """The last one is what is left, and never empty."""
    upload = begun(vault, ada, size)

    assert [upload.size_of(number) for number in upload.parts] == parts
    assert (upload.state, upload.received) == (UploadState.OPEN, frozenset())


def test_half_a_gigabyte_is_the_most(vault: Vault, ada: ResidentId) -> None:
    """One byte more is refused before anything is sent."""
    assert begun(vault, ada, LARGEST).bytes == 500_000_000

    with pytest.raises(TooLarge):
        begun(vault, ada, LARGEST + 1)


def test_only_so_much_may_lie_unposted(vault: Vault, ada: ResidentId) -> None:
    """Four of the largest clips at once; a fifth upload waits until one is posted. Another resident is not held up."""
    for _ in range(4):
        last = begun(vault, ada, LARGEST)

    with pytest.raises(Conflict) as refused:
        begun(vault, ada, 1)

    assert refused.value.code == "too_much_unposted"
    assert begun(vault, a_resident(vault, "bob@example.org"), 1).bytes == 1
    with vault.write(by=RESIDENT) as tx:
        tx.execute(update(uploads).where(uploads.c.id == last.id).values(state=UploadState.POSTED))
    assert begun(vault, ada, 1).bytes == 1


def test_an_upload_is_its_owners(vault: Vault, ada: ResidentId) -> None:
    """For another resident it is not there, as one that never was."""
    upload, eve = begun(vault, ada), a_resident(vault, "eve@example.org")

    with vault.read() as conn:
        assert originals.mine(conn, upload.id, ada) == upload
        for asked, who in ((upload.id, eve), ("nothing", ada)):
            with pytest.raises(NotThere):
                originals.mine(conn, asked, who)


def test_parts_come_in_any_order_and_more_than_once(vault: Vault, ada: ResidentId) -> None:
    """What is confirmed stays so; the bytes are read in the order of their numbers."""
    upload = begun(vault, ada, 2 * PART_BYTES + 1)
    writers = {number: started(vault, upload, number) for number in (3, 1, 2)}
    for number, writer in writers.items():
        assert confirmed(vault, upload, writer, number) is None

    again = started(vault, upload, 2)
    older = confirmed(vault, upload, again, 2)

    assert older == writers[2]
    assert now(vault, upload).received == {1, 2, 3}
    with vault.read() as conn:
        assert originals.object_keys(conn, upload.id) == [writers[1], again, writers[3]]


def test_the_newest_writer_of_a_part_wins(vault: Vault, ada: ResidentId) -> None:
    """The one with a half-open connection is told to stop, whoever is done first."""
    upload = begun(vault, ada)
    old = started(vault, upload)
    new = started(vault, upload)

    with pytest.raises(Conflict) as told:
        confirmed(vault, upload, old)
    assert now(vault, upload).received == frozenset()
    confirmed(vault, upload, new)
    with pytest.raises(Conflict):
        confirmed(vault, upload, old)

    assert told.value.code == "evicted"
    with vault.read() as conn:
        assert originals.object_keys(conn, upload.id) == [new]


def test_a_writer_can_ask_whether_it_is_still_the_newest(vault: Vault, ada: ResidentId) -> None:
    """Not once another began, in whatever process; nor once nobody wants the original any more."""
    upload = begun(vault, ada)
    old = started(vault, upload)
    new = started(vault, upload)

    with vault.read() as conn:
        asked = [originals.is_newest(conn, upload.id, number, who) for number, who in ((1, old), (1, new), (2, new))]
    with vault.write(by=RESIDENT) as tx:
        originals.forget_key(tx, upload.id)

    assert asked == [False, True, False]
    with vault.read() as conn:
        assert not originals.is_newest(conn, upload.id, 1, new)


def test_a_part_started_again_keeps_what_was_confirmed(vault: Vault, ada: ResidentId) -> None:
    """Until the newer bytes are whole, the older ones are the part's."""
    upload = begun(vault, ada)
    first = started(vault, upload)
    confirmed(vault, upload, first)

    started(vault, upload)

    assert now(vault, upload).received == {1}
    with vault.read() as conn:
        assert originals.object_keys(conn, upload.id) == [first]


def test_finishing_names_the_parts_that_are_missing(vault: Vault, ada: ResidentId) -> None:
    """A part that was started and not confirmed is missing too."""
    upload = begun(vault, ada, 4 * PART_BYTES)
    sent(vault, upload, [2])
    started(vault, upload, 3)

    with pytest.raises(Conflict) as told:
        finish(vault, upload)

    assert (told.value.code, told.value.fields) == ("parts_missing", {"parts": "1,3,4"})
    assert now(vault, upload).state is UploadState.OPEN


def test_a_finished_upload_takes_no_more(vault: Vault, ada: ResidentId) -> None:
    """Nobody starts, nor does a writer that began before; finishing twice is finishing once."""
    upload = begun(vault, ada)
    sent(vault, upload, [1])
    late = started(vault, upload)
    finish(vault, upload)

    finish(vault, upload)

    complete = now(vault, upload)
    assert complete.state is UploadState.COMPLETE
    with pytest.raises(Conflict) as told:
        started(vault, complete)
    assert told.value.code == "upload_finished"
    with pytest.raises(Conflict):
        confirmed(vault, upload, late)


def test_an_upload_is_posted_once(vault: Vault, ada: ResidentId) -> None:
    """Not before it is complete, not twice, and not by another."""
    unfinished, upload_id = begun(vault, ada), an_upload(vault, ada)
    eve = a_resident(vault, "eve@example.org")
    with vault.write(by=RESIDENT) as tx:
        with pytest.raises(NotThere):
            originals.set_posted(tx, upload_id, eve)
        with pytest.raises(Conflict) as early:
            originals.set_posted(tx, unfinished.id, ada)
        originals.set_posted(tx, upload_id, ada)
        with pytest.raises(Conflict) as again:
            originals.set_posted(tx, upload_id, ada)

    assert (early.value.code, again.value.code) == ("upload_open", "upload_posted")


def test_a_forgotten_key_shreds_original_and_words(vault: Vault, ada: ResidentId, tmp_path: Path) -> None:
    """Neither is left in the database's files, sealed or not; doing it twice is doing it once."""
    clip_id, _ = an_accepted_clip(vault, ada)
    clip = the_clip(vault, clip_id)
    with vault.read() as conn:
        key = originals.key_of(conn, vault, clip.upload_id)
        sealed = conn.execute(select(uploads.c.key_sealed)).scalar_one()
        assert clips.words(conn, vault, clip) == ("A van with its lights off", "It went round twice.")

    for _ in range(2):
        with vault.write(by=RESIDENT) as tx:
            originals.forget_key(tx, clip.upload_id)

    left = bytes_below(tmp_path)
    assert sealed not in left
    assert key not in left
    with vault.read() as conn:
        assert originals.one(conn, clip.upload_id).state is UploadState.SHREDDED
        assert clips.words(conn, vault, clip) is None
        with pytest.raises(NotThere):
            originals.key_of(conn, vault, clip.upload_id)


def test_a_shredding_that_broke_off_is_found(vault: Vault, ada: ResidentId) -> None:
    """As long as it is known where bytes may lie; then it is done."""
    upload_id = an_upload(vault, ada)
    with vault.write(by=RESIDENT) as tx:
        assert originals.half_shredded(tx.connection) == []
        originals.forget_key(tx, upload_id)
        assert originals.half_shredded(tx.connection) == [upload_id]

        originals.drop_parts(tx, upload_id)

        assert originals.half_shredded(tx.connection) == []
        assert originals.object_keys(tx.connection, upload_id) == []


def test_uploads_nobody_posts_are_forgotten_after_a_day(vault: Vault, ada: ResidentId) -> None:
    """Open or complete; what was posted is the clip's, and younger ones wait."""
    old = [begun(vault, ada).id, an_upload(vault, ada)]
    posted = the_clip(vault, an_accepted_clip(vault, ada)[0]).upload_id
    with vault.write(by=RESIDENT) as tx:
        tx.execute(update(uploads).values(created_at=tx.now() - 24 * HOUR - MINUTE))
    young = begun(vault, ada).id

    with vault.write(by=RESIDENT) as tx:
        originals.forget_unposted(tx)

    with vault.read() as conn:
        states = {one: originals.one(conn, one).state for one in (*old, posted, young)}
        assert originals.half_shredded(conn) == [old[1]]
    shredded = dict.fromkeys(old, UploadState.SHREDDED)
    assert states == {**shredded, posted: UploadState.POSTED, young: UploadState.OPEN}


def test_bytes_of_a_writer_that_broke_off_are_nobodys(vault: Vault, ada: ResidentId) -> None:
    """Only what was confirmed is some part's."""
    upload_id = an_upload(vault, ada)
    with vault.read() as conn:
        (mine,) = originals.object_keys(conn, upload_id)

        assert originals.confirmed(conn, [mine, "stray"]) == {mine}
        assert originals.confirmed(conn, [str(number) for number in range(1_200)] + [mine]) == {mine}
        assert conn.execute(select(upload_parts.c.writer)).scalars().all() == [mine]
