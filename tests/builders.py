"""Things to test with, whole from the start: a test names only what matters to it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from sqlalchemy import insert, select

from feed import posting
from feed.bell import Bell
from feed.posting import Arriving
from storage.db import AIRLOCK, OPERATOR, RESIDENT, Database, Tx
from storage.identity.vault import Vault
from storage.kit.clock import HOUR
from storage.kit.ids import ID_BYTES, BlockId, DivisionId, PostId, StaffId, base32, new_id
from storage.moderation import decisions, flags
from storage.moderation.decisions import Why
from storage.posts import changes as post_changes, posts
from storage.posts.posts import NewPost, Post, PostState, Rendition
from storage.posts.segments import Piece
from storage.schema import atlas_versions, blocks, divisions, metadata
from storage.staff import staff
from storage.staff.staff import Role

D = TypeVar("D", bound=Database)
DIVISIONS = ("Central", "East", "North")
BLOCKS_EACH = 3
HOMES = 14
NOON = 1_763_812_800_000  # 2025-11-22 12:00 UTC, a full quarter hour


@dataclass(frozen=True)
class City:
    """What was loaded: division ids by name, and each one's block ids."""

    divisions: dict[str, DivisionId]
    blocks: dict[str, tuple[BlockId, ...]]


def division(name: str = "Central") -> DivisionId:
    """The id of an invented division."""
    return DivisionId(_id(name))


def block(in_division: str = "Central", number: int = 0) -> BlockId:
    """The id of the `number`th block of an invented division."""
    return BlockId(_id(f"{in_division} {number}"))


def load_city(tx: Tx) -> City:
    """Puts the invented city on the record."""
    found = City(
        {name: division(name) for name in DIVISIONS},
        {name: tuple(block(name, number) for number in range(BLOCKS_EACH)) for name in DIVISIONS},
    )
    version = {"number": 1, "digest": "0" * 64, "k": 12, "invented": True, "loaded_at": NOON, "geojson": "{}"}
    tx.execute(insert(atlas_versions).values(**version))
    tx.execute(insert(divisions), [{"id": id_, "name": name} for name, id_ in found.divisions.items()])
    tx.execute(
        insert(blocks),
        [
            {"id": id_, "division_id": division(name), "label": f"{name}, cell {n}", "homes": HOMES, "since_version": 1}
            for name, ids in found.blocks.items()
            for n, id_ in enumerate(ids)
        ],
    )
    tx.audit("atlas.load", "1")
    return found


def a_new_post(
    *,
    id: str | None = None,
    division: str = "Central",
    block_number: int = 0,
    kind: str = "video",
    category: str = "suspicious",
    title: str = "A van with its lights off",
    text: str = "It went round the block twice.",
    happened_at: int = NOON - HOUR,
    published_at: int = NOON,
    seconds: int = 29_970,
) -> NewPost:
    """What the airlock hands over for publishing; `seconds` is in milliseconds, as in the record."""
    return NewPost(
        id=PostId(id or new_id()),
        kind=kind,
        category=category,
        title=title,
        text=text,
        happened_at=happened_at,
        published_at=published_at,
        block=block(division, block_number),
        seconds=seconds,
    )


def a_rendition(file: str = "480p.mp4", *, key: str | None = None, width: int = 854, height: int = 480) -> Rendition:
    """One file of a post's media, under a random key."""
    return Rendition(file, key or new_id(), width, height, 1_000_000)


def some_files() -> tuple[Rendition, ...]:
    """The first files a post is published with: a poster and 480p."""
    return a_rendition("poster.jpg"), a_rendition()


def some_pieces(*numbers: int, milliseconds: int = 2000, bytes: int = 100_000) -> tuple[Piece, ...]:
    """Pieces that are objects of their own; number 0 is an init, which lasts no time."""
    return tuple(Piece(number, new_id(), 0, bytes, milliseconds if number else 0) for number in numbers)


def arriving(pieces: Sequence[Piece], *, whole: bool = False) -> Arriving:
    """The first rung as far as it has come."""
    return Arriving("480p.mp4", 854, 480, pieces, whole)


