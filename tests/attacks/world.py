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
from tests.attacks.ears import Ear
from tests.attacks.ledger import Ledger
from tests.attacks.marks import one_picture
from tests.attacks.oracle import Oracle, Secrets
from tests.attacks.people import Person, Sent
from tests.journeys.conftest import Stack

HERE, ELSEWHERE = "Central", "North"
A_BLOCK_HAS = 4  # authors: what a post says of its block says no more than that it is one of them
AT_ONCE = 4
SEED = 23
SEES_ALL, SOME = ("analyst", "neighbour"), 5  # who asks for every post, and for how many at least the others ask
PUBLISHED_WITHIN = 60.0  # seconds for each clip, on a machine that is busy


@dataclass
class World:
    """What every attack stands on. `before` was told while all was there, `after` since some of it was taken back."""

    stack: Stack
    people: list[Person]
    folder: Path
    before: Ledger = field(default_factory=Ledger)
    after: Ledger = field(default_factory=Ledger)
    attackers: dict[str, Attacker] = field(default_factory=dict)
    ears: dict[str, Ear] = field(default_factory=dict)
    withdrawn: list[Sent] = field(default_factory=list)
    said: list[tuple[str, int, str]] = field(default_factory=list)  # post, who commented, under which name

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
        return harvest.of_vault(harvest.of_people(self.people), self.stack.data / "identity/identity.db")

    @cached_property
    def oracle(self) -> Oracle:
        """Who knows them."""
        return Oracle(self.secrets)

    @cached_property
    def bucket_oracle(self) -> Oracle:
        """Who knows where media lie."""
        return Oracle(harvest.of_bucket(self.stack.data / "record/record.db"))

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
            "clips": len(self.sent),
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


def populate(stack: Stack, folder: Path, *, residents: int, posts: int) -> World:
    """Everybody comes in, sends, speaks and is watched; some take back what they sent."""
    world = World(stack, [Person.drawn(number) for number in range(residents)], folder)
    try:
        _live(world, posts)
    except BaseException:
        world.close()
        raise
    return world


def _live(world: World, posts: int) -> None:
    stack = world.stack
    blocks = blocks_of(stack, HERE)
    for person in world.people:
        person.comes_in(stack.resident, blocks[person.number // A_BLOCK_HAS % len(blocks)])
    _let_attackers_in(world, blocks[-1])
    _send_all(world, posts)
    _speak(world)
    for attacker in world.attackers.values():
        count = len(world.sent) if attacker.name in SEES_ALL else max(SOME, len(world.sent) // 25)
        some = random.Random(SEED).sample(world.sent, count)
        attacker.takes_everything([sent.post_id for sent in some])
        attacker.ledger = world.after
    _take_back(world)


def blocks_of(stack: Stack, division: str) -> list[str]:
    """The ids of a division's blocks, as its published file has them."""
    with Person.drawn(0).client(stack.resident) as http:
        features = ask(http, "GET", "/v1/places/divisions")["features"]
        [address] = [f["properties"]["cells"] for f in features if f["properties"]["name"] == division]
        return [cell["properties"]["id"] for cell in ask(http, "GET", address)["features"]]


def _let_attackers_in(world: World, home: str) -> None:
    stack, neighbour = world.stack, Person.drawn(-1)
    neighbour.comes_in(stack.resident, home)
    doors = {
        "analyst": (stack.staff, stack.staff_token("a curious analyst", divisions=[HERE])),
        "outsider": (stack.staff, stack.staff_token("an analyst elsewhere", divisions=[ELSEWHERE])),
        "moderator": (stack.staff, stack.staff_token("a curious moderator", ["moderator", "lead"])),
        "admin": (stack.staff, stack.staff_token("a curious admin", ["admin"])),
        "neighbour": (stack.resident, neighbour.token),
        "nobody": (stack.resident, None),
        "nobody at staff": (stack.staff, None),
        "nobody in public": (stack.public, None),
    }
    for name, (address, token) in doors.items():
        world.attackers[name] = Attacker(name, address, world.before, token)
    for name in ("analyst", "outsider", "neighbour"):
        world.ears[name] = Ear(world.attackers[name])


def _send_all(world: World, posts: int) -> None:
    """In an order that was drawn, so that it says nothing of anybody."""
    picture, turns = one_picture(world.folder), [person for person in world.people for _ in range(posts)]
    random.Random(SEED).shuffle(turns)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [
            pool.submit(person.sends, world.stack.resident, picture, world.folder, random.Random(f"{SEED} {number}"))
            for number, person in enumerate(turns)
        ]
        for one in waiting:
            one.result()
    for person in world.people:
        _wait_until_published(world.stack, person)


def _wait_until_published(stack: Stack, person: Person) -> None:
    deadline = time.monotonic() + PUBLISHED_WITHIN * len(person.sent)
    with person.client(stack.resident) as http:
        for sent in person.sent:
            while (told := ask(http, "GET", f"/v1/receipts/{sent.receipt}"))["stage"] != "done":
                assert time.monotonic() < deadline, told
                time.sleep(0.3)
            assert told["state"] == "published", told
            sent.post_id = told["post"]["id"]


def _speak(world: World) -> None:
    """Each says something under two posts of others and under one of their own, and flags one."""
    for person in world.people:
        others = [sent for sent in world.sent if sent.author != person.number]
        dice = random.Random(person.number)
        with person.client(world.stack.resident) as http:
            for sent in [*dice.sample(others, 2), person.sent[0], *dice.sample(person.sent[1:], 1)]:
                said = {"text": "I saw it too."}
                name = ask(http, "POST", f"/v1/posts/{sent.post_id}/comments", json=said)["name"]
                world.said.append((sent.post_id, person.number, name))
            flagged = next(sent for sent in world.sent if sent.author != person.number)
            ask(http, "POST", f"/v1/posts/{flagged.post_id}/flags", json={"reason": "privacy", "text": "A face."})


def _take_back(world: World) -> None:
    """Every second person takes their last clip back: by its receipt, or by their own list."""
    for person in world.people[::2]:
        sent = person.sent[-1]
        with person.client(world.stack.resident) as http:
            ask(http, "DELETE", f"/v1/receipts/{sent.receipt}")
        world.withdrawn.append(sent)
    for sent in world.withdrawn:
        for name in ("analyst", "neighbour"):
            world.ears[name].hears("post.withdrawn", sent.post_id)
