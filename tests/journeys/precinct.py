"""The police of a running stack, who ask owners for footage; and the airlock's rounds, at once."""

from __future__ import annotations

import time
from dataclasses import dataclass

import httpx
from sqlalchemy import select, update

from storage.atlas import versions
from storage.atlas.extent import extent
from storage.cases import cases, incidents, rules as case_rules
from storage.cases.incidents import NewIncident
from storage.cases.keys import StaffKey
from storage.cases.rules import Act
from storage.db import AIRLOCK, OPERATOR, Actor
from storage.footage import footage
from storage.footage.footage import NewRequest
from storage.footage.rules import LEAST_MILES, Asked, Kind
from storage.identity.schema import clips, inbox_answers
from storage.kit import clock, settings
from storage.kit.clock import BATCH, DAY, HOUR
from storage.kit.ids import BlockId, CaseId, DivisionId, PostId, RequestId, new_id
from storage.posts.posts import PostState
from storage.schema import footage_answers, posts
from storage.staff import staff
from tests.journeys.conftest import Stack
from workers.airlock.both_sides import open_both_sides
from workers.airlock.owners.answering import carry_answers
from workers.airlock.owners.asking import ask_owners

KEY = StaffKey(bytes(range(32)))
TEXT = "A grey van left along the alley."
PUBLISHED_WITHIN = 200.0  # seconds; three workers share two processors with all else


@dataclass
class Precinct:
    """A detective with an open case in a division, over both sides of the stack."""

    stack: Stack
    division: str

    def __post_init__(self) -> None:
        """Opens the stores, and a case by two people."""
        env = {"PORCHLIGHT_DATA": str(self.stack.data), "PORCHLIGHT_PORTS": str(self.stack.base)}
        self.stores = open_both_sides(settings.record(env), settings.identity(env))
        mark = new_id()[:8]
        self._token = self.stack.staff_token(f"dana-{mark}", ["detective"], [self.division])
        self.stack.staff_token(f"lee-{mark}", ["lead"], [self.division])
        with self.stores.record.write(by=OPERATOR) as tx:
            who = []
            for name in (f"dana-{mark}", f"lee-{mark}"):
                member = staff.find(tx.connection, name)
                assert member is not None
                log_in = staff.who(tx.connection, staff.log_in(tx, member))
                assert log_in is not None
                who.append(case_rules.asker(log_in.member))
            self.detective = who[0]
            number = f"26-{mark}"
            incidents.add(tx, [NewIncident(number, "Burglary", clock.now() - DAY, self._division(), None)])
            (found,) = incidents.page(tx.connection, [self._division()], number=number, before=None, limit=1)
            self.case: CaseId = cases.ask(tx, found, number=f"CR-{mark}", why="x", by=who[0].id)
            cases.move(tx, who[1], self.case, Act.CONSENT, text="")

    def asks_about(self, label: str) -> RequestId:
        """Asks owners about the block of that label and what lies around it; it is with them when this returns."""
        begin = clock.rounded(clock.now()) - DAY
        asked = Asked(self._around(label), (begin, begin + 2 * HOUR))
        with self.stores.record.write(by=Actor(f"staff:{self.detective.id}")) as tx:
            request = footage.ask(
                tx, self.detective, self.case, NewRequest(asked, Kind.BURGLARY, "CR-1", TEXT), key=KEY
            )
        ask_owners(self.stores)
        return request

    def batch_comes(self) -> None:
        """The hours until the batch's moment are over: clips set out, and what was said until then crosses."""
        with self.stores.vault.write(by=AIRLOCK) as tx:
            tx.execute(update(clips).where(clips.c.kept_for.is_not(None)).values(retry_at=0, begun_at=0))
            here = ~inbox_answers.c.crossed
            tx.execute(update(inbox_answers).where(here).values(shown_at=tx.now() // BATCH * BATCH))
        deadline = time.monotonic() + PUBLISHED_WITHIN
        while self._on_their_way():
            assert time.monotonic() < deadline, "a shared clip was not published"
            time.sleep(0.2)
        carry_answers(self.stores)
        with self.stores.record.write(by=OPERATOR) as tx:
            tx.execute(update(footage_answers).values(shown_at=tx.now() - 1))
            kept = posts.c.state == PostState.KEPT  # which the record dates with their batch
            tx.execute(update(posts).where(kept).values(published_at=tx.now() // BATCH * BATCH))
            tx.audit("test", "")

    def answers(self, request: RequestId) -> list[tuple[str, PostId | None]]:
        """What is on the record of it."""
        with self.stores.record.read() as conn:
            rows = conn.execute(select(footage_answers).where(footage_answers.c.request_id == request))
            return [(row.kind, row.post_id) for row in rows]

    def sees(self, post: PostId | None) -> httpx.Response:
        """The detective asks for a post of the case."""
        headers = {"authorization": f"Bearer {self._token}"}
        return httpx.get(f"{self.stack.staff}/v1/cases/{self.case}/posts/{post}", headers=headers, timeout=30)

    def close(self) -> None:
        """Lets go of the stores."""
        self.stores.record.engine.dispose()
        self.stores.vault.engine.dispose()

    def _division(self) -> DivisionId:
        with self.stores.record.read() as conn:
            found = versions.current(conn).division(self.division)
        assert found is not None
        return found.id

    def _around(self, label: str) -> frozenset[BlockId]:
        """That block and its neighbours, until they are as much ground as may be asked about."""
        with self.stores.record.read() as conn:
            atlas = versions.current(conn)
        here = atlas.blocks_of(self._division())
        ground = extent(atlas, [block.id for block in here])
        area = {next(block.id for block in here if block.label == label)}
        while ground.area(area) < LEAST_MILES:
            area |= {near for block in area for near in ground.touching[block]}
        return frozenset(area)

    def _on_their_way(self) -> bool:
        with self.stores.vault.read() as conn:
            waits = (clips.c.kept_for == self.case, clips.c.state.in_(("received", "processing")))
            return conn.execute(select(clips.c.id).where(*waits)).first() is not None
