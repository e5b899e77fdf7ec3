"""Versions on the record: only unions follow, and a published block is known for ever."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select

from storage.atlas import versions
from storage.atlas.building import build
from storage.atlas.demo import demo_atlas
from storage.atlas.shapes import Atlas
from storage.db import OPERATOR, Database
from storage.kit.errors import NotThere, Refused, Unavailable
from storage.schema import audit_entries, posts
from tests.storage.atlas.cities import DIVISIONS, some_homes
from tests.storage.atlas.test_uniting import merged


@pytest.fixture(autouse=True)
def _nothing_read() -> Iterator[None]:
    versions._READ.clear()
    versions._KNOWN.clear()
    yield
    versions._READ.clear()
    versions._KNOWN.clear()


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    """A real city, as far as the record knows."""
    return build(DIVISIONS, some_homes())[0]


def load(record: Database, atlas: Atlas) -> int:
    """Makes an atlas the current one."""
    with record.write(by=OPERATOR) as tx:
        return versions.load(tx, atlas)


def post_in(record: Database, atlas: Atlas) -> None:
    """Puts a post on the record, in the first block."""
    block = atlas.blocks[0]
    words = dict.fromkeys(("state", "kind", "category", "title", "text", "media_state"), "")
    numbers = dict.fromkeys(("happened_at", "published_at", "media_generation", "seconds", "order_key"), 0)
    with record.write(by=OPERATOR) as tx:
        tx.execute(insert(posts).values(id="p", block_id=block.id, division_id=block.division, **words, **numbers))
        tx.audit("test", "p")


def test_before_the_first_load_there_is_none(record: Database) -> None:
    """Without an atlas the answer is to come back later."""
    with record.read() as conn, pytest.raises(Unavailable):
        versions.current(conn)


def test_the_loaded_atlas_is_current(record: Database, atlas: Atlas) -> None:
    """What was loaded comes back, in another process too, and is read once."""
    assert load(record, atlas) == 1

    with record.read() as conn:
        found = versions.current(conn)
        assert found.digest == atlas.digest
        assert versions.current(conn) is found


def test_loading_is_audited_once(record: Database, atlas: Atlas) -> None:
    """Each new version is one audit entry; the same one again is none, and changes nothing."""
    load(record, atlas)

    assert load(record, atlas) == 1

    with record.read() as conn:
        assert list(conn.execute(select(audit_entries.c.action)).scalars()) == ["atlas.load"]


def test_a_union_follows_and_old_blocks_stay_known(record: Database, atlas: Atlas) -> None:
    """After uniting two cells the new atlas is current, and the old cells can still be looked up."""
    load(record, atlas)

    assert load(record, merged(atlas)) == 2

    with record.read() as conn:
        gone = atlas.blocks[0]
        assert versions.current(conn).block(gone.id) is None
        known = versions.block(conn, gone.id)
        assert known
        assert (known.label, known.homes, known.division.id) == (gone.label, gone.homes, gone.division)
        assert versions.known_block(conn, gone.id) == known


def test_a_block_in_memory_is_the_record_s(record: Database, atlas: Atlas) -> None:
    """Whatever was asked for before another process loaded the next version; one that never was is none."""
    load(record, demo_atlas())
    with record.read() as conn:
        assert versions.known_block(conn, atlas.blocks[0].id) is None

    load(record, atlas)

    with record.read() as conn:
        assert versions.known_block(conn, atlas.blocks[0].id) == versions.block(conn, atlas.blocks[0].id)
        assert versions.known_block(conn, demo_atlas().blocks[0].id) is None


def test_a_larger_block_is_a_place_on_the_record(record: Database, atlas: Atlas) -> None:
    """Known as any block is, so that a post names it; a home is found only in a cell."""
    load(record, atlas)
    larger = atlas.larger[0]

    with record.read() as conn:
        known = versions.block(conn, larger.id)
        now = versions.current(conn)

    assert known
    assert (known.label, known.homes, known.division.id) == (larger.label, larger.homes, larger.division)
    assert now.block(larger.id) is None
    assert now.place(larger.id).cells == larger.cells  # type: ignore[union-attr]
    assert now.place(larger.cells[0]) is now.block(larger.cells[0])
    assert now.place("nowhere") is None


def test_what_is_no_union_is_refused_with_the_reason(record: Database, atlas: Atlas) -> None:
    """Another cut of the city, and the way back to an older version, are refused and change nothing."""
    load(record, merged(atlas))

    with pytest.raises(Refused, match="is cut apart"):
        load(record, atlas)

    with record.read() as conn:
        assert versions.current(conn).digest == merged(atlas).digest
        assert versions.block(conn, atlas.blocks[0].id) is None


def test_an_older_version_does_not_come_back(record: Database, atlas: Atlas) -> None:
    """A version that was replaced is refused by that reason."""
    load(record, atlas)
    load(record, merged(atlas))

    with pytest.raises(Refused, match="replaced by a newer one"):
        load(record, atlas)


def test_an_invented_city_gives_way(record: Database, atlas: Atlas) -> None:
    """A demo city nobody posted in is replaced by the real one and leaves no division behind."""
    load(record, demo_atlas())

    assert load(record, atlas) == 2

    with record.read() as conn:
        assert [division.name for division in versions.all_divisions(conn)] == ["East", "West"]
        assert versions.block(conn, demo_atlas().blocks[0].id) is None


def test_an_invented_city_with_posts_stays(record: Database, atlas: Atlas) -> None:
    """Once somebody posted in it, the demo city is a city like any other."""
    load(record, demo_atlas())
    post_in(record, demo_atlas())

    with pytest.raises(Refused, match="division Central is gone"):
        load(record, atlas)


def test_a_real_city_never_gives_way(record: Database, atlas: Atlas) -> None:
    """The demo city does not replace a real one."""
    load(record, atlas)

    with pytest.raises(Refused):
        load(record, demo_atlas())


def test_divisions_are_named_by_id_or_name(record: Database, atlas: Atlas) -> None:
    """An operator may write the name in any case, or the id; anything else is not there."""
    load(record, atlas)

    with record.read() as conn:
        west = versions.division_named(conn, " west")
        assert west.name == "West"
        assert versions.division_named(conn, west.id) == west
        with pytest.raises(NotThere):
            versions.division_named(conn, "Nowhere")