def a_published_post(
    record: Database,
    bell: Bell,
    *,
    id: str | None = None,
    division: str = "Central",
    block_number: int = 0,
    kind: str = "video",
    category: str = "suspicious",
    title: str = "A van with its lights off",
    text: str = "It went round the block twice.",
    published_at: int = NOON,
    files: Sequence[Rendition] | None = None,
    ready: bool = True,
) -> Post:
    """A live post of the invented city (fixture `city`), published as the airlock does; media ready unless said."""
    new = a_new_post(
        id=id,
        division=division,
        block_number=block_number,
        kind=kind,
        category=category,
        title=title,
        text=text,
        published_at=published_at,
    )
    with record.write(by=AIRLOCK) as tx:
        posting.publish(tx, bell, new, some_files() if files is None else files, generation=1)
    if ready:
        with record.write(by=AIRLOCK) as tx:
            posting.add_media(tx, bell, new.id, [], generation=1, last=True)
    return the_post(record, new.id)


def a_recorded_post(record: Database, new: NewPost, *, generation: int = 1, order: int = 1) -> Post:
    """A live post without a word to the feed; `order` is its place in lists."""
    with record.write(by=AIRLOCK) as tx:
        post_changes.add(tx, new, generation=generation, order_key=order)
        tx.audit("test", new.id)
    return the_post(record, new.id)


def a_moderator(record: Database, name: str = "mo") -> StaffId:
    """A member of the staff by that name, moderator of the whole city."""
    with record.write(by=OPERATOR) as tx:
        member = staff.make(tx, name)
        staff.grant(tx, member, Role.MODERATOR, None)
    return member


def a_lead(record: Database, name: str, where: str | None = "Central") -> StaffId:
    """A member of the staff by that name, lead of a division, or of the whole city."""
    with record.write(by=OPERATOR) as tx:
        member = staff.make(tx, name)
        staff.grant(tx, member, Role.LEAD, division(where) if where else None)
    return member


def a_decision(
    tx: Tx,
    post_id: str,
    verb: str,
    *,
    by: StaffId,
    reason: str = "privacy",
    guidelines: int = 1,
    before: PostState = PostState.LIVE,
    after: PostState = PostState.LIVE,
) -> str:
    """The row of a moderator's decision, and its id; what becomes of the post is left to the test."""
    why = Why(verb, reason, "", guidelines)
    return decisions.add(tx, PostId(post_id), why, staff_id=by, from_state=before, to_state=after)


def a_flag(
    record: Database,
    post_id: str,
    *,
    origin: str = "neighbour",
    reason: str = "privacy",
    text: str | None = None,
    at_seconds: int | None = 3,
    at: int = NOON,
    slip: str = "",
) -> str:
    """Somebody flags a post; answers the flag's id."""
    words = f"{reason}!" if text is None else text
    said = {"origin": origin, "reason": reason, "text": words, "at_seconds": at_seconds, "slip": slip}
    with record.write(by=RESIDENT) as tx:
        return flags.add(tx, PostId(post_id), flagged_at=at, **said)  # type: ignore[arg-type]


def set_state(record: Database, post_id: PostId, state: PostState) -> None:
    """The post stands in that state, whatever led there."""
    with record.write(by=OPERATOR) as tx:
        post_changes.set_state(tx, post_id, state)
        tx.audit("test", post_id)


def entomb(record: Database, post_id: PostId) -> list[str]:
    """Leaves a tombstone of a withdrawn post; answers the media keys that are nobody's now."""
    with record.write(by=AIRLOCK) as tx:
        keys = post_changes.entomb(tx, post_id, PostState.WITHDRAWN)
        tx.audit("test", post_id)
    return keys


def as_role(database: D, role: str) -> D:
    """The same database as that program sees it: on PostgreSQL under a role that may do no more than it must."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        return database
    address = url.set(username=f"porchlight_{role}").render_as_string(hide_password=False)
    seen = Vault(address, database._key) if isinstance(database, Vault) else Database(address)
    return cast("D", seen)


def all_rows(record: Database) -> bytes:
    """Every value of every row of the record."""
    with record.read() as conn:
        rows = [tuple(row) for table in metadata.sorted_tables for row in conn.execute(select(table))]
    return repr(rows).encode()


def the_post(record: Database, post_id: str) -> Post:
    """The post wherever it is; fails for a tombstone."""
    everywhere = [division(name) for name in DIVISIONS]
    with record.read() as conn:
        post = posts.one(conn, everywhere, PostId(post_id))
    assert post is not None
    return post


def _id(name: str) -> str:
    return base32(hashlib.sha256(name.encode()).digest()[:ID_BYTES])
