"""The conversation of one connection, without socket or clock."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from feed.actions import Close, Join, Leave, Read, Redeem, Send
from feed.listener import AT_ONCE, Listener, Stage
from feed.memory import PIECE_BYTES, Happening, Memory
from feed.replay import Page
from feed.rooms import Filter
from feed.tickets import Grant
from storage.feed_log import Head
from tests.feed.happenings import messages, taken_back, told

GRANT = Grant(audience="staff", divisions=("d",), handle="s1", ends_at=1000)
ROOM = Filter(frozenset({"d"}), None)


def test_a_hello_is_a_ticket_to_redeem() -> None:
    """The first thing said decides who this is."""
    assert Listener(_memory()).said(_hello()) == [Redeem("t")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "{}",
        '{"type":"hello"}',
        '{"type":"hi","ticket":"t","cursor":null}',
        '{"type":"hello","ticket":7,"cursor":null}',
        '{"type":"hello","ticket":"t","cursor":17}',
        '{"type":"hello","ticket":"t","cursor":"17"}',
        '{"type":"hello","ticket":"t","cursor":"e:-1"}',
        '{"type":"hello","ticket":"t","cursor":"e:1' + "0" * 30 + '"}',
        '{"type":"hello","ticket":"t","cursor":null,"divisions":["all"]}',
        '{"type":"hello","ticket":"' + "t" * 600 + '","cursor":null}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_hello_ends_it(text: str | bytes) -> None:
    """4400, and the reason repeats nothing of what was said."""
    assert Listener(_memory()).said(text) == [Close(4400, "this is not a hello")]


def test_nothing_is_said_after_the_hello() -> None:
    """A second message is 4400, whether the listener waits or is live."""
    waiting, live = Listener(_memory()), _live(_memory())
    waiting.said(_hello())

    assert waiting.said(_hello())[-1] == Close(4400, "nothing is said after the hello")
    assert live.said(_hello()) == [Leave(ROOM), Close(4400, "nothing is said after the hello")]


def test_who_says_no_hello_in_time_is_let_go() -> None:
    """4408; the alarm does nothing to one who said it."""
    silent, prompt = Listener(_memory()), Listener(_memory())
    prompt.said(_hello())

    assert silent.waited() == [Close(4408, "no hello in time")]
    assert prompt.waited() == []


def test_a_ticket_that_is_not_good_is_4401() -> None:
    """Used, old or invented: get a new one."""
    listener = Listener(_memory())
    listener.said(_hello())

    assert listener.granted(None) == [Close(4401, "this ticket is not good any more")]
    assert listener.stage is Stage.GONE


def test_without_a_cursor_one_listens_from_now() -> None:
    """Ready at the head, nothing replayed, in the room."""
    listener = _greeted(_memory(told(11, "p")), cursor=None)

    ready, *rest = _all(listener, GRANT)

    assert ready == {"type": "ready", "cursor": "e:11", "reset": False}
    assert rest == [Join(ROOM)]


def test_with_a_cursor_one_hears_what_was_missed() -> None:
    """In order, in the same step as joining: nothing can fall between."""
    listener = _greeted(_memory(told(11, "p"), told(12, "q"), told(13, "r")), cursor="e:11")

    ready, *rest = _all(listener, GRANT)

    assert ready == {"type": "ready", "cursor": "e:11", "reset": False}
    assert rest[0] == Join(ROOM)
    assert [event["seq"] for event in rest[1:]] == [12, 13]
    assert listener.stage is Stage.LIVE


def test_what_the_ticket_does_not_allow_is_not_replayed() -> None:
    """The cursor passes over it."""
    grant = GRANT.model_copy(update={"categories": ("crime",)})
    memory = _memory(told(11, "p", division="x"), told(12, "q", category="animal"), told(13, "r"))

    _, join, *events = _all(_greeted(memory, cursor="e:10"), grant)

    assert join == Join(Filter(frozenset({"d"}), frozenset({"crime"})))
    assert [event["seq"] for event in events] == [13]


@pytest.mark.parametrize("cursor", ["other:11", "e:4", "e:13"])
def test_a_cursor_that_means_nothing_here_is_a_reset(cursor: str) -> None:
    """Another epoch, trimmed away, or from the future: ready at the head, and told to read the list."""
    memory = _memory(told(11, "p"), told(12, "q"), floor=5)

    ready, *rest = _all(_greeted(memory, cursor=cursor), GRANT)

    assert ready == {"type": "ready", "cursor": "e:12", "reset": True}
    assert rest == [Join(ROOM)]


def test_a_cursor_at_the_floor_is_still_good() -> None:
    """Everything after it is in the log."""
    listener = _greeted(_memory(told(11, "p"), floor=5), cursor="e:5")

    assert _all(listener, GRANT) == [{"type": "ready", "cursor": "e:5", "reset": False}, Read(5)]


def test_what_memory_has_no_more_is_read_from_the_log() -> None:
    """Page by page, then the rest from memory, and ready did not wait for it."""
    memory = _memory(told(11, "p"), told(12, "q"))
    listener = _greeted(memory, cursor="e:8")

    assert _all(listener, GRANT) == [{"type": "ready", "cursor": "e:8", "reset": False}, Read(8)]
    assert listener.catch_up() == []
    page = _page(told(9, "n"), told(10, "o"), told(11, "p"), told(12, "q"), told(13, "too new"))
    assert _events(listener.read(page)) == [9, 10, 11, 12]
    memory.note(told(13, "r"))
    assert listener.catch_up()[0] == Join(ROOM)


def test_a_page_does_not_repeat_what_was_taken_back_meanwhile() -> None:
    """The page was read just before the post was hidden, and is sent just after."""
    memory = _memory(told(11, "p"), taken_back(12, "n"))
    listener = _greeted(memory, cursor="e:8")
    _all(listener, GRANT)

    assert _events(listener.read(_page(told(9, "n"), told(10, "o")))) == [10]


def test_a_page_from_before_all_that_is_remembered_is_read_again() -> None:
    """Memory moved on by more than it keeps: of a taking back in between it knows nothing."""
    memory = Memory(Head("e", 10, 0), size=4)
    memory.note(told(11, "p"))
    listener = _greeted(memory, cursor="e:8")
    _all(listener, GRANT)
    for seq in range(12, 20):
        memory.note(told(seq, f"p{seq}"))

    assert listener.read(Page(Head("e", 11, 0), [told(9, "n"), told(10, "o"), told(11, "p")])) == []
    assert listener.catch_up() == [Read(8)]


@pytest.mark.parametrize(
    "page",
    [
        Page(Head("f", 12, 0), [told(9, "n")]),
        Page(Head("e", 12, 9), [told(10, "n")]),
        Page(Head("e", 12, 0), []),
    ],
)
def test_a_log_that_was_cut_meanwhile_sends_one_back(page: Page) -> None:
    """1012: the next hello will be told to reset."""
    listener = _greeted(_memory(told(11, "p"), told(12, "q")), cursor="e:8")
    _all(listener, GRANT)

    assert listener.read(page) == [Close(1012, "the log was cut")]


def test_a_long_replay_is_sent_in_pieces() -> None:
    """Joining comes with the last of them."""
    memory = _memory(*(told(seq, f"p{seq}") for seq in range(11, 11 + AT_ONCE + 5)))
    listener = _greeted(memory, cursor="e:10")
    listener.granted(GRANT)

    first, second = listener.catch_up(), listener.catch_up()

    assert len(_events(first)) == AT_ONCE
    assert second[0] == Join(ROOM)
    assert len(_events(second)) == 5
    assert listener.catch_up() == []


@pytest.mark.parametrize("source", ["memory", "log"])
def test_no_piece_of_a_replay_is_large(source: str) -> None:
    """Long words go out in more pieces: each is held for a listener that stalls, and all of them come, once."""
    missed = [told(seq, f"p{seq}", "x" * 2000) for seq in range(9, 9 + 90)]
    memory = _memory(*(missed[2:] if source == "memory" else [told(11, "p")]), floor=0)
    for line in missed[3:] if source == "log" else ():
        memory.note(line)
    listener = _greeted(memory, cursor="e:10" if source == "memory" else "e:8")
    _, *asked = listener.granted(GRANT) + listener.catch_up()
    pieces = listener.read(_page(*missed)) if source == "log" else asked
    while more := listener.catch_up():
        pieces += more

    sizes = [len(action.data) for action in pieces if isinstance(action, Send)]
    assert len(sizes) > 2
    assert max(sizes) < PIECE_BYTES + 3000
    assert _events(pieces) == [*range(11 if source == "memory" else 9, 99)]


def test_of_a_page_of_the_log_nothing_is_kept_for_one_who_is_full() -> None:
    """What it had no room for is read again when there is some."""
    missed = [told(seq, f"p{seq}", "x" * 2000) for seq in range(1, 91)]
    memory = Memory(Head("e", 90, 0))
    listener = _greeted(memory, cursor="e:0")
    listener.granted(GRANT)
    listener.catch_up()
    sent = _events(listener.read(Page(Head("e", 90, 0), missed)))

    assert listener.full() == []
    listener.drained()
    assert listener.catch_up() == [Read(sent[-1])]
    assert listener.full() == []
    assert listener.read(Page(Head("e", 90, 0), missed[sent[-1] :])) == []


def test_what_does_not_concern_one_is_passed_over_in_one_go() -> None:
    """However much it is: the listener joins."""
    memory = _memory(*(told(seq, f"p{seq}", division="x") for seq in range(11, 500)))
    listener = _greeted(memory, cursor="e:10")
    listener.granted(GRANT)

    assert listener.catch_up() == [Join(ROOM)]


def test_one_who_is_full_leaves_and_comes_back_where_it_was() -> None:
    """By the same way as a reconnect; neither gap nor double."""
    memory = _memory(told(11, "p"))
    listener = _live(memory)

    assert listener.full() == [Leave(ROOM)]
    memory.note(told(12, "q"))
    memory.note(told(13, "r"))
    assert listener.catch_up() == []
    listener.drained()
    actions = listener.catch_up()

    assert actions[0] == Join(ROOM)
    assert _events(actions) == [12, 13]


def test_one_who_fills_up_during_catch_up_waits() -> None:
    """The place is after what was sent."""
    memory = _memory(*(told(seq, f"p{seq}") for seq in range(11, 11 + AT_ONCE + 5)))
    listener = _greeted(memory, cursor="e:10")
    listener.granted(GRANT)
    listener.catch_up()

    assert listener.full() == []
    assert listener.catch_up() == []
    listener.drained()
    assert _events(listener.catch_up()) == [*range(11 + AT_ONCE, 11 + AT_ONCE + 5)]


def test_a_log_in_that_is_over_ends_the_conversation() -> None:
    """4401 at its end, not before; a ticket without an end goes on."""
    listener, endless = _live(_memory()), _live(_memory(), GRANT.model_copy(update={"ends_at": None}))

    assert listener.passed(999) == []
    assert listener.passed(1000) == [Leave(ROOM), Close(4401, "the log-in is over")]
    assert endless.passed(10**15) == []


def test_rights_that_shrink_end_the_conversation() -> None:
    """4401 where something is left to get a ticket for, 4403 where nothing is; more rights change nothing."""

    def live() -> Listener:
        return _live(_memory())

    assert live().may_still(frozenset({"d", "e"})) == []
    assert live().may_still(frozenset({"e"})) == [Leave(ROOM), Close(4401, "what you may see has changed")]
    assert live().may_still(frozenset()) == [Leave(ROOM), Close(4403, "access was withdrawn")]
    assert Listener(_memory()).may_still(frozenset()) == []


def test_goodbye_is_said_once() -> None:
    """And nothing happens after it."""
    listener = _live(_memory())

    assert listener.bye(1012, "come back") == [Leave(ROOM), Close(1012, "come back")]
    assert listener.bye(1012, "come back") == []
    assert (listener.gone(), listener.full(), listener.catch_up()) == ([], [], [])


def test_one_who_hung_up_while_we_asked_is_forgotten() -> None:
    """The answers about the ticket and the log come too late and do nothing."""
    asked, reading = Listener(_memory()), _greeted(_memory(told(11, "p")), cursor="e:8")
    asked.said(_hello())
    _all(reading, GRANT)

    assert (asked.gone(), reading.gone()) == ([], [])
    assert asked.granted(GRANT) == []
    assert reading.read(_page(told(9, "n"))) == []


def _memory(*happenings: Happening, floor: int = 0) -> Memory:
    memory = Memory(Head("e", 10, floor))
    for one in happenings:
        memory.note(one)
    return memory


def _hello(cursor: str | None = None) -> str:
    return json.dumps({"type": "hello", "ticket": "t", "cursor": cursor})


def _greeted(memory: Memory, *, cursor: str | None) -> Listener:
    listener = Listener(memory)
    listener.said(_hello(cursor))
    return listener


def _live(memory: Memory, grant: Grant = GRANT) -> Listener:
    listener = _greeted(memory, cursor=None)
    _all(listener, grant)
    return listener


def _all(listener: Listener, grant: Grant) -> list[Any]:
    """Everything that follows the grant: messages as dicts, other actions as they are."""
    actions = [*listener.granted(grant)]
    while more := listener.catch_up():
        actions += more
    return [each for action in actions for each in (messages(action.data) if isinstance(action, Send) else [action])]


def _events(actions: Sequence[object]) -> list[int]:
    return [message["seq"] for action in actions if isinstance(action, Send) for message in messages(action.data)]


def _page(*happenings: Happening) -> Page:
    return Page(Head("e", 12, 0), [*happenings])
