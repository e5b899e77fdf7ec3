"""An identity database from before a migration goes on with what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from storage.db import RESIDENT
from storage.identity.clips import authorship, originals
from storage.identity.schema import clips, uploads
from storage.identity.vault import ClipId, ResidentId, Vault
from storage.kit import migrate
from storage.kit.ids import new_id
from tests.conftest import IDENTITY_LINEAGE, OWNERS
from tests.servers.postgres import PostgresServer
from tests.storage.identity.making import KEY, a_resident, an_accepted_clip, the_clip
from workers.airlock.nobodys import end_authorship


@pytest.fixture
def before(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Vault]:
    """A vault without any table."""
    if engine == "sqlite":
        yield Vault(f"sqlite:///{tmp_path / 'before.db'}", KEY)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"identity_{new_id()}"
    server.create(name, owner=OWNERS["identity"])
    yield Vault(server.url(name, OWNERS["identity"]), KEY)
    server.drop(name)


def test_nothing_is_blurred_or_left_out_of_what_was_accepted_before_it_could_be(
    before: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clip that waits while the tables change is made as it was asked for; the next may ask for more."""
    with monkeypatch.context() as then:
        then.setattr(migrate, "HEAD", "0003")
        migrate.to_newest(before.engine, IDENTITY_LINEAGE)
    ada = a_resident(before)
    old = _accepted_at_0003(before, ada)

    migrate.to_newest(before.engine, IDENTITY_LINEAGE)

    new, _ = an_accepted_clip(before, ada, blur=("faces",), boxes=((0, 0, 50, 100),), trim=(0, 2000))
    found = [the_clip(before, clip_id) for clip_id in (old, new)]
    assert [(clip.blur, clip.boxes, clip.trim) for clip in found] == [
        ((), (), None),
        (("faces",), ((0, 0, 50, 100),), (0, 2000)),
    ]


def test_what_was_accepted_while_authorship_had_no_end_has_one_now(
    before: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old uploads can be nobody's too, and go on with their parts and clips; a request from then has its receipt."""
    with monkeypatch.context() as then:
        then.setattr(migrate, "HEAD", "0004")
        migrate.to_newest(before.engine, IDENTITY_LINEAGE)
    ada = a_resident(before)
    old = _accepted_at_0003(before, ada)
    request = {"resident_id": ada, "key": "key-number-1", "request_digest": "x", "clip_id": old}
    with before.write(by=RESIDENT) as tx:
        tx.execute(text("insert into idempotency values (:resident_id, :key, :request_digest, :clip_id)"), request)
        tx.execute(text("insert into authorship values (:clip_id, :resident_id, 'handle')"), request)

    migrate.to_newest(before.engine, IDENTITY_LINEAGE)

    with before.read() as conn:
        receipt = authorship.receipt_again(conn, before, ada, "key-number-1")
        assert receipt == authorship.receipt_for(before, ada, "key-number-1", "")
    end_authorship(before, life=0)
    with before.read() as conn:
        assert originals.one(conn, the_clip(before, old).upload_id).resident_id is None
        assert authorship.of_resident(conn, ada) == []
        if before.engine.dialect.name == "sqlite":
            assert conn.execute(text("pragma integrity_check")).scalar_one() == "ok"
            assert conn.execute(text("pragma foreign_key_check")).all() == []
    new, _ = an_accepted_clip(before, ada)
    with before.read() as conn:
        assert [mine.clip.id for mine in authorship.of_resident(conn, ada)] == [new]


def _accepted_at_0003(vault: Vault, resident_id: ResidentId) -> ClipId:
    """As the program of that time wrote it."""
    upload_id, clip_id = new_id(), ClipId(new_id())
    upload = {"resident_id": resident_id, "state": "posted", "bytes": 4, "part_bytes": 4, "created_at": 1}
    drawn = {"id": clip_id, "post_id": new_id(), "receipt_digest": new_id(), "upload_id": upload_id}
    said = {"block_id": new_id(), "category": "other", "happened_at": 1, "sound": False, "accepted_at": 1}
    stands = {"state": "received", "stage": "received", "progress": 0, "attempts": 0, "tries": 0, "retry_at": 0}
    with vault.write(by=RESIDENT) as tx:
        tx.execute(insert(uploads).values(id=upload_id, **upload))
        tx.execute(insert(clips).values(**drawn, **said, **stands, stage_times="{}", media_keys="[]"))
    return clip_id
