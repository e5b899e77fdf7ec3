"""A listener against a model of its world: whatever happens in whatever order, the client sees what is to be seen."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Literal

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from feed import listener as listeners
from feed.actions import Action, Close, Join, Leave, Read, Redeem, Send
from feed.client import Message, Posts, cursor_after
from feed.listener import Listener, Stage
from feed.memory import Happening, Memory
from feed.replay import Page
from feed.tickets import Grant
from storage.feed_log import Head, Kind
from tests.feed.happenings import messages, silent, taken_back, told

PLACES = {"a": ("d", "crime"), "b": ("d", "crime"), "dog": ("d", "animal"), "far": ("x", "crime")}
GRANT = Grant(audience="resident", divisions=("d",), categories=("crime",), handle="x")
PAGE = 3  # lines: small, as all is here, so that every end of everything is met
GONE = None


@dataclass
class World:
    """The record: the log, and for each number what of each post may be seen, as its version."""

    epoch: int = 0
    floor: int = 0
    log: list[tuple[Literal[Kind.PUBLISHED, Kind.UPDATED, Kind.HIDDEN], str]] = field(default_factory=list)
    seen: list[dict[str, int | None]] = field(default_factory=lambda: [{}])

    @property
    def head(self) -> Head:
        """Where the log stands."""
        return Head(f"e{self.epoch}", len(self.log), self.floor)

    def line(self, seq: int, *, at: int) -> Happening:
        """What a line tells of the post as it was when the log stood `at`."""
        kind, post = self.log[seq - 1]
        division, category = PLACES[post]
        version = self.seen[at].get(post)
        if kind is Kind.HIDDEN:
            return taken_back(seq, post, division=division, category=category)
        if version is GONE:
            return silent(seq, post, division=division)
        return told(seq, post, str(version), kind, division=division, category=category)

    def listed(self) -> dict[str, int]:
        """What the list holds for our client."""
        now = self.seen[-1]
        return {post: v for post, v in now.items() if v is not GONE and PLACES[post] == ("d", "crime")}


class Listening(RuleBasedStateMachine):
    """A node, one client and its connection; everything that may come between two steps of them is a rule."""

    @initialize()
    def open_all(self) -> None:
        """An empty log, a node at its head."""
        self.small = pytest.MonkeyPatch()
        self.small.setattr(listeners, "AT_ONCE", 2)
        self.small.setattr(listeners, "PIECE_BYTES", 500)
        self.world, self.rung = World(), dict[int, Happening]()
        self.memory = Memory(self.world.head, size=4)
        self.listener: Listener | None = None
        self.in_room, self.left = False, 99
        self.asked: int | None = None
        self.page: Page | None = None
        self.wire: list[Message] = []
        self.cursor: str | None = None
        self.posts, self.heard = Posts(), 0

    def teardown(self) -> None:
        """Everything comes to rest, and the client must know what is to be known."""
        if hasattr(self, "small"):
            self.small.undo()
            self.settle()

    @rule(post=st.sampled_from(sorted(PLACES)), take_back=st.booleans())
    def happens(self, post: str, take_back: bool) -> None:
        """A post is published, changed, hidden or restored."""
        now = self.world.seen[-1]
        goes = take_back and now.get(post) is not GONE
        self.world.log.append((Kind.HIDDEN if goes else Kind.UPDATED if post in now else Kind.PUBLISHED, post))
        self.world.seen.append({**now, post: GONE if goes else len(self.world.log)})
        seq = len(self.world.log)
        self.rung[seq] = self.world.line(seq, at=seq)

    @precondition(lambda self: self.memory.last < len(self.world.log))
    @rule(lost=st.booleans())
    def node_hears(self, lost: bool) -> None:
        """The bell of the next line, or, where that was lost, the log."""
        seq = self.memory.last + 1
        new = self.world.line(seq, at=len(self.world.log)) if lost else self.rung[seq]
        self.memory.note(new)
        if self.in_room and new.frame and new.line.division == "d" and new.line.category == "crime":
            self.send(new.frame)

    @precondition(lambda self: self.listener is None)
    @rule()
    def connects(self) -> None:
        """With the cursor it kept."""
        self.listener, self.left = Listener(self.memory), 99
        words = json.dumps({"type": "hello", "ticket": "t", "cursor": self.cursor})
        assert self.listener.said(words) == [Redeem("t")]

    @precondition(lambda self: self.listener is not None and self.listener.stage is Stage.ASKING)
    @rule()
    def is_granted(self) -> None:
        """Its ticket is good."""
        assert self.listener is not None
        self.act(self.listener.granted(GRANT))

    @precondition(lambda self: self.left >= 0)
    @rule(left=st.integers(0, 3))
    def line_narrows(self, left: int) -> None:
        """After so many writes more it is full."""
        self.left = left

    @precondition(lambda self: self.listener is not None and self.left < 0)
    @rule()
    def line_drains(self) -> None:
        """There is room again."""
        assert self.listener is not None
        self.left = 99
        self.listener.drained()
        self.act([])

    @precondition(lambda self: self.asked is not None and self.page is None)
    @rule()
    def log_is_read(self) -> None:
        """A page, as the record is at this moment; it may be handed over much later."""
        assert self.asked is not None
        at, first = len(self.world.log), max(self.asked, self.world.floor) + 1
        numbers = range(first, min(first + PAGE, at + 1))
        self.page = Page(self.world.head, [self.world.line(seq, at=at) for seq in numbers])

    @precondition(lambda self: self.page is not None and self.listener is not None)
    @rule()
    def page_is_handed_over(self) -> None:
        """To the listener that asked for it."""
        assert self.page is not None
        assert self.listener is not None
        page, self.page, self.asked = self.page, None, None
        self.act(self.listener.read(page))

    @precondition(lambda self: self.wire)
    @rule(count=st.integers(1, 4))
    def arrives(self, count: int) -> None:
        """So many messages reach the client."""
        for _ in range(min(count, len(self.wire))):
            self.takes(self.wire.pop(0))

    @rule()
    def line_is_cut(self) -> None:
        """What was on its way is lost."""
        if self.listener is not None:
            self.act(self.listener.gone())
            self.hang_up()

    @rule()
    def log_is_trimmed(self) -> None:
        """All but the last two lines are dropped; the node hears of it at its next look."""
        self.world.floor = max(self.world.floor, self.memory.last - 2)
        self.memory.floor = self.world.floor

    @precondition(lambda self: self.memory.last == len(self.world.log))
    @rule()
    def record_is_restored(self) -> None:
        """A new epoch: everyone is sent back."""
        self.world.epoch += 1
        self.memory.restart(self.world.head)
        if self.listener is not None:
            self.act(self.listener.bye(1012, "come back"))

    @invariant()
    def is_live_only_in_the_room(self) -> None:
        """One who is up to date is in the room, and nobody else is."""
        if getattr(self, "listener", None) is not None:
            assert self.listener is not None
            assert self.in_room is (self.listener.stage is Stage.LIVE)

    def act(self, actions: list[Action]) -> None:
        """What a connection does."""
        while self.listener is not None:
            for action in actions:
                match action:
                    case Send(data):
                        self.send(data)
                    case Join(_) | Leave(_):
                        self.in_room = isinstance(action, Join)
                    case Read(after):
                        self.asked = after
                    case Close():
                        self.hang_up()
                    case Redeem():
                        raise AssertionError("a ticket is asked for once")
            actions = self.listener.catch_up() if self.listener is not None else []
            if not actions:
                return

    def send(self, data: bytes) -> None:
        """Onto the wire: nothing that was not so at some moment since what this node knows; then it may be full."""
        new = messages(data)
        for message in new:
            if "post" in message:
                moments = self.world.seen[self.memory.last :]
                assert message["post"]["text"] in {str(moment.get(message["post"]["id"])) for moment in moments}
                assert message["post"]["id"] in ("a", "b")
        self.wire += new
        self.left -= 1
        if self.left < 0 and self.listener is not None:
            self.act(self.listener.full())

    def takes(self, message: Message) -> None:
        """The client's way with a message: numbers rise, and a reset reads the list."""
        if message["type"] == "event":
            assert message["seq"] > self.heard
            self.heard = message["seq"]
            self.posts.take(message)
        elif message["reset"] or self.cursor is None:
            self.posts = Posts({"id": post, "text": str(v)} for post, v in self.world.listed().items())
            self.heard = int(message["cursor"].partition(":")[2])
        self.cursor = cursor_after(message, self.cursor)

    def hang_up(self) -> None:
        """The connection is over, and what was asked for it answers nobody."""
        self.listener, self.in_room, self.asked, self.page, self.wire = None, False, None, None, []

    def settle(self) -> None:
        """Until nothing is left to do: then the client holds what the list holds, in the same words."""
        for _ in range(1000):
            if self.memory.last < len(self.world.log):
                self.node_hears(lost=True)
            elif self.listener is None:
                self.connects()
            elif self.listener.stage is Stage.ASKING:
                self.is_granted()
            elif self.left < 0:
                self.line_drains()
            elif self.page is not None:
                self.page_is_handed_over()
            elif self.asked is not None:
                self.log_is_read()
            elif self.wire:
                self.arrives(count=4)
            else:
                break
        held = {post: int(seen["text"]) for post, seen in self.posts.by_id.items()}
        assert held == self.world.listed()
        assert self.in_room


TestListening = Listening.TestCase
TestListening.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
