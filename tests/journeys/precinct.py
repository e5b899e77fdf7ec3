"""The police of a running stack, who ask owners for footage; and the airlock's rounds, at once."""

from __future__ import annotations

import time
from dataclasses import dataclass

import httpx
from playwright.sync_api import Page
from sqlalchemy import select, update

from storage.atlas import versions
from storage.atlas.extent import extent
from storage.atlas.shapes import Atlas
from storage.cases import cases, incidents, rules as case_rules
from storage.cases.incidents import NewIncident
from storage.cases.keys import StaffKey
from storage.cases.rules import Act
from storage.db import AIRLOCK, OPERATOR, Actor, Tx
from storage.footage import footage
from storage.footage.footage import NewRequest
from storage.footage.rules import LEAST_MILES, Asked, Kind
from storage.identity.schema import cameras, clips, inbox_answers, inbox_flags
from storage.kit import clock, settings
from storage.kit.clock import BATCH, DAY, HOUR
from storage.kit.ids import BlockId, CaseId, DivisionId, PostId, RequestId, new_digits
from storage.posts.posts import PostState
from storage.schema import footage_answers, posts
from storage.staff import staff
from storage.tables.footage import request_flags
from tests.journeys.conftest import Stack
from workers.airlock.both_sides import open_both_sides
from workers.airlock.owners.answering import carry_answers
from workers.airlock.owners.asking import ask_owners
from workers.airlock.owners.pins import bring_pins

KEY = StaffKey(bytes(range(32)))
TEXT = "A grey van left along the alley."
PUBLISHED_WITHIN = 200.0  # seconds; three workers share two processors with all else


def sits_at(page: Page, stack: Stack, token: str, path: str) -> Page:
    """Somebody of the staff at a browser, logged in, with this page before them."""
    address = f"http://staff.localhost:{stack.base + 1}"
    found = {"name": "porchlight-staff-dev", "value": token, "url": address, "sameSite": "Strict"}
    page.context.add_cookies([found])  # type: ignore[list-item]
    page.goto(f"{address}{path}")
    return page


