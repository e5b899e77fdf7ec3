"""The conversation of one connection: hello, ready, catch-up, live, bye. Decides; touches neither network nor clock.

Each method takes what happened and answers what to do about it. `catch_up` is asked after every answer until it has
nothing more to say.

    OPENED -> ASKING -> BEHIND <-> LIVE        any of them -> GONE
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Literal

from pydantic import Field

from feed.actions import Action, Close, Join, Leave, Read, Redeem, Send
from feed.events import Closed, Ready
from feed.memory import PIECE_BYTES, Happening, Memory, frame
from feed.replay import Page
from feed.rooms import Filter, filter_of
from feed.tickets import Grant

MOST_SAID = 512  # characters of a hello: a ticket has 52, a cursor 45
AT_ONCE = 100  # lines of memory looked through for one piece of a replay
BAD_HELLO, NEW_TICKET, WITHDRAWN, NO_HELLO, COME_BACK, TRY_LATER = 4400, 4401, 4403, 4408, 1012, 1013


class Hello(Closed):
    """All that a client ever says."""

    type: Literal["hello"]
    ticket: str
    cursor: str | None = Field(default=None, pattern="^[0-9A-Za-z]{1,40}:[0-9]{1,18}$")


class Stage(Enum):
    """How far the conversation is."""

    OPENED = auto()
    ASKING = auto()
    BEHIND = auto()
    LIVE = auto()
    GONE = auto()


class Listener:
    """One who listens, or wants to."""

    def __init__(self, memory: Memory) -> None:
        self.stage = Stage.OPENED
        self._memory = memory
        self._hello: Hello | None = None
        self.grant: Grant | None = None
        self._filter: Filter | None = None
        self._place = 0  # the last number this listener was sent, or was passed over
        self._page: list[Happening] = []  # of the log, what is not sent yet; never kept beyond one step
        self._full = self._reading = False

    def said(self, text: str | bytes) -> list[Action]:
        """The client sent a message: a hello, once, and nothing else."""
        if self.stage is not Stage.OPENED:
            return self.bye(BAD_HELLO, "nothing is said after the hello")
        try:
            if len(text) > MOST_SAID:
                raise ValueError
            self._hello = Hello.model_validate_json(text)
        except ValueError:  # pydantic's is one; its words would repeat the ticket
            return self.bye(BAD_HELLO, "this is not a hello")
        self.stage = Stage.ASKING
        return [Redeem(self._hello.ticket)]

    def waited(self) -> list[Action]:
        """The time for a hello is over."""
        return self.bye(NO_HELLO, "no hello in time") if self.stage is Stage.OPENED else []

    @property
    def is_ahead(self) -> bool:
        """Whether it says it was told what this node does not know yet, as another node can be that moment quicker."""
        epoch, _, seq = (self._hello.cursor if self._hello and self._hello.cursor else "").partition(":")
        return epoch == self._memory.epoch and int(seq) > self._memory.last

    def granted(self, grant: Grant | None) -> list[Action]:
        """What the ticket allows; None where it was not good."""
        hello, self._hello = self._hello, None  # thousands listen: none keeps what it needs no more
        if self.stage is not Stage.ASKING or hello is None:
            return []
        if grant is None:
            return self.bye(NEW_TICKET, "this ticket is not good any more")
        self.grant, self._filter, self.stage = grant, filter_of(grant), Stage.BEHIND
        place = self._found(hello.cursor)
        self._place = self._memory.last if place is None else place
        reset = place is None and hello.cursor is not None
        ready = Ready(cursor=f"{self._memory.epoch}:{self._place}", reset=reset)
        return [Send(frame(ready.model_dump_json().encode()))]

    @property
    def is_behind(self) -> bool:
        """Whether there is something it has missed."""
        return self.stage is Stage.BEHIND and self._place < self._memory.last

    def catch_up(self) -> list[Action]:
        """The next piece of what was missed; nothing while it is full, reads, or is up to date."""
        if self.stage is not Stage.BEHIND or self._full or self._reading or self._filter is None:
            return []
        if self._page:
            return self._replay_page()
        if not self._memory.reaches(self._place):
            self._reading = True
            return [Read(self._place)]
        missed = self._replay(self._memory.after(self._place, limit=AT_ONCE))
        while not missed and self._place < self._memory.last:
            missed = self._replay(self._memory.after(self._place, limit=AT_ONCE))
        if self._place < self._memory.last:
            return missed
        # The last of the replay and the room in one step: no event can fall between them.
        self.stage = Stage.LIVE
        return [Join(self._filter), *missed]

    def read(self, page: Page) -> list[Action]:
        """The page of the log that was asked for."""
        self._reading = False
        if self.stage is not Stage.BEHIND:
            return []
        known = [self._memory.as_now(told) for told in page.happenings if told.line.seq <= self._memory.last]
        if page.head.epoch != self._memory.epoch or not known or known[0].line.seq != self._place + 1:
            return self.bye(COME_BACK, "the log was cut")
        if not self._memory.reaches(min(page.head.seq, self._memory.last)):
            return []  # it is from before all that is remembered: what was taken back since is not known any more
        self._page = [] if self._full else known
        return self._replay_page()

    def full(self) -> list[Action]:
        """No more can be written for now: leave the room, remember the place and nothing else."""
        self._full, self._page = True, []
        if self.stage is not Stage.LIVE or self._filter is None:
            return []
        self.stage, self._place = Stage.BEHIND, self._memory.last
        return [Leave(self._filter)]

    def drained(self) -> None:
        """There is room again; `catch_up` goes on from the place."""
        self._full = False

    def passed(self, now: int) -> list[Action]:
        """It is `now` (milliseconds since 1970): a log-in that is over ends the conversation."""
        over = self.grant is not None and self.grant.ends_at is not None and self.grant.ends_at <= now
        return self.bye(NEW_TICKET, "the log-in is over") if over else []

    def may_still(self, reach: frozenset[str]) -> list[Action]:
        """What this listener may see by the record now: a narrower ticket must be got, or there is none to get."""
        if self.grant is None or reach.issuperset(self.grant.divisions):
            return []
        if reach:
            return self.bye(NEW_TICKET, "what you may see has changed")
        return self.bye(WITHDRAWN, "access was withdrawn")

    def bye(self, code: int, reason: str) -> list[Action]:
        """Ends the conversation from our side, once."""
        return [] if self.stage is Stage.GONE else [*self.gone(), Close(code, reason)]

    def gone(self) -> list[Action]:
        """The connection is over."""
        was_live, self.stage = self.stage is Stage.LIVE, Stage.GONE
        return [Leave(self._filter)] if was_live and self._filter is not None else []

    def _found(self, cursor: str | None) -> int | None:
        """The number a cursor stands for; None where it means nothing here, or nothing any more."""
        epoch, _, seq = (cursor or "").partition(":")
        if epoch != self._memory.epoch or not self._memory.floor <= int(seq) <= self._memory.last:
            return None
        return int(seq)

    def _replay_page(self) -> list[Action]:
        sent = self._replay(self._page)
        self._page = [told for told in self._page if told.line.seq > self._place]
        return sent

    def _replay(self, missed: list[Happening]) -> list[Action]:
        """The next piece of `missed`: whatever one write holds is held for a listener that stalls."""
        assert self._filter is not None
        frames: list[bytes] = []
        size = 0
        for told in missed:
            if size >= PIECE_BYTES:
                break
            self._place = told.line.seq
            if told.frame and self._filter.passes(told):
                frames.append(told.frame)
                size += len(told.frame)
        return [Send(b"".join(frames), len(frames))] if frames else []
