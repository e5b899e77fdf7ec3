"""A request reaches the owners of cameras in its blocks, once, and nobody where it is not what it says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, update

from feed.bell import Bell
from storage.db import OPERATOR, RESIDENT, Tx, database_now
from storage.footage import footage
from storage.footage.rules import Act
from storage.identity.cameras import cameras, inbox, inbox_answers
from storage.identity.cameras.inbox_answers import Kind
from storage.identity.clips import authorship, clips
from storage.identity.clips.clips import ClipState
from storage.identity.schema import asked
from storage.identity.vault import ResidentId, Vault
from storage.kit.clock import DAY
from storage.kit.ids import BlockId, RequestId, new_id
from storage.objects import Folder
from storage.schema import cases, footage_request_blocks, footage_requests
from storage.staff.staff import Role
from tests import builders
from tests.storage.footage.asked import Desk, a_case, a_request, a_window, square, squares, the_desk
from tests.storage.identity.making import a_camera, a_resident, an_accepted_clip, the_clip
from workers.airlock.both_sides import BothSides
from workers.airlock.owners.asking import ask_owners

__all__ = ["the_desk"]


@dataclass
class Town:
    """Both sides, a detective with a case, and owners."""

    stores: BothSides
    desk: Desk

    def __post_init__(self) -> None:
        """An open case and its detective."""
        self.case = a_case(self.desk.record)
        self.detective = self.desk.member("dana", Role.DETECTIVE, self.case)

    def asks(self, *blocks: BlockId, days_ago: float = 1, text: str = "A grey van left.") -> RequestId:
        """They ask about these blocks."""
        where = frozenset(blocks) or squares(range(2))
        new = a_request(where, window=a_window(days_ago=days_ago), text=text)
        return self.desk.ask(self.detective, self.case, new)

    def round(self) -> None:
        """One round of the airlock under its own roles."""
        vault = builders.as_role(self.stores.vault, "airlock")
        ask_owners(replace(self.stores, vault=vault, record=self.desk.as_role("airlock")))
        if vault.engine.dialect.name != "sqlite":
            vault.engine.dispose()

    def owner(self, name: str, block: BlockId, **said: object) -> ResidentId:
        """A resident with a camera there."""
        found = a_resident(self.stores.vault, f"{name}@example.org")
        a_camera(self.stores.vault, found, block=block, **said)
        return found

    def inbox(self, who: ResidentId) -> list[RequestId]:
        """What they are asked."""
        with self.stores.vault.read() as conn:
            return [one.id for one in inbox.of_owner(conn, who, now=database_now(conn))]


@pytest.fixture
def town(vault: Vault, desk: Desk, bell: Bell, tmp_path: Path) -> Town:
    """The town."""
    media = Folder(tmp_path / "originals"), Folder(tmp_path / "media")
    return Town(BothSides(vault, media[0], desk.record, media[1], bell), desk)


def test_owners_in_its_blocks_are_asked(town: Town) -> None:
    """Also a second round asks once; who has a camera elsewhere, or one that keeps too little, is asked nothing."""
    ada, bob = town.owner("ada", square(0)), town.owner("bob", square(5))
    cat = town.owner("cat", square(0), retention_days=2)
    request = town.asks(days_ago=4)

    town.round()
    town.round()

    assert [town.inbox(who) for who in (ada, bob, cat)] == [[request], [], []]


@pytest.mark.engines("sqlite")
def test_a_camera_that_comes_while_it_runs_is_asked_too(town: Town) -> None:
    """And one that is paused, retired or moved away is not, from that moment on."""
    request = town.asks()
    town.round()
    ada = a_resident(town.stores.vault, "ada@example.org")
    assert town.inbox(ada) == []

    camera = a_camera(town.stores.vault, ada, block=square(1))
    assert town.inbox(ada) == [request]

    with town.stores.vault.write(by=RESIDENT) as tx:
        cameras.change(tx, town.stores.vault, ada, camera, {}, paused=True)
    assert town.inbox(ada) == []
    with town.stores.vault.write(by=RESIDENT) as tx:
        cameras.change(tx, town.stores.vault, ada, camera, {}, paused=False)
    assert town.inbox(ada) == [request]
    with town.stores.vault.write(by=RESIDENT) as tx:
        cameras.retire(tx, ada, camera)
    assert town.inbox(ada) == []


@pytest.mark.engines("sqlite")
def test_words_that_nobody_checked_reach_nobody(town: Town) -> None:
    """A row with words that the guidelines forbid is left where it is."""
    ada = town.owner("ada", square(0))
    town.asks(text="You must send your video or you will be charged.")

    town.round()

    assert town.inbox(ada) == []


@pytest.mark.engines("postgresql")
def test_rows_that_the_staff_programs_role_writes_are_not_believed(town: Town) -> None:
    """Past the program and under its own role: about one block, by who is no detective, in words that press."""
    ada = town.owner("ada", square(0))
    request, analyst = town.asks(), town.desk.member("ana", Role.ANALYST, town.case)
    with town.desk.record.read() as conn:
        true = conn.execute(select(footage_requests).where(footage_requests.c.id == request)).one()._asdict()
    forged: list[tuple[dict[str, object], frozenset[BlockId]]] = [
        ({}, squares(range(1))),
        ({"asked_by": analyst}, squares(range(2))),
        ({"text": "You must send your video or you will be charged."}, squares(range(2))),
        ({"text": "\u202e.degrahc eb lliw uoy ro oediv ruoy dneS"}, squares(range(2))),  # read from its end
    ]
    for other, where in forged:
        row = {**true, "id": new_id(), "asked_at": true["asked_at"] + 1, "sent_at": true["sent_at"] + 1, **other}
        with town.desk.as_role("staff").write(by=OPERATOR) as tx:
            tx.execute(insert(footage_requests).values(**row))
            blocks = [{"request_id": row["id"], "block_id": block} for block in where]
            tx.execute(insert(footage_request_blocks), blocks)
            tx.audit("test", "")

    town.round()

    assert town.inbox(ada) == [request]


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("how", ["resolved", "closed", "refused"])
def test_what_is_over_is_asked_of_nobody(town: Town, how: str) -> None:
    """What was said to it and did not cross is forgotten, and the clip taken back; what was told stays told."""
    ada, bob = town.owner("ada", square(0)), town.owner("bob", square(1))
    request = town.asks()
    town.round()
    clip_id, _ = an_accepted_clip(town.stores.vault, ada)
    with town.stores.vault.write(by=RESIDENT) as tx:
        at = tx.now() + DAY
        inbox_answers.say(tx, ada, request, Kind.SHARED, shown_at=at, clip=clip_id)
        inbox_answers.say(tx, bob, request, Kind.NO, shown_at=at)
        inbox_answers.cross(tx, [_answer(tx.connection, bob, request)])

    with town.desk.record.write(by=OPERATOR) as tx:
        _ends(tx, town, how, request)
    town.round()

    assert [town.inbox(who) for who in (ada, bob)] == [[], [request]]
    assert the_clip(town.stores.vault, clip_id).state is ClipState.WITHDRAWING
    with town.stores.vault.read() as conn:
        assert not inbox.is_asked(conn, bob, request, now=database_now(conn))


@pytest.mark.engines("sqlite")
def test_long_after_its_end_only_a_count_is_left(town: Town) -> None:
    """Words and answers are gone; that a block was asked about stays for its owners' ledgers."""
    ada = town.owner("ada", square(0))
    request = town.asks()
    town.round()
    with town.stores.vault.write(by=RESIDENT) as tx:
        inbox_answers.say(tx, ada, request, Kind.NO, shown_at=tx.now())
        inbox_answers.cross(tx, [_answer(tx.connection, ada, request)])
        tx.execute(update(asked).values(ends_at=tx.now() - 15 * DAY))

    town.round()

    with town.stores.vault.read() as conn:
        assert conn.execute(asked.select()).one().text == ""
        assert inbox_answers.of(conn, ada) == {}
        counted = inbox.counted(conn, {square(0)}, before=database_now(conn))
        assert [one.case for one in counted] == [town.case]
    assert town.inbox(ada) == []


