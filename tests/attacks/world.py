"""The world the attacks happen in: a whole Porchlight, its people, those who watch, and what they were told."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from api.commands.asking import ask
from tests.attacks import harvest
from tests.attacks.attackers import Attacker
from tests.attacks.desks import DETECTIVE, JUDGE, OF_STRANGER, STRANGER, Desks
from tests.attacks.ears import Ear
from tests.attacks.ledger import Ledger
from tests.attacks.marks import one_picture
from tests.attacks.oracle import Oracle, Secrets
from tests.attacks.people import Person, Pictures, Sent, blocks_of
from tests.attacks.photographs import one_photo
from tests.attacks.stores import Stores
from tests.journeys.conftest import Stack
from tests.journeys.production import City
from tests.servers.push_stand_in import PushStandIn

HERE, ELSEWHERE, IDLE = "Central", "North", "idler"
A_BLOCK_HAS = 4  # authors: what a post says of its block says no more than that it is one of them
AT_ONCE = 4
SEED = 23
QUIET = (IDLE, JUDGE, STRANGER)  # who asks for nothing but what an attack has them ask for
SEES_ALL, SOME = ("analyst", "neighbour"), 5  # who asks for every post, and for how many at least the others ask
PUBLISHED_WITHIN = 60.0  # seconds for each clip, on a machine that is busy


@dataclass
class World:
    """What every attack stands on. `before` was told while all was there, `after` since some of it was taken back."""

    stack: Stack | City
    stores: Stores
    people: list[Person]
    folder: Path
    before: Ledger = field(default_factory=Ledger)
    after: Ledger = field(default_factory=Ledger)
    attackers: dict[str, Attacker] = field(default_factory=dict)
    ears: dict[str, Ear] = field(default_factory=dict)
    withdrawn: list[Sent] = field(default_factory=list)
    said: list[tuple[str, int, str]] = field(default_factory=list)  # post, who commented, under which name
    mails: dict[str, bytes] = field(default_factory=dict)  # by file; a code's is soon gone
    case_id: str = ""  # of the detective's case, which the moderator, who leads there, consented to

    @property
    def push(self) -> PushStandIn | None:
        """The push service that this city may send to; one on several machines may send to none of this machine."""
        return self.stack.push if isinstance(self.stack, Stack) else None

    @property
    def sent(self) -> list[Sent]:
        """All clips, in the order of their people."""
        return [sent for person in self.people for sent in person.sent]

    @property
    def live(self) -> list[Sent]:
        """Those that were not taken back."""
        return [sent for sent in self.sent if sent not in self.withdrawn]

    def by_post(self) -> dict[str, Sent]:
        """Who sent what: what nobody else may come to know."""
        return {sent.post_id: sent for sent in self.sent}

    def author(self, sent: Sent) -> Person:
        """Whose it is."""
        return self.people[sent.author]

    @cached_property
    def secrets(self) -> Secrets:
        """All there are now; asked for when nothing is under way any more."""
        with self.stores.vault() as vault:
            return harvest.of_vault(harvest.of_people(self.people), vault)

    @cached_property
    def oracle(self) -> Oracle:
        """Who knows them."""
        return Oracle(self.secrets)

    @cached_property
    def bucket_oracle(self) -> Oracle:
        """Who knows where media lie."""
        with self.stores.record() as record:
            return Oracle(harvest.of_bucket(record))

    def close(self) -> None:
        """Nobody watches any more."""
        for ear in self.ears.values():
            ear.close()
        for attacker in self.attackers.values():
            attacker.close()

    def counts(self) -> dict[str, int]:
        """How much was looked for, and in how much."""
        ledgers = (self.before, self.after)
        return {
            "people": len(self.people),
            "clips": sum(not sent.photo for sent in self.sent),
            "photos": sum(sent.photo for sent in self.sent),
            "taken back": len(self.withdrawn),
            "secrets": sum(self.secrets.counts().values()),
            "needles, in eight encodings": len(self.oracle),
            "answers kept": sum(len(ledger.answers) for ledger in ledgers),
            "different bodies": sum(ledger.bodies for ledger in ledgers),
            "bytes of these": sum(ledger.size for ledger in ledgers),
            "frames of the feed": sum(len(ledger.frames) for ledger in ledgers),
        }

    @cached_property
    def words_oracle(self) -> Oracle:
        """Who knows what was taken back."""
        return Oracle(harvest.words_of(self.withdrawn))


def populate(stack: Stack | City, stores: Stores, folder: Path, *, residents: int, posts: int) -> World:
    """Everybody comes in, sends, speaks and is watched; some take back what they sent."""
    world = World(stack, stores, [Person.drawn(number) for number in range(residents)], folder)
    try:
        _live(world, posts)
    except BaseException:
        world.close()
        raise
    return world


def _live(world: World, posts: int) -> None:
    stack = world.stack
    blocks = blocks_of(stack.resident, HERE)
    for person in world.people:
        person.comes_in(stack.resident, blocks[person.number // A_BLOCK_HAS % len(blocks)], world.stores.mails)
        person.registers(stack.resident)
        person.asks_for_alerts(stack.resident, world.push)
    _let_attackers_in(world, blocks[-1])
    world.mails.update((file.name, file.read_bytes()) for file in world.stores.mails())
    _send_all(world, posts)
    desks = Desks(world.attackers, stack.resident)
    desks.moderate(world.people)
    _speak(world)
    world.case_id = desks.open_a_case([sent.post_id for sent in (world.sent[0], *_to_be_taken_back(world))])
    desks.look_at_cameras(world.case_id, world.stores, blocks)
    for attacker in world.attackers.values():
        if attacker.name in QUIET:
            continue
        count = len(world.sent) if attacker.name in SEES_ALL else max(SOME, len(world.sent) // 25)
        some = random.Random(SEED).sample(world.sent, count)
        if attacker.name == DETECTIVE:  # who sees what an analyst does, and their cases
            attacker.reads_everything([sent.post_id for sent in some])
        else:
            attacker.takes_everything([sent.post_id for sent in some])
    for attacker in world.attackers.values():
        attacker.ledger = world.after
    gone = _to_be_taken_back(world)
    desks.entangle(world.people, gone[:-1])
    _take_back(world, gone)


def _let_attackers_in(world: World, home: str) -> None:
    stack, neighbour = world.stack, Person.drawn(-1)
    neighbour.comes_in(stack.resident, home, world.stores.mails)
    doors = {
        "analyst": (stack.staff, stack.staff_token("a curious analyst", divisions=[HERE])),
        IDLE: (stack.staff, stack.staff_token("an analyst who views nothing", divisions=[HERE])),
        "outsider": (stack.staff, stack.staff_token("an analyst elsewhere", divisions=[ELSEWHERE])),
        "moderator": (stack.staff, stack.staff_token("a curious moderator", ["moderator", "lead"])),
        DETECTIVE: (stack.staff, stack.staff_token("a curious detective", ["detective"], [HERE])),
        JUDGE: (stack.staff, stack.staff_token("another moderator", ["moderator"], [HERE])),
        STRANGER: (stack.staff, stack.staff_token("staff of elsewhere", OF_STRANGER, [ELSEWHERE])),
        "admin": (stack.staff, stack.staff_token("a curious admin", ["admin"])),
        "neighbour": (stack.resident, neighbour.token),
        "nobody": (stack.resident, None),
        "nobody at staff": (stack.staff, None),
        "nobody in public": (stack.public, None),
    }
    for name, (address, token) in doors.items():
        world.attackers[name] = Attacker(name, address, world.before, token)
    world.attackers[IDLE].get("/v1/unread")  # from here on, what comes is new to them
    for name in ("analyst", "outsider", "neighbour"):
        world.ears[name] = Ear(world.attackers[name])


def _send_all(world: World, posts: int) -> None:
    """In an order that was drawn, so that it says nothing of anybody."""
    pictures = Pictures(one_picture(world.folder), one_photo(world.folder))
    turns = [person for person in world.people for _ in range(posts)]
    random.Random(SEED).shuffle(turns)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [
            pool.submit(person.sends, world.stack.resident, pictures, world.folder, random.Random(f"{SEED} {number}"))
            for number, person in enumerate(turns)
        ]
        for one in waiting:
            one.result()
    for person in world.people:
        _wait_until_published(world.stack, person)


def _wait_until_published(stack: Stack | City, person: Person) -> None:
    deadline = time.monotonic() + PUBLISHED_WITHIN * len(person.sent)
    with person.client(stack.resident) as http:
        for sent in person.sent:
            while (told := ask(http, "GET", f"/v1/receipts/{sent.receipt}"))["stage"] != "done":
                assert time.monotonic() < deadline, told
                time.sleep(0.3)
            assert told["state"] == "published", told
            sent.post_id = told["post"]["id"]


def _speak(world: World) -> None:
    """Each says something under posts of others and of their own, and flags some: with words that say too much."""
    for person in world.people:
        others = [sent for sent in world.sent if sent.author != person.number]
        leaving = ([one.regretted for one in world.people[::2] if one is not person] or others)[-1]  # is taken back
        dice = random.Random(person.number)
        with person.client(world.stack.resident) as http:
            for sent in [*dice.sample(others, 2), person.sent[0], *dice.sample(person.sent[1:], 1), leaving]:
                said = {"text": f"I saw {sent.word} too. Call {sent.phone} or write to {person.mail}."}
                name = ask(http, "POST", f"/v1/posts/{sent.post_id}/comments", json=said)["name"]
                world.said.append((sent.post_id, person.number, name))
            flag = {"reason": "privacy", "text": f"A face. My number is {person.sent[0].phone}."}
            ask(http, "POST", f"/v1/posts/{others[0].post_id}/flags", json=flag)
            ask(http, "POST", f"/v1/posts/{leaving.post_id}/flags", json={**flag, "text": f"Of {leaving.word}."})


def _to_be_taken_back(world: World) -> list[Sent]:
    """Of every second person something."""
    return [person.regretted for person in world.people[::2]]


def _take_back(world: World, gone: list[Sent]) -> None:
    """By its receipt."""
    for sent in gone:
        with world.author(sent).client(world.stack.resident) as http:
            ask(http, "DELETE", f"/v1/receipts/{sent.receipt}")
        world.withdrawn.append(sent)
    for sent in world.withdrawn:
        for name in ("analyst", "neighbour"):
            world.ears[name].hears("post.withdrawn", sent.post_id)
