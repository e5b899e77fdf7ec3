"""A street of four blocks and one of the next division, people with wishes and browsers, and the office that alerts."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from zoneinfo import ZoneInfo

from shapely.geometry import box
from sqlalchemy import Table, func, select, update

from feed import correcting, posting
from feed.bell import Bell
from storage.atlas import versions
from storage.atlas.files import sealed
from storage.atlas.nesting import larger_blocks
from storage.atlas.shapes import Atlas, Block, Division, block_id, division_id
from storage.db import AIRLOCK, OPERATOR, RESIDENT, Database
from storage.identity.alerts import alerts, push_devices
from storage.identity.alerts.alerts import Quiet, Reach, Wanted
from storage.identity.vault import ResidentId, Vault
from storage.kit import clock
from storage.kit.ids import BlockId, PostId
from storage.posts.posts import Verb
from tests import builders
from tests.servers.push_stand_in import Browser, PushStandIn, a_push_stand_in
from tests.storage.identity.making import a_resident, a_token
from workers.airlock.alerting.office import Office
from workers.airlock.alerting.push_hosts import PushHosts
from workers.airlock.alerting.web_push import Signer
from workers.airlock.alerts import alert

ZONE = ZoneInfo("America/Chicago")
PATIENCE_SECONDS = 120.0  # on a machine that is busy
SITE = "https://porch.example.org"
ALL = dict.fromkeys(("suspicious", "kindness"), Reach.AROUND)


def street() -> Atlas:
    """Cells in a row: four of West, joined in pairs to larger blocks, then one of East."""
    shapes = {
        "West": [box(10 + n / 10, 50, 10.1 + n / 10, 50.1) for n in range(4)],
        "East": [box(10.4, 50, 10.5, 50.1)],
    }
    divisions, blocks = [], []
    for name, cells in shapes.items():
        bounds = (cells[0].bounds[0], 50, cells[-1].bounds[2], 50.1)
        divisions.append(Division(division_id(name), name, box(*bounds)))
        blocks += [
            Block(block_id(division_id(name), cell), f"{name}, cell {number}", 14, division_id(name), cell)
            for number, cell in enumerate(cells, 1)
        ]
    return sealed(k=12, invented=True, divisions=divisions, blocks=blocks, larger=larger_blocks(blocks))


@dataclass
class Person:
    """One who wishes to be alerted."""

    id: ResidentId
    mail: str
    token: str
    browser: Browser | None


@dataclass
class AlertedTown:
    """All of it."""

    vault: Vault
    record: Database
    bell: Bell
    stand_in: PushStandIn
    office: Office
    atlas: Atlas = field(default_factory=street)

    @property
    def cells(self) -> list[BlockId]:
        """From west to east; the last one is of East."""
        return [block.id for block in self.atlas.blocks]

    def person(
        self,
        name: str,
        cell: int,
        wishes: dict[str, Reach] | None = None,
        *,
        push: bool = True,
        mail: bool = False,
        quiet: Quiet | None = None,
        digest: int | None = None,
    ) -> Person:
        """Somebody who lives there, and what they ask for."""
        address = f"{name}@mail.example.org"
        resident = a_resident(self.vault, address)
        wanted = Wanted(ALL if wishes is None else wishes, mail=mail, quiet=quiet, digest=digest)
        made = Person(resident, address, a_token(self.vault, resident), self.stand_in.browser() if push else None)
        with self.vault.write(by=RESIDENT) as tx:
            home = self.cells[cell]
            alert_id = alerts.ask(tx, self.vault, resident, wanted, home=home, mail=address, zone=ZONE)
            if made.browser:
                push_devices.add(tx, self.vault, alert_id, made.token, made.browser.subscription)
        return made

    def publish(
        self, cell: int = 0, *, place: BlockId | None = None, category: str = "suspicious", **said: str
    ) -> PostId:
        """A post of that cell, on the feed with its media."""
        new = builders.a_new_post(category=category, published_at=clock.rounded(clock.now()), **said)  # type: ignore[arg-type]
        new = replace(new, block=place or self.cells[cell])
        with self.record.write(by=AIRLOCK) as tx:
            posting.publish(tx, self.bell, new, builders.some_files(), generation=1)
        with self.record.write(by=AIRLOCK) as tx:
            posting.add_media(tx, self.bell, new.id, [], generation=1, last=True)
        return new.id

    def correct(self, post_id: PostId, words: str) -> None:
        """As its author does."""
        with self.record.write(by=RESIDENT) as tx:
            correcting.correct(tx, self.bell, correcting.correctable(tx, post_id), words)

    def take_back(self, post_id: PostId, verb: Verb = Verb.WITHDRAW) -> None:
        """By its author, or by its age."""
        with self.record.write(by=RESIDENT) as tx:
            posting.end(tx, self.bell, post_id, verb)

    def judge(self, post_id: PostId, verb: Verb) -> None:
        """By a moderator."""
        with self.record.write(by=OPERATOR) as tx:
            posting.decide(tx, self.bell, post_id, verb, reason="privacy")

    def alert(self) -> None:
        """One round, until there is nothing to tell."""
        alert(self.office, PATIENCE_SECONDS)

    def its_time(self, at: int = 1) -> None:
        """All summaries are due, and alerts are sent. Each time has a number of its own, or one mail is the other."""
        with self.vault.write(by=AIRLOCK) as tx:
            tx.execute(update(alerts.alerts).where(alerts.alerts.c.next_at.is_not(None)).values(next_at=at))
        self.alert()

    def told(self, person: Person) -> list[dict[str, object]]:
        """What their browser was told, without the language."""
        assert person.browser is not None
        return [{k: v for k, v in one.items() if k != "language"} for one in self.stand_in.told(person.browser)]

    def kinds(self, person: Person) -> list[object]:
        """Of what kinds that was."""
        return [one["kind"] for one in self.told(person)]

    def count(self, table: Table) -> int:
        """How many rows this table of the vault has."""
        with self.vault.read() as conn:
            return int(conn.execute(select(func.count()).select_from(table)).scalar_one())

    def mails(self, to: Person | None = None) -> list[Message]:
        """What was left to be sent, oldest first."""
        files = sorted(self.office.mail.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        found = [message_from_bytes(file.read_bytes()) for file in files]
        return [mail for mail in found if to is None or mail["To"] == to.mail]


@contextmanager
def an_alerted_town(vault: Vault, record: Database, bell: Bell, folder: Path) -> Iterator[AlertedTown]:
    """The town, alerts begun: what is posted from here on is told."""
    with a_push_stand_in() as stand_in, ThreadPoolExecutor(4) as lines:
        services = PushHosts([stand_in.origin], Signer.of(vault, "mailto:it@city.example.org"))
        own = builders.as_role(vault, "alerts"), builders.as_role(record, "alerts")
        office = Office(own[0], own[1], services, lines, folder / "mail", ZONE, SITE)
        town = AlertedTown(vault, record, bell, stand_in, office)
        with record.write(by=OPERATOR) as tx:
            versions.load(tx, town.atlas)
        town.alert()
        yield town
        services.close()