@dataclass
class Precinct:
    """A detective with an open case in a division, over both sides of the stack."""

    stack: Stack
    division: str

    def __post_init__(self) -> None:
        """Opens the stores, and a case by two people."""
        env = {"PORCHLIGHT_DATA": str(self.stack.data), "PORCHLIGHT_PORTS": str(self.stack.base)}
        self.stores = open_both_sides(settings.record(env), settings.identity(env))
        mark = new_digits(8)
        self.token = self.stack.staff_token(f"dana-{mark}", ["detective"], [self.division])
        by = {"authorization": f"Bearer {self.token}"}
        self._http = httpx.Client(base_url=self.stack.staff, headers=by, timeout=30, trust_env=False)
        self.stack.staff_token(f"lee-{mark}", ["lead"], [self.division])
        self.name, self.number = f"dana-{mark}", f"CR-26-{mark}"
        with self.stores.record.write(by=OPERATOR) as tx:
            who = []
            for name in (f"dana-{mark}", f"lee-{mark}"):
                member = staff.find(tx.connection, name)
                assert member is not None
                log_in = staff.who(tx.connection, staff.log_in(tx, member))
                assert log_in is not None
                who.append(case_rules.asker(log_in.member))
            self.detective, self.lead = who
            number = f"26-{mark}"
            incidents.add(tx, [NewIncident(number, "Burglary", clock.now() - DAY, self.division_id(), None)])
            (found,) = incidents.page(tx.connection, [self.division_id()], number=number, before=None, limit=1)
            self.case: CaseId = cases.ask(tx, found, number=self.number, why="x", by=who[0].id)
            cases.move(tx, who[1], self.case, Act.CONSENT, text="")

    def sits_at(self, page: Page, path: str = "") -> Page:
        """The detective at a browser, logged in, with this page of the case before them."""
        return sits_at(page, self.stack, self.token, f"/cases/{self.case}{path}")

    def asks_about(self, label: str) -> RequestId:
        """Asks owners about the block of that label and what lies around it; it is with them when this returns."""
        request = self.asks(self.around(label))
        ask_owners(self.stores)
        return request

    def asks(self, area: frozenset[BlockId]) -> RequestId:
        """Asks, and the airlock has not looked yet."""
        with self.stores.record.write(by=self.hand) as tx:
            return self.writes_down(tx, area)

    def writes_down(self, tx: Tx, area: frozenset[BlockId]) -> RequestId:
        """The same, in a transaction that is somebody else's to end."""
        begin = clock.rounded(clock.now()) - DAY
        new = NewRequest(Asked(area, (begin, begin + 2 * HOUR)), Kind.BURGLARY, self.number, TEXT)
        return footage.ask(tx, self.detective, self.case, new, key=KEY)

    @property
    def hand(self) -> Actor:
        """By whom what the detective does is done."""
        return Actor(f"staff:{self.detective.id}")

    def night_passes(self, label: str) -> None:
        """What was said of cameras in that block was said the day before, and the airlock brings their pins."""
        (block,) = (one for one in self.blocks() if self.label(one) == label)
        with self.stores.vault.write(by=OPERATOR) as tx:
            here = cameras.c.block_id == block
            tx.execute(update(cameras).where(here).values(confirmed_at=cameras.c.confirmed_at - DAY))
        bring_pins(self.stores.vault, self.stores.record)

    def batch_comes(self) -> None:
        """The hours until the batch's moment are over: clips set out, and what was said until then crosses."""
        with self.stores.vault.write(by=AIRLOCK) as tx:
            tx.execute(update(clips).where(clips.c.kept_for.is_not(None)).values(retry_at=0, begun_at=0))
            here = ~inbox_answers.c.crossed
            tx.execute(update(inbox_answers).where(here).values(shown_at=tx.now() // BATCH * BATCH))
            flagged = ~inbox_flags.c.crossed
            tx.execute(update(inbox_flags).where(flagged).values(shown_at=tx.now() // BATCH * BATCH))
        deadline = time.monotonic() + PUBLISHED_WITHIN
        while self._on_their_way():
            assert time.monotonic() < deadline, "a shared clip was not published"
            time.sleep(0.2)
        carry_answers(self.stores)
        with self.stores.record.write(by=OPERATOR) as tx:
            tx.execute(update(footage_answers).values(shown_at=tx.now() - 1))
            tx.execute(update(request_flags).values(shown_at=tx.now() // BATCH * BATCH))
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
        return self.gets(f"/v1/cases/{self.case}/posts/{post}")

    def gets(self, path: str) -> httpx.Response:
        """What the detective is answered."""
        return self._http.get(path)

    def division_id(self) -> DivisionId:
        """The division, on the map that is current."""
        found = self._atlas().division(self.division)
        assert found is not None
        return found.id

    def blocks(self) -> list[BlockId]:
        """All blocks of the division."""
        return sorted(block.id for block in self._atlas().blocks_of(self.division_id()))

    def label(self, block: BlockId) -> str:
        """What a block is called."""
        found = self._atlas().block(block)
        assert found is not None
        return found.label

    def around(self, label: str) -> frozenset[BlockId]:
        """That block and its neighbours, until they are as much ground as may be asked about."""
        here = self._atlas().blocks_of(self.division_id())
        ground = extent(self._atlas(), [block.id for block in here])
        area = {next(block.id for block in here if block.label == label)}
        while ground.area(area) < LEAST_MILES:
            area |= {near for block in area for near in ground.touching[block]}
        return frozenset(area)

    def close(self) -> None:
        """Lets go of the stores."""
        self._http.close()
        self.stores.record.engine.dispose()
        self.stores.vault.engine.dispose()

    def _atlas(self) -> Atlas:
        with self.stores.record.read() as conn:
            return versions.current(conn)

    def _on_their_way(self) -> bool:
        with self.stores.vault.read() as conn:
            waits = (clips.c.kept_for == self.case, clips.c.state.in_(("received", "processing")))
            return conn.execute(select(clips.c.id).where(*waits)).first() is not None