@pytest.mark.engines("sqlite")
def test_a_clip_that_becomes_nobodys_takes_the_answer_along(town: Town) -> None:
    """When authorship ends, nothing says any more that its author was the one who shared it."""
    ada = town.owner("ada", square(0))
    request = town.asks()
    town.round()
    clip_id, _ = an_accepted_clip(town.stores.vault, ada)
    with town.stores.vault.write(by=RESIDENT) as tx:
        inbox_answers.say(tx, ada, request, Kind.SHARED, shown_at=tx.now(), clip=clip_id)

    with town.stores.vault.write(by=OPERATOR) as tx:
        authorship.end(tx, [clip_id])

    with town.stores.vault.read() as conn:
        assert inbox_answers.of(conn, ada) == {}
        assert clips.one(conn, clip_id) is not None


def _answer(conn: Connection, who: ResidentId, request: RequestId) -> str:
    return inbox_answers.of(conn, who)[request].id


def _ends(tx: Tx, town: Town, how: str, request: RequestId) -> None:
    """Somebody resolves it, closes its case, or writes over its state."""
    if how == "resolved":
        footage.move(tx, town.desk.asker(town.detective), request, Act.RESOLVE)
        return
    table, key = (cases, town.case) if how == "closed" else (footage_requests, request)
    state = "closed" if how == "closed" else "refused"
    tx.execute(update(table).where(table.c.id == key).values(state=state))
    tx.audit("test", request)
